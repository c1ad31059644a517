"""Named arrays in one .npz file."""

import zipfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np


def read_arrays(source: Path | BinaryIO) -> dict[str, np.ndarray]:
    """All arrays of an .npz, none of them pickled. Raises OSError, or ValueError where it is damaged."""
    try:
        with ExitStack() as opened:
            file = source if hasattr(source, "read") else opened.enter_context(Path(source).open("rb"))
            with np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
    except (EOFError, KeyError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(str(error)) from error
