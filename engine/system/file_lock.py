"""The operating system's lock on an open file; it is released when the process ends, however that happens."""

import os
import sys

if sys.platform == "win32":
    import msvcrt

    TAKEN: type[OSError] = PermissionError

    def lock(descriptor: int) -> None:
        """Raises TAKEN where another opening of the file holds it, another OSError where there are no locks."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    TAKEN: type[OSError] = BlockingIOError

    def lock(descriptor: int) -> None:
        """Raises TAKEN where another opening of the file holds it, another OSError where there are no locks."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
