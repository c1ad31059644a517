"""Files that are either whole or not there: written under a temporary name, flushed, renamed.

The temporary file is locked by who writes it. What a killed writer left has no lock; it is removed when the program
next writes into that folder.
"""

import errno
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile

from engine.errors import DiskFull, NotWritable, StorageError, TooManyOpenFiles
from engine.system.file_lock import lock
from engine.text_marks import N_

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NO_DESCRIPTOR = {errno.EMFILE, errno.ENFILE}
_LONGEST_NAME = 255  # bytes
_TEMPORARY = re.compile(r"\.diktovka-[0-9a-f]{16}(\..{0,15})?", re.DOTALL)
_HAS_FREE_LOCKS = sys.platform != "win32"  # there a lock keeps the writer itself out
_ABANDONED_AFTER_S = 2.0 if _HAS_FREE_LOCKS else 86_400.0
_swept: set[Path] = set()
_LEAST_ROOM_BYTES = 1 << 18  # a few seconds of sound


def storage_error(path: Path, error: OSError) -> StorageError:
    """The failure in our words: the disk is full, no more files can be open, or the place cannot be written to."""
    if error.errno in _FULL:
        return DiskFull(path=path)
    if error.errno in _NO_DESCRIPTOR:
        return TooManyOpenFiles(path=path)
    return NotWritable(path=path, reason=error.strerror or str(error))


def folder_that_takes(folder: Path, spare: Callable[[], Path]) -> tuple[Path, str]:
    """The folder, made if missing, or a spare one where it takes nothing; and then why not, else "".

    Where the spare one takes nothing either it is the folder, and whoever writes there says why.
    """
    reason = _why_not(folder)
    if not reason:
        return folder, ""
    try:
        instead = spare()
    except OSError:
        return folder, ""
    return (folder, "") if _why_not(instead) else (instead, reason)


def _why_not(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_LEAST_ROOM_BYTES))
    except OSError as error:
        return N_("the disk is full") if error.errno in _FULL else error.strerror or str(error)
    return ""


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
    temporary = path.with_name(f".diktovka-{secrets.token_hex(8)}{path.suffix[:16]}")
    with ExitStack() as held:
        yield from _written(path, temporary, held)
    sync(path.parent)


def _written(path: Path, temporary: Path, held: ExitStack) -> Iterator[Path]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        temporary.touch(exist_ok=False)  # unlike tempfile's, with the permissions that the user's files have
        if _HAS_FREE_LOCKS:
            with suppress(OSError):  # a file system without locks
                lock(held.enter_context(temporary.open("rb")).fileno())
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        with suppress(OSError):  # gone already, or never made: what failed before is what counts
            temporary.unlink()


def _sweep(folder: Path) -> None:
    """Removes what killed writers left in the folder, once in the life of this process."""
    if folder in _swept:
        return
    _swept.add(folder)
    with suppress(OSError):
        for path in [path for path in folder.iterdir() if _TEMPORARY.fullmatch(path.name)]:
            with suppress(OSError):
                if time.time() - path.lstat().st_mtime > _ABANDONED_AFTER_S and path.is_file():
                    _remove_unlocked(path)


def _remove_unlocked(path: Path) -> None:
    """Raises OSError where somebody holds the lock."""
    if _HAS_FREE_LOCKS:
        with path.open("rb") as file:
            lock(file.fileno())
    path.unlink()


def write_atomic(path: Path, text: str) -> None:
    """UTF-8 text, whole or not at all; half a pair becomes "?". Raises DiskFull or NotWritable."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="replace", newline="\n")


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
