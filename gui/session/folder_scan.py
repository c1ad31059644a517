"""Which recordings are in the folders that were dropped, found on a thread of its own: a folder may be large."""

import mimetypes
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.audio.formats import SUFFIXES
from engine.errors import AudioEmpty, AudioError, AudioUnreadable
from gui.core.tasks import Work

TELL_EVERY_S = 0.1
_OTHER_KINDS = ("text", "image", "font", "message", "model")
_OFFICE = (
    *(".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".json"),
    *(".zip", ".7z", ".rar", ".exe"),
)


@dataclass(frozen=True)
class Listed:
    """recordings: what is to be read; others: files that are none."""

    recordings: tuple[Path, ...]
    others: tuple[Path, ...] = ()


def is_other_file(path: Path) -> bool:
    """Whether it is no recording, by its name, or by its content where the name does not say."""
    ending = path.suffix.lower()
    if ending in SUFFIXES:
        return False
    kind = (mimetypes.guess_type(path.name)[0] or "").partition("/")[0]
    return kind in _OTHER_KINDS or ending in _OFFICE or (path.is_file() and not _has_sound(path))


def _has_sound(path: Path) -> bool:
    """True too where it cannot be looked into: then reading tells why."""
    from engine.audio.file import open_audio  # brings FFmpeg along, which the window must not wait for

    try:
        with open_audio(path):
            return True
    except (AudioUnreadable, AudioEmpty):
        return False
    except AudioError:
        return True


def with_folders_opened(paths: Sequence[Path], clock: Callable[[], float] = time.monotonic) -> Iterator[int | Listed]:
    """How many recordings were found so far, at once and ten times a second; at last what was Listed.

    A folder gives all below it, sorted by name. What may not be read is left out.
    """
    found: list[Path] = []
    others: list[Path] = []
    for path in paths:
        if not path.is_dir():
            (others if is_other_file(path) else found).append(path)
            continue
        before = len(found)
        told_s = float("-inf")
        for inner in _below(path):
            if inner is not None:
                found.append(inner)
            if clock() - told_s >= TELL_EVERY_S:
                told_s = clock()
                yield len(found)
        found[before:] = sorted(found[before:])
    yield Listed(tuple(found), tuple(others))


def _below(folder: Path) -> Iterator[Path | None]:
    """The recordings of a folder and of those in it; None for every other entry, so that the caller hears of it."""
    waiting = [os.fspath(folder)]
    while waiting:
        yield None
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                is_recording = os.path.splitext(entry.name)[1].lower() in SUFFIXES  # noqa: PTH122 - many
                yield Path(entry.path) if is_recording else None


class Listing(QObject):
    """One drop after the other. `listed(Listed, is_quiet)`: what is in it, and whether for the history only.

    n_found: recordings found so far in the folders of the drop under way; None where there are no folders to open.
    `changed` when it has changed; `failed(error)`.
    """

    listed = Signal(object, bool)
    changed = Signal()
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[tuple[Sequence[Path], bool]] = deque()
        self._is_quiet = False
        self._work = Work(self, yielded=self._take, failed=self.failed, ended=self._end)
        self.n_found: int | None = None

    @property
    def busy(self) -> bool:
        return self._work.running

    def look(self, paths: Sequence[Path], is_quiet: bool) -> None:
        self._waiting.append((paths, is_quiet))
        self._go_on()

    def cancel(self) -> None:
        """Nothing more is listed, of this drop and of those that wait."""
        self._waiting.clear()
        self._work.cancel()

    def _go_on(self) -> None:
        if self._waiting and not self._work.running:
            paths, self._is_quiet = self._waiting.popleft()
            self._work.start(lambda: with_folders_opened(paths))

    def _take(self, found: int | Listed) -> None:
        if isinstance(found, int):
            self.n_found = found
            self.changed.emit()
        else:
            self.listed.emit(found, self._is_quiet)

    def _end(self, _outcome: Exception | None) -> None:
        self.n_found = None
        self._go_on()
        self.changed.emit()
