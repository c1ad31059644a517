"""A disk that is nearly full."""

import errno
import os
from pathlib import Path


class SmallDisk:
    """Opens files on a disk that holds n_bytes."""

    def __init__(self, n_bytes: int):
        self.n_bytes = n_bytes

    def open(self, path: Path) -> "SmallDisk":
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("xb", buffering=0)
        self.seek, self.fileno, self.close = self.file.seek, self.file.fileno, self.file.close
        return self

    def write(self, content) -> int:
        room = self.n_bytes - self.file.tell()
        if room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.file.write(bytes(content)[:room])
