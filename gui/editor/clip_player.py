"""Plays a short recording through the loudspeaker, and stops."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.system.worker import Cancelled
from gui.core.tasks import Work


def played(path: Path, open_output: Callable | None = None) -> Iterator[object]:
    """Reads the recording and plays it to its end. Raises AudioError, PlaybackError or PortAudioMissing."""
    from engine.audio.playback import Playback
    from engine.audio.sound_on_disk import Sound, load_sound

    for event in load_sound(path):
        yield None
        if isinstance(event, Sound):
            playback = Playback(event, open_output) if open_output else Playback(event)
            try:
                yield from playback.run()
            finally:
                playback.silence()


class VoicePlayer(QObject):
    """`failed(error, try_again)`; `changed`: it began or ended."""

    failed = Signal(object, object)
    changed = Signal()

    def __init__(self, open_output: Callable | None = None):
        super().__init__()
        self._open_output = open_output
        self.path: Path | None = None
        self._work = Work(self)
        self._work.ended.connect(self._end)

    @property
    def playing(self) -> bool:
        return self._work.running

    def toggle(self, path: Path) -> None:
        """Plays it from its beginning; stops what plays."""
        if self.playing:
            self.stop()
            return
        self.path = path
        self._work.start(partial(played, path, self._open_output))
        self.changed.emit()

    def stop(self) -> None:
        self._work.cancel()

    def _end(self, outcome: Exception | None) -> None:
        self.path = None
        if outcome is not None and not isinstance(outcome, Cancelled):
            self.failed.emit(outcome, None)
        self.changed.emit()
