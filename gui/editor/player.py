"""Hears a recording on other threads: its state and its position come as signals."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.audio.playback import Playback, open_loudspeaker
from engine.audio.sound_on_disk import Sound, load_sound
from engine.errors import DiktovkaError
from engine.system.worker import Cancelled
from gui.core.tasks import Task, Work


class Player(QObject):
    """One recording at a time. loaded(sound); moved(seconds); playing_changed(whether); failed(error).

    open_output: the loudspeaker.
    """

    loaded = Signal(object)
    moved = Signal(float)
    playing_changed = Signal(bool)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.open_output = open_loudspeaker
        self._playback: Playback | None = None
        self._loading: Task | None = None
        self.work = Work(self, yielded=self._tell, failed=self.failed, ended=self._end)
        self.is_playing = False
        self._speed = 1.0
        self._path: Path | None = None
        self._stopping = False

    @property
    def sound(self) -> Sound | None:
        return self._playback.sound if self._playback else None

    @property
    def position_s(self) -> float:
        return self._playback.position_s if self._playback else 0.0

    def load(self, path: Path, track: int | None = None) -> None:
        """Reads it, or that one of its sound tracks; `loaded` or `failed` follows. What was played before ends."""
        self.unload()
        self._path = path
        self._loading = Task(partial(_load, path, track), yielded=self._take)
        self._loading.start()

    def unload(self) -> None:
        """Lets go of the recording."""
        self.pause()
        self._playback = self._path = None
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None

    def _take(self, loaded: tuple[Path, float | Sound | Exception]) -> None:
        path, result = loaded
        if path is not self._path:
            return  # another was asked for meanwhile
        if isinstance(result, float):
            return
        self._loading = None
        if isinstance(result, Sound):
            self._playback = Playback(result, self.open_output)
            self._playback.set_speed(self._speed)
            self.loaded.emit(result)
        else:
            self.failed.emit(result)

    def play(self) -> None:
        """From where it is; from the start where that is the end."""
        if self._playback is None or self.is_playing:
            return
        if self._playback.position_s >= self._playback.sound.duration_s - 0.01:
            self._playback.seek(0.0)
        self.is_playing = True
        self.playing_changed.emit(True)
        self._run()  # as soon as the loudspeaker is closed

    def play_from(self, time_s: float) -> None:
        self.seek(time_s)
        self.play()

    def pause(self) -> None:
        if self.is_playing:
            self.is_playing = False
            self._playback.silence()
            self._stopping = True
            self.work.cancel()
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        if self.is_playing:
            self.pause()
        else:
            self.play()

    def seek(self, time_s: float) -> None:
        if self._playback is not None:
            self._playback.seek(time_s)
            self.moved.emit(self._playback.position_s)

    def set_speed(self, speed: float) -> None:
        """0.5 to 2; the pitch stays."""
        self._speed = speed
        if self._playback is not None:
            self._playback.set_speed(speed)

    def _run(self) -> None:
        if not self.work.running:
            self._stopping = False
            self.work.start(self._playback.run)

    def _tell(self, position_s: float) -> None:
        if self.is_playing and not self._stopping:
            self.moved.emit(position_s)

    def _end(self, outcome: Exception | None) -> None:
        """It played to its end or could not be played; or it was stopped, and another part is wanted by now."""
        if not self._stopping and not isinstance(outcome, Cancelled):
            self.is_playing = False
            self.playing_changed.emit(False)
        elif self.is_playing and self._playback is not None:
            self._run()


def _load(path: Path, track: int | None) -> Iterator[tuple[Path, float | Sound | Exception]]:
    """Seconds read so far, as they come, and last the Sound or why there is none."""
    try:
        for step in load_sound(path, track):
            yield path, step
    except DiktovkaError as error:
        yield path, error
