"""A disk that fills up, for code that is given its `open`."""

import errno
import io
import os
from pathlib import Path


class FullDisk:
    """`open` of a disk on which n_bytes can still be written, over all files; None: as many as one likes."""

    def __init__(self, n_bytes: int | None):
        self.n_bytes = n_bytes

    def open(self, path: Path, mode: str) -> io.FileIO:
        return _File(self, path, mode)


class _File(io.FileIO):
    def __init__(self, disk: FullDisk, path: Path, mode: str):
        super().__init__(path, mode)
        self._disk = disk

    def write(self, content) -> int:
        room = self._disk.n_bytes
        if room is None:
            return super().write(content)
        written = super().write(bytes(content)[:room])
        self._disk.n_bytes -= written
        if written < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written
