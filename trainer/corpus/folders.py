"""The program's own folders of recordings, and their deletion. Does not use Qt."""

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
    """Progress of a removal, in files and folders directly in the corpus's folder."""

    done: int
    total: int


def corpora_dir() -> Path:
    """Folder of downloaded corpora."""
    return data_dir() / "corpora"


def caches_dir() -> Path:
    """Folder of the feature caches that the program made."""
    return data_dir() / "caches"


def downloaded() -> list[Path]:
    """Corpora downloaded to the program's own folder, by name."""
    try:
        return sorted(path for path in corpora_dir().iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []


def is_own(folder: Path) -> bool:
    """Whether the program made the folder. A folder of the person's is never deleted."""
    return folder.absolute().parent == corpora_dir().absolute()


def remove(folder: Path) -> Iterator[Removing]:
    """Deletes a corpus and its caches; a half-deleted corpus is no longer listed.

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
        for cache_of_corpus in caches_dir().iterdir():
            if cache.fullmatch(cache_of_corpus.name):
                shutil.rmtree(cache_of_corpus, ignore_errors=True)
    yield from _removed(going)


def _removed(folder: Path) -> Iterator[Removing]:
    try:
        inner = list(folder.iterdir())
        for done, path in enumerate(inner):
            yield Removing(done, len(inner))
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        folder.rmdir()
    except OSError as error:
        raise storage_error(folder, error) from error


def finish_removing() -> Iterator[Removing]:
    """Completes removals that were interrupted."""
    with suppress(OSError):
        for folder in corpora_dir().glob(f"{_GOING}*"):
            yield from _removed(folder)
