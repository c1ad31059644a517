"""A watched folder: recordings that are put there are read once they have stopped growing."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal

from engine.audio.formats import SUFFIXES
from gui.core.errors import WatchedFolderMissing
from gui.core.settings import Settings
from gui.core.tasks import Work
from gui.session.history_store import HistoryStore
from gui.session.jobs import Job
from gui.session.session import Session

SETTLE_MS = 2000
LOOK_EVERY_MS = 60_000  # some network folders never say that they have changed

Sizes = dict[Path, tuple[int, int]]


@dataclass
class _Look:
    """What was found in a folder; began_s: when it was asked for, by the clock."""

    folder: Path
    began_s: float
    sizes: Sizes


class WatchedFolder(QObject):
    """Follows the setting `watch_folder`. What lay there when the folder was chosen is not read.

    `read(paths)` when new recordings were put into the queue; `failed(error)` when the folder is gone.
    clock: seconds of a clock that is never set back.
    """

    read = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, settings: Settings, store: HistoryStore):
        super().__init__()
        self._session, self._settings, self._store = session, settings, store
        self.clock = time.monotonic
        self._folder: Path | None = None
        self._sizes: Sizes = {}
        self._same_since_s: dict[Path, float] = {}
        self._asked: set[Path] = set()
        self._work = Work(self, yielded=self._compare, failed=self._miss)
        self._is_missing = False
        self.watcher = QFileSystemWatcher(self)
        self.watcher.directoryChanged.connect(self._look_soon)
        self.settle = QTimer(
            self, singleShot=True, interval=SETTLE_MS, timerType=Qt.TimerType.PreciseTimer, timeout=self.look
        )
        self.every = QTimer(self, interval=LOOK_EVERY_MS, timeout=self.look)
        settings.changed.connect(self._follow_setting)
        session.closed.connect(partial(self._watch, ""))

    def begin(self) -> None:
        """What came into the folder since the program was last open is read too."""
        self._watch(self._settings.watch_folder)
        self.look()

    def _follow_setting(self, name: str) -> None:
        if name != "watch_folder":
            return
        self._watch(self._settings.watch_folder)
        if self._folder is not None:
            folder = self._folder
            self._store.write(lambda history: _mark(history, folder), lambda _result: self.look())

    def _watch(self, named: str) -> None:
        for watched in self.watcher.directories():
            self.watcher.removePath(watched)
        self._folder = Path(named) if named else None
        self._sizes, self._same_since_s, self._is_missing = {}, {}, False
        self._asked.clear()
        self.settle.stop()
        if self._folder is None:
            self.every.stop()
        else:
            self.watcher.addPath(named)
            self.every.start()

    def _look_soon(self) -> None:
        """A change while a look is due does not put it off: in a busy folder there is no end of them."""
        if not self.settle.isActive():
            self.settle.start()

    def look(self) -> None:
        """Lists the folder on another thread."""
        folder, began_s = self._folder, self.clock()
        if folder is None:
            return
        if self._work.running:
            self._look_soon()  # the look under way may have missed what this one is for
            return

        def steps() -> Iterator[_Look]:
            yield _Look(folder, began_s, sizes_in(folder))

        self._work.start(steps)

    @property
    def busy(self) -> bool:
        """Whether it looks just now."""
        return self._work.running

    def _miss(self, _error: Exception) -> None:
        if not self._is_missing and self._folder is not None:
            self._is_missing = True
            self.failed.emit(WatchedFolderMissing(path=self._folder))

    def _compare(self, look: _Look) -> None:
        """Files are whole whose size and time have been the same for SETTLE_MS; the others are looked at again."""
        if look.folder != self._folder:
            return
        if self._is_missing:
            self._is_missing = False
            self.watcher.addPath(str(look.folder))
        self._note(look.sizes)
        self._asked &= set(look.sizes)
        settled_s = look.began_s - SETTLE_MS / 1000
        settled = [path for path, since_s in self._same_since_s.items() if since_s <= settled_s]
        whole = [path for path in settled if look.sizes[path][0] and path not in self._asked]
        if len(settled) < len(look.sizes):
            self._look_soon()
        if whole:
            self._asked.update(whole)
            self._store.ask(lambda history: history.unseen(whole), self._read)

    def _note(self, sizes: Sizes) -> None:
        """Since when each file has been as it is; a listing takes a while, so a change counts from its end."""
        now_s, before = self.clock(), self._sizes
        self._same_since_s = {
            path: self._same_since_s[path] if before.get(path) == size else now_s for path, size in sizes.items()
        }
        self._sizes = sizes

    def _read(self, paths: list[Path]) -> None:
        self._session.read([Job(path, is_quiet=True) for path in paths])
        if paths:
            self.read.emit(paths)


def _mark(history, folder: Path) -> None:
    with suppress(OSError):  # a folder that is not there has nothing in it; that it is gone is told by the look
        history.mark_seen(recordings_in(folder))


def recordings_in(folder: Path) -> list[Path]:
    """Raises OSError."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())


def sizes_in(folder: Path) -> Sizes:
    """Size and time of change of each recording. Raises OSError."""
    sizes = {}
    for path in recordings_in(folder):
        try:
            state = path.stat()
        except FileNotFoundError:  # gone since it was listed
            continue
        sizes[path] = (state.st_size, state.st_mtime_ns)
    return sizes
