"""Plays an entry of the history from its beginning to its end."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.system.worker import Cancelled
from gui.core.tasks import Work


def playing(path: Path) -> Iterator[float]:
    """Plays a recording, and tells the second that is heard. Raises AudioError, PlaybackError or PortAudioMissing."""
    from engine.audio.playback import Playback
    from engine.audio.sound_on_disk import Sound, load_sound

    for step in load_sound(path):
        if isinstance(step, Sound):
            yield from Playback(step).run()
        else:
            yield 0.0


class HistoryPlayer(QObject):
    """One at a time. `changed` when it begins or ends; `failed(error)`. play: passed in; see `playing`."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, play: Callable[[Path], Iterator[float]] = playing):
        super().__init__()
        self._play = play
        self._work = Work(self)
        self._work.ended.connect(self._end)
        self._next: tuple[int, Path] | None = None
        self.key: int | None = None

    @property
    def has_stopped(self) -> bool:
        return not self._work.running

    def toggle(self, key: int, path: Path) -> None:
        """Plays it, or stops where it is the one that is heard."""
        again = key == self.key
        self.stop()
        if again:
            return
        self._next = (key, path)
        if not self._work.running:
            self._begin()

    def stop(self) -> None:
        self._next = None
        self._work.cancel()

    def _begin(self) -> None:
        (self.key, path), self._next = self._next, None
        self._work.start(lambda: self._play(path))
        self.changed.emit()

    def _end(self, outcome: Exception | None) -> None:
        self.key = None
        if outcome is not None and not isinstance(outcome, Cancelled):
            self.failed.emit(outcome)
        if self._next is not None:
            self._begin()
        else:
            self.changed.emit()
