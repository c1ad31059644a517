"""The sole meeting point of threads and Qt: a worker's callbacks become signals on the window's thread."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.audio.capture import Recorder, Recording
from engine.errors import DiktovkaError
from engine.system.worker import Worker

MakeRecorder = Callable[..., Recorder]

_running: set[QObject] = set()  # a bridge that were collected while its thread runs would take the process with it


class Task(QObject):
    """A generator on a thread of its own: `event` for each thing it yields, then exactly one of the endings.

    Connect bound methods of QObjects only: a plain function would be called on the worker's thread.
    """

    event = Signal(object)
    done = Signal()
    cancelled = Signal()
    failed = Signal(object)

    def __init__(self, steps: Callable[[], Iterator[object]]):
        super().__init__()
        self._worker = Worker(steps, self.event.emit, self.done.emit, self.cancelled.emit, self.failed.emit)
        for ending in (self.done, self.cancelled, self.failed):
            ending.connect(self._finish)

    def start(self) -> None:
        _running.add(self)
        self._worker.start()

    def cancel(self) -> None:
        """Asks; the ending tells when it has happened."""
        self._worker.cancel()

    def _finish(self) -> None:
        self._worker.join(None)
        _running.discard(self)


class RecordingTask(QObject):
    """A Recorder whose callbacks are signals. After `start` exactly one `ended` follows.

    level(peak, rms, elapsed_s): of a block, and where in the recording it ends.
    """

    started = Signal()
    level = Signal(float, float, float)
    ended = Signal(object, object)

    def __init__(self, path: Path, microphone: str | None, make_recorder: MakeRecorder = Recorder):
        super().__init__()
        self.path = path
        self._recorder = make_recorder(path, microphone, self.level.emit, self.started.emit, self._end)

    @property
    def elapsed_s(self) -> float:
        return self._recorder.elapsed_s

    def start(self) -> None:
        # A sender may not go while its signal is still being sent: those whose threads have ended go here.
        for older in [task for task in _running if isinstance(task, RecordingTask)]:
            if not older._recorder.running:
                _running.discard(older)
        _running.add(self)
        self._recorder.start()

    def request_stop(self, tail_s: float) -> None:
        self._recorder.request_stop(tail_s)

    def _end(self, recording: Recording | None, error: DiktovkaError | None) -> None:
        self.ended.emit(recording, error)
