"""Named arrays in one .npz file."""

import zipfile
import zlib
from pathlib import Path

import numpy as np


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz, none of them pickled. Raises OSError, or ValueError where it is damaged."""
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (EOFError, KeyError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(str(error)) from error
