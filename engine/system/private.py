"""The person's own folders, which nobody else on the machine may look into."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from engine.paths import config_dir, data_dir, log_file

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_private(folders: Iterable[Path] | None = None) -> None:
    """Makes the folders, by default all of the program's, and takes from others what an older version left them.

    What lies in a folder that only its owner may enter is private whatever its own permissions. Where a folder cannot
    be made, whoever writes there says why.
    """
    for folder in folders or (config_dir(), data_dir(), log_file().parent):
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = folder.stat().st_mode
            if mode & _OTHERS:
                folder.chmod(stat.S_IMODE(mode) & ~_OTHERS)


def create_private(path: Path) -> BinaryIO:
    """A new file, unbuffered, that its owner alone may read, wherever it lies. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "xb", buffering=0, opener=_for_owner)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
