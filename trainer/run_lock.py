"""Two processes in one run would write over each other's state: the first one locks it.

The lock is the operating system's on an open file: it goes with the process, however that ends. The file stays; to
delete it would let two processes lock two files of one name.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import RunInUse
from engine.storage import storage_error

LOCK = "run.lock"
log = logging.getLogger(__name__)

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        """Raises OSError where it is locked already."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    _TAKEN: type[OSError] = PermissionError
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        """Raises BlockingIOError where it is locked already."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    _TAKEN: type[OSError] = BlockingIOError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps every other process off the run in `folder`, which is made where it is missing.

    Raises RunInUse where there is one already, StorageError.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise storage_error(path, error) from error
    try:
        try:
            _lock(descriptor)
        except _TAKEN as error:
            raise RunInUse from error
        except OSError:  # some network file systems have no locks
            log.warning("%s cannot be locked", path, exc_info=True)
        yield
    finally:
        os.close(descriptor)
