"""A folder to build in, beside the place that it is for; what a kill left of one goes when the next is begun.

.NAME.TOKEN.building    what is being made
.NAME.TOKEN.old         what was there, while the new takes its place
.NAME.TOKEN.lock        locked by who makes it: where nobody holds the lock any more, nothing is being made
"""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from engine.system.file_lock import lock as lock_file

_MARK = b"Diktovka is building\n"  # written once the lock is held: a lock without it tells nothing
_LOCK_NAME = re.compile(r"\.(.+)\.[0-9a-f]{16}\.lock", re.DOTALL)
_ATTEMPTS = 20


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` for the block to fill and to rename; it is gone after a block that did not.

    Several may be building for the same place. Raises OSError.
    """
    remove_unfinished(folder.parent)
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}.lock")
    new = lock.with_suffix(".building")
    try:
        with lock.open("xb", buffering=0) as held:
            if _hold(held):
                held.write(_MARK)
            try:
                new.mkdir()
                yield new
            finally:
                _clear(lock)
    finally:
        with suppress(OSError):
            lock.unlink()


def put_in_place(new: Path, folder: Path) -> None:
    """The folder that `building` gave replaces whatever is at its path, even if another process put it there meanwhile.

    Raises OSError; what was there is there again after the block of `building`.
    """
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


def remove_unfinished(parent: Path) -> None:
    """Removes from a folder what was being built there by programs that have ended; never what is being built."""
    with suppress(OSError):
        for lock in [path for path in parent.iterdir() if _LOCK_NAME.fullmatch(path.name)]:
            if _is_left_over(lock):
                _clear(lock)
                with suppress(OSError):
                    lock.unlink()


def _clear(lock: Path) -> None:
    """Removes what did not come to its place; what was there before goes back, if its place is empty."""
    old, place = lock.with_suffix(".old"), lock.with_name(_LOCK_NAME.fullmatch(lock.name)[1])
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
    """Whether nobody else has it open and locked; until it is closed. False where the file system knows no locks."""
    try:
        lock_file(file.fileno())
    except OSError:
        return False
    return True
