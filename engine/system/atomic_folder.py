"""Atomic folders: built beside their place and then moved there. Leftovers of a kill are removed by the next build.

Files of one folder that belong together are replaced in the same way: all of them or none.

.NAME.TOKEN.building    the folder that is being built
.NAME.TOKEN.old         the former folder, while the new one takes its place
.NAME.TOKEN.lock        locked by the builder; without the lock nothing is being built
.diktovka-ready         in a folder: complete files that the next reader or writer moves into their place
"""

import errno
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from engine.errors import StorageError
from engine.system.atomic_files import storage_error, sync
from engine.system.bounded_read import file_of
from engine.system.file_lock import lock as lock_file
from engine.text_marks import N_

_MARK = b"Diktovka is building\n"  # written once the lock is held; a lock file without it means nothing
_LOCK_NAME = re.compile(r"\.(.+)\.[0-9a-f]{16}\.lock", re.DOTALL)
_READY = ".diktovka-ready"
_ATTEMPTS = 20


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` for the block to fill and to rename; it is removed if the block did not.

    Several processes may build for the same place. Raises OSError.
    """
    remove_unfinished(folder.parent)
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}.lock")
    new = lock.with_suffix(".building")
    try:
        with lock.open("xb", buffering=0) as lock_file:
            if _hold(lock_file):
                lock_file.write(_MARK)
            try:
                new.mkdir()
                yield new
            finally:
                _clear(lock)
    finally:
        with suppress(OSError):
            lock.unlink()


def check_unbroken(new: Path) -> None:
    """Raises OSError if the folder of `building` was removed meanwhile, so that it is incomplete."""
    if not new.with_suffix(".lock").exists():
        raise FileNotFoundError(errno.ENOENT, N_("it was removed while it was written"))


def put_in_place(new: Path, folder: Path) -> None:
    """Replaces whatever is at the path of `folder` by the built one, even if another process put it there meanwhile.

    Raises OSError; the former folder is then restored after the block of `building`.
    """
    check_unbroken(new)
    old = new.with_suffix(".old")
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            if folder.exists():
                shutil.rmtree(old, ignore_errors=True)
                folder.rename(old)
            new.rename(folder)
            break
        except OSError:
            if not attempts_left:
                raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def replacing(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    """A folder for the block to fill with files that replace those of `names` in `folder`: all, or none.

    Whoever reads them calls `settle` first. Raises StorageError.
    """
    names = tuple(names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settle(folder, names)
        with building(folder / _READY) as new:
            yield new
            for path in new.iterdir():
                sync(path)
            sync(new)
            _make_ready(new, folder, names)
        sync(folder)
    except StorageError as error:  # it names a folder that no longer exists
        raise type(error)(**error.fields | {"path": folder / Path(str(error.fields["path"])).name}) from error
    except OSError as error:
        raise storage_error(folder, error) from error
    settle(folder, names)


def _make_ready(new: Path, folder: Path, names: Iterable[str]) -> None:
    """Renames the built folder; files that another process has ready are moved first. Raises OSError."""
    check_unbroken(new)
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            new.rename(folder / _READY)
            return
        except OSError:
            if not attempts_left:
                raise
            settle(folder, names)


def settle(folder: Path, names: Iterable[str]) -> None:
    """Moves the ready files of a killed `replacing` into their place; never a link out of the folder."""
    with suppress(OSError, ValueError):
        ready = file_of(folder, _READY)
        if not ready.is_dir():
            return
        for name in names:
            with suppress(FileNotFoundError):
                file_of(ready, name).replace(folder / name)
        ready.rmdir()
        sync(folder)


def remove_unfinished(parent: Path) -> None:
    """Removes unfinished builds of ended programs from a folder, never those in progress."""
    with suppress(OSError):
        for lock in [path for path in parent.iterdir() if _LOCK_NAME.fullmatch(path.name)]:
            if _is_left_over(lock):
                _clear(lock)
                with suppress(OSError):
                    lock.unlink()


def _clear(lock: Path) -> None:
    """Removes an unfinished build; the former folder goes back if its place is empty."""
    old, place = lock.with_suffix(".old"), lock.with_name(_LOCK_NAME.sub(r"\1", lock.name))
    shutil.rmtree(lock.with_suffix(".building"), ignore_errors=True)
    if old.exists() and not place.exists():
        with suppress(OSError):
            old.rename(place)
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)


def _is_left_over(lock: Path) -> bool:
    try:
        with lock.open("rb+", buffering=0) as file:
            return lock.stat().st_size == len(_MARK) and _hold(file) and file.read() == _MARK
    except OSError:
        return False


def _hold(file: BinaryIO) -> bool:
    """Locks a file until it is closed; returns whether that worked. False if the file system has no locks."""
    try:
        lock_file(file.fileno())
    except OSError:
        return False
    return True
