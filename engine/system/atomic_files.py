"""Atomic files: written under a temporary name, flushed, renamed.

The writer locks the temporary file. One left by a killed writer has no lock; it is removed when the program next writes
into that folder.
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
_HAS_FREE_LOCKS = sys.platform != "win32"  # on Windows a lock would keep the writer itself out
_ABANDONED_AFTER_S = 2.0 if _HAS_FREE_LOCKS else 86_400.0
_swept: set[Path] = set()
_LEAST_ROOM_BYTES = 1 << 18  # a few seconds of sound


def storage_error(path: Path, error: OSError) -> StorageError:
    """The failure as a StorageError: the disk is full, too many files are open, or the path is not writable."""
    if error.errno in _FULL:
        return DiskFull(path=path)
    if error.errno in _NO_DESCRIPTOR:
        return TooManyOpenFiles(path=path)
    return NotWritable(path=path, reason=error.strerror or str(error))


def writable_folder(folder: Path, spare: Callable[[], Path]) -> tuple[Path, str]:
    """The folder, made if missing, or a spare one if it is not writable; and the reason in that case, else "".

    If the spare one is not writable either, returns the folder, and writing there will fail with the reason.
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
    """Syncs a file, or the names in a folder, to the disk, if the system can."""
    with suppress(OSError):  # Windows cannot open folders, and some network file systems refuse
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, which it replaces if the block succeeds.

    A missing folder is made; the renamed file survives a power failure. Raises DiskFull or NotWritable;
    leaves no temporary file behind.
    """
    path = Path(path)
    temporary = path.with_name(f".diktovka-{secrets.token_hex(8)}{path.suffix[:16]}")
    with ExitStack() as locks:
        yield from _written(path, temporary, locks)
    sync(path.parent)


def _written(path: Path, temporary: Path, locks: ExitStack) -> Iterator[Path]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        temporary.touch(exist_ok=False)  # unlike tempfile's, with the default permissions of the user's files
        if _HAS_FREE_LOCKS:
            with suppress(OSError):  # a file system without locks
                lock(locks.enter_context(temporary.open("rb")).fileno())
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        with suppress(OSError):  # already gone, or never made: the original error counts
            temporary.unlink()


def _sweep(folder: Path) -> None:
    """Removes temporary files of killed writers from the folder, once in the life of this process."""
    if folder in _swept:
        return
    _swept.add(folder)
    with suppress(OSError):
        for path in [path for path in folder.iterdir() if _TEMPORARY.fullmatch(path.name)]:
            with suppress(OSError):
                if time.time() - path.lstat().st_mtime > _ABANDONED_AFTER_S and path.is_file():
                    _remove_unlocked(path)


def _remove_unlocked(path: Path) -> None:
    """Raises OSError if another process holds the lock."""
    if _HAS_FREE_LOCKS:
        with path.open("rb") as file:
            lock(file.fileno())
    path.unlink()


def write_atomic(path: Path, text: str) -> None:
    """Writes UTF-8 text atomically; a lone surrogate becomes "?". Raises DiskFull or NotWritable."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="replace", newline="\n")


def fitting(name: str, ending: str = "") -> str:
    """The name with its ending, shortened to the limit of file systems."""
    while len(os.fsencode(name + ending)) > _LONGEST_NAME and name:
        name = name[:-1]
    return name.rstrip() + ending


def free_path(
    folder: Path, name: str, ending: str = "", number: str = " {}", is_taken: Callable[[Path], bool] = Path.exists
) -> Path:
    """An unused path: the name, with a number after it if the name is taken.

    number: format of the number. is_taken: whether a path may not be used.
    """
    path = folder / fitting(name, ending)
    for n in count(2):
        if not is_taken(path):
            return path
        path = folder / fitting(name, number.format(n) + ending)
    raise AssertionError("numbers do not end")
