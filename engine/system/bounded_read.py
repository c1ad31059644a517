"""Files read whole, up to a size."""

from pathlib import Path


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """A whole file. Raises OSError, or ValueError where it is larger than such a file ever is."""
    if path.exists() and not path.is_file():
        raise ValueError("it is no file")
    with path.open("rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise ValueError(f"it has more than {most_bytes} bytes")
    return content
