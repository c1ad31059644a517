"""Paths for a library that opens files only by bytes.

On Windows these are in the system's code page, which may lack the letters of a folder: C:\\Users\\Антон on a system
that is not Russian.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.errors import PathUnusable, StorageError
from engine.system.atomic_files import atomic_path

_FOLDER = "diktovka"


@dataclass(frozen=True)
class CodePage:
    """Windows' treatment of paths.

    encode: raises UnicodeEncodeError; short_name: the 8.3 form of a path, "" if the disk has none; folders: for a
    copy, best first.
    """

    encode: Callable[[str], bytes]
    short_name: Callable[[Path], str]
    folders: tuple[Path, ...]


def narrow_path(path: Path, system: CodePage | None = None) -> bytes:
    """The file's path as bytes: its own, its 8.3 form, or that of a copy in another folder.

    system: for tests; by default that of Windows on Windows. Raises PathUnusable, FileNotFoundError.
    """
    if system is None and sys.platform != "win32":
        return os.fsencode(path)
    system = system or windows()
    for name in (str(path), system.short_name(path)):
        with suppress(UnicodeEncodeError):
            if name:
                return system.encode(name)
    return _copied(path, system)


def windows() -> CodePage:
    """The present Windows. Its temporary folder belongs to the user; the others have Latin names on every Windows."""
    variables = (os.environ.get("PUBLIC"), os.environ.get("PROGRAMDATA"))
    folders = (Path(tempfile.gettempdir()), *(Path(name) for name in variables if name))
    return CodePage(lambda name: name.encode("mbcs"), short_name, folders)


def short_name(path: Path) -> str:
    """The 8.3 name that Windows keeps for a path."""
    import ctypes

    room = ctypes.create_unicode_buffer(32_768)
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    return room.value if kernel.GetShortPathNameW(str(path), room, len(room)) else ""


def _copied(path: Path, system: CodePage) -> bytes:
    """The path of a copy; an identical one is used again, copies of other files are removed."""
    digest = _digest(path)
    for folder in system.folders:
        copy = folder / _FOLDER / f"{digest}{path.suffix}"
        with suppress(UnicodeEncodeError, OSError, StorageError):
            narrow = system.encode(str(copy))
            if not copy.is_file() or _digest(copy) != digest:
                _copy(path, copy)
            return narrow
    raise PathUnusable(path=path)


def _copy(path: Path, copy: Path) -> None:
    for old in copy.parent.glob(f"*{copy.suffix}"):
        with suppress(OSError):  # another Diktovka reads it
            old.unlink()
    with atomic_path(copy) as temporary:
        shutil.copyfile(path, temporary)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
