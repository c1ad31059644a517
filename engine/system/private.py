"""The person's own folders, which no other user of the machine may read."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from engine.paths import config_dir, data_dir, log_file

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_private(folders: Iterable[Path] | None = None) -> None:
    """Makes the folders, by default all of the program's, and removes access that an older version left to others.

    Files in a folder that only its owner may enter are private whatever their own permissions. If a folder cannot be
    made, writing there will fail with the reason.
    """
    for folder in folders or (config_dir(), data_dir(), log_file().parent):
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = folder.stat().st_mode
            if mode & _OTHERS:
                folder.chmod(stat.S_IMODE(mode) & ~_OTHERS)


def create_private(path: Path) -> BinaryIO:
    """A new unbuffered file that only its owner may read. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "xb", buffering=0, opener=_for_owner)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
