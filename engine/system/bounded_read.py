"""Files that a stranger may have made: looked at before they are opened, and no more of them read than there may be."""

import hashlib
import os
from pathlib import Path


def file_of(folder: Path, name: str) -> Path:
    """A file that lies in the folder itself: neither the name nor a link leads to another place.

    Raises ValueError where one does; the file need not be there.
    """
    path = folder / name
    if Path(name).name != name or Path(os.path.realpath(path)).parent != Path(os.path.realpath(folder)):
        raise ValueError(f"{name!r:.80} leads out of its folder")
    return path


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """A whole file. Raises OSError, or ValueError where it is larger than such a file ever is."""
    n_bytes = _checked(path, most_bytes)
    with path.open("rb") as file:
        return file.read(n_bytes)  # what is added meanwhile is not read


def sha256_of(path: Path, most_bytes: int) -> str:
    """The sum of a file as hexadecimal digits. Raises as `read_bounded`."""
    _checked(path, most_bytes)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(path: Path, most_bytes: int) -> int:
    """The size of a file that may be read."""
    if path.exists() and not path.is_file():
        raise ValueError("it is no file")
    n_bytes = path.stat().st_size
    if n_bytes > most_bytes:
        raise ValueError(f"it has more than {most_bytes} bytes")
    return n_bytes
