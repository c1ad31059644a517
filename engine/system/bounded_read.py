"""Files from strangers: checked before they are opened, and read only up to a limit."""

import hashlib
import os
from pathlib import Path


def file_of(folder: Path, name: str) -> Path:
    """The path of a file in the folder itself: neither its name nor a link may lead elsewhere.

    Raises ValueError otherwise; the file need not exist.
    """
    path = folder / name
    if Path(name).name != name or Path(os.path.realpath(path)).parent != Path(os.path.realpath(folder)):
        raise ValueError(f"{name!r:.80} leads out of its folder")
    return path


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """A whole file. Raises OSError, or ValueError if it is larger than most_bytes."""
    n_bytes = _checked(path, most_bytes)
    with path.open("rb") as file:
        return file.read(n_bytes)  # bytes appended meanwhile are not read


def sha256_of(path: Path, most_bytes: int) -> str:
    """The SHA-256 of a file as hexadecimal digits. Raises as `read_bounded`."""
    _checked(path, most_bytes)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(path: Path, most_bytes: int) -> int:
    """The size of a file, if it may be read."""
    if path.exists() and not path.is_file():
        raise ValueError("it is no file")
    n_bytes = path.stat().st_size
    if n_bytes > most_bytes:
        raise ValueError(f"it has more than {most_bytes} bytes")
    return n_bytes
