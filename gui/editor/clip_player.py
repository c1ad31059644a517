"""Plays short recordings from beginning to end, one at a time: an entry of the history, a clip of one's voice."""

from collections.abc import Callable, Hashable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gui.core.tasks import Work


def playing(path: Path, open_output: Callable | None = None) -> Iterator[float]:
    """Plays a recording and yields the second that is heard. Raises AudioError, PlaybackError or PortAudioMissing."""
    from engine.audio.playback import Playback
    from engine.audio.sound_on_disk import Sound, load_sound

    for step in load_sound(path):
        if isinstance(step, Sound):
            yield from (Playback(step, open_output) if open_output else Playback(step)).run()
        else:
            yield 0.0


class ClipPlayer(QObject):
    """`changed` when it begins or ends; `failed(error)`. key: of what is heard, else None. play: see `playing`."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.play = playing
        self.key: Hashable | None = None
        self._next: tuple[Path, Hashable] | None = None
        self._work = Work(self, failed=self.failed, ended=self._end)

    @property
    def is_playing(self) -> bool:
        return self._work.running

    def toggle(self, path: Path, key: Hashable | None = None) -> None:
        """Plays the recording in place of what is heard, or stops if it is the one that is heard.

        key: tells recordings apart; their paths do where none is given.
        """
        key = path if key is None else key
        is_heard = key == self.key
        self.stop()
        if is_heard:
            return
        self._next = (path, key)
        if not self.is_playing:
            self._begin()

    def stop(self) -> None:
        self._next = None
        self._work.cancel()

    def _begin(self) -> None:
        (path, self.key), self._next = self._next, None
        self._work.start(lambda: self.play(path))
        self.changed.emit()

    def _end(self, _outcome: Exception | None) -> None:
        self.key = None
        if self._next is not None:
            self._begin()
        else:
            self.changed.emit()
