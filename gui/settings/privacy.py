"""What the program keeps of a person, where, how large it is; and its deletion. No widgets."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.paths import config_dir, data_dir, log_file, own_words_file, recordings_dir, running_dir
from gui.core.i18n import N_
from gui.core.settings import FILE as SETTINGS_FILE

_RECORDING = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(_\d+)?\.wav")
_KNOWN = (  # name, title, and how the names of its files and folders begin
    ("texts", N_("Texts of the Dictation page"), ("texts",)),
    ("history", N_("History"), ("history", "bin")),
    ("models", N_("Models"), ("models",)),
    ("voice", N_("My voice"), ("my-voice", "tuning", ".my-voice")),
    ("corpora", N_("Recordings to train on"), ("corpora", "caches", "corpus", "voice")),
)


@dataclass(frozen=True)
class Kind:
    """title: to be translated, unless it is the name of a file that nobody here knows. paths: files and folders."""

    name: str
    title: str
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Left:
    """What could not be deleted, and why not."""

    path: Path
    reason: str


def stored_kinds(recordings: Path) -> list[Kind]:
    """Everything there is on the disk now. recordings: where new ones are put.

    Of a folder that the person chose, only what is named as a recording of ours counts: the rest is not ours. The lock
    of the program that runs is not of it: while all is deleted, it keeps the next start away.
    """
    elsewhere = () if recordings == recordings_dir() else tuple(sorted(_recordings_in(recordings)))
    found = [Kind("recordings", N_("Recordings"), (recordings_dir(), *elsewhere))]
    listed = {recordings_dir().name}
    settings = _settings_paths()
    entries = [path for path in _entries(data_dir()) if path not in (*settings, log_file().parent, running_dir())]
    for name, title, beginnings in _KNOWN:
        paths = tuple(path for path in entries if path.name.startswith(beginnings) and path.name not in listed)
        listed.update(path.name for path in paths)
        found.append(Kind(name, title, paths))
    found += [Kind(path.name, path.name, (path,)) for path in entries if path.name not in listed]
    found.append(Kind("settings", N_("Settings and own words"), settings))
    logs = tuple(path for path in _entries(log_file().parent) if path.name.startswith(log_file().name))
    found.append(Kind("log", N_("Log"), logs))
    return [kind for kind in found if any(os.path.lexists(path) for path in kind.paths)]


def _settings_paths() -> tuple[Path, ...]:
    """Windows and macOS keep settings in the very folder of the rest."""
    if config_dir() != data_dir():
        return tuple(path for path in _entries(config_dir()) if path != running_dir())
    return tuple(config_dir() / name for name in (SETTINGS_FILE, own_words_file().name))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _recordings_in(folder: Path) -> Iterator[Path]:
    return (path for path in _entries(folder) if _RECORDING.fullmatch(path.name))


def n_bytes(path: Path) -> int:
    """Of a file, or of all files under a folder; links are not followed, and what cannot be read counts nothing."""
    try:
        if path.is_symlink() or not path.is_dir():
            return path.lstat().st_size
        return sum(n_bytes(inner) for inner in path.iterdir())
    except OSError:
        return 0


def sizes(kinds: Iterable[Kind]) -> Iterator[tuple[str, int]]:
    """(name, bytes) of each, for a worker."""
    for kind in kinds:
        yield kind.name, sum(n_bytes(path) for path in kind.paths)


def delete(kinds: Iterable[Kind]) -> list[Left]:
    """Deletes all of these; what cannot be deleted is left, and told."""
    left: list[Left] = []

    def tell(_function: object, path: str, failure: tuple) -> None:
        if not isinstance(failure[1], FileNotFoundError):
            left.append(Left(Path(path), getattr(failure[1], "strerror", None) or str(failure[1])))

    for path in (path for kind in kinds for path in kind.paths):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, onerror=tell)
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            left.append(Left(path, error.strerror or str(error)))
    return left
