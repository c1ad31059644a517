"""Two processes in one run would write over each other's state: the first one locks it.

The file stays; to delete it would let two processes lock two files of one name.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import RunInUse
from engine.system.atomic_files import storage_error
from engine.system.file_lock import TAKEN, lock

LOCK = "run.lock"
log = logging.getLogger(__name__)


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
            lock(descriptor)
        except TAKEN as error:
            raise RunInUse from error
        except OSError:  # some network file systems have no locks
            log.warning("%s cannot be locked", path, exc_info=True)
        yield
    finally:
        os.close(descriptor)
