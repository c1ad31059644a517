"""Files that are either whole or not there: written under a temporary name, flushed, renamed."""

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from engine.errors import DiskFull, NotWritable, StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_LONGEST_NAME = 255  # bytes


def storage_error(path: Path, error: OSError) -> StorageError:
    """The failure in our words: the disk is full, or the place cannot be written to."""
    if error.errno in _FULL:
        return DiskFull(path=path)
    return NotWritable(path=path, reason=error.strerror or str(error))


def sync(path: Path) -> None:
    """Puts a file, or the names in a folder, on the disk itself, where the system can."""
    with suppress(OSError):  # Windows opens no folders, and some network file systems refuse
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; what was written there replaces `path` if the block ends well.

    Its folder is made where it is missing; what was renamed outlives a power failure. Raises DiskFull or NotWritable;
    leaves no temporary file behind.
    """
    path = Path(path)
    temporary = path.with_name(f".{secrets.token_hex(8)}{path.suffix[:16]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)  # unlike tempfile's, with the permissions that the user's files have
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        with suppress(OSError):  # gone already, or never made: what failed before is what counts
            temporary.unlink()
    sync(path.parent)


def write_atomic(path: Path, text: str) -> None:
    """UTF-8 text, whole or not at all. Raises DiskFull or NotWritable."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def fitting(name: str, ending: str = "") -> str:
    """The name with its ending, shortened to what file systems take."""
    while len(os.fsencode(name + ending)) > _LONGEST_NAME and name:
        name = name[:-1]
    return name.rstrip() + ending


def free_path(
    folder: Path, name: str, ending: str = "", number: str = " {}", taken: Callable[[Path], bool] = Path.exists
) -> Path:
    """A path that nothing has yet: of that name, with a number behind it where the name is taken.

    number: how that is written, `{}` standing for it. taken: whether a path may not be used.
    """
    path = folder / fitting(name, ending)
    for n in count(2):
        if not taken(path):
            return path
        path = folder / fitting(name, number.format(n) + ending)
    raise AssertionError("numbers do not end")
