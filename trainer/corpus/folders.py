"""Which of the folders with recordings are the program's own, and how one of them goes for good. Knows no Qt."""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.paths import data_dir
from engine.system.atomic_files import storage_error

_GOING = ".deleted-"


@dataclass(frozen=True)
class Removing:
    """How far the removing is, in files and folders of the corpus's own folder."""

    done: int
    total: int


def corpora_dir() -> Path:
    """Folder of downloaded corpora."""
    return data_dir() / "corpora"


def caches_dir() -> Path:
    """Folder of the feature caches that the program made."""
    return data_dir() / "caches"


def downloaded() -> list[Path]:
    """What was downloaded to the program's own folder, by name."""
    try:
        return sorted(one for one in corpora_dir().iterdir() if one.is_dir() and not one.name.startswith("."))
    except OSError:
        return []


def is_own(folder: Path) -> bool:
    """Whether the program put it where it lies. A folder of the person's is never deleted."""
    return folder.absolute().parent == corpora_dir().absolute()


def remove(folder: Path) -> Iterator[Removing]:
    """Deletes a corpus and the caches made of it; what is half deleted is no corpus any more.

    Raises ValueError for a folder that is not the program's own, and NotWritable.
    """
    if not is_own(folder):
        raise ValueError(f"{folder} is not the program's to delete")
    going = folder.with_name(f"{_GOING}{secrets.token_hex(4)}")
    try:
        folder.rename(going)
    except OSError as error:
        raise storage_error(folder, error) from error
    cache = re.compile(re.escape(folder.name) + r"-[0-9a-f]{8}")
    with suppress(OSError):
        for one in caches_dir().iterdir():
            if cache.fullmatch(one.name):
                shutil.rmtree(one, ignore_errors=True)
    yield from _removed(going)


def _removed(folder: Path) -> Iterator[Removing]:
    try:
        inner = list(folder.iterdir())
        for done, one in enumerate(inner):
            yield Removing(done, len(inner))
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            else:
                one.unlink()
        folder.rmdir()
    except OSError as error:
        raise storage_error(folder, error) from error


def finish_removing() -> Iterator[Removing]:
    """Goes on with what was being deleted when the program ended."""
    with suppress(OSError):
        for folder in corpora_dir().glob(f"{_GOING}*"):
            yield from _removed(folder)
