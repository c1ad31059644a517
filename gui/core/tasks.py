"""The sole meeting point of threads and Qt: a worker's callbacks become signals on the window's thread."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.audio.capture import Recorder, Recording
from engine.errors import DiktovkaError
from engine.system.worker import Cancelled, Worker

MakeRecorder = Callable[..., Recorder]

_running: set[QObject] = set()  # a bridge that were collected while its thread runs would take the process with it


def connect_all(sender: QObject, slots: Mapping[str, object]) -> None:
    """slots: a method or a signal by the name of the sender's signal. Qt's own constructors take methods alone."""
    for name, slot in slots.items():
        getattr(sender, name).connect(slot)


class Task(QObject):
    """A generator on a thread of its own: `yielded` for each thing it yields, then exactly one of the endings.

    Connect bound methods of QObjects only: a plain function would be called on the worker's thread.
    """

    yielded = Signal(object)
    done = Signal()
    cancelled = Signal()
    failed = Signal(object)

    def __init__(self, steps: Callable[[], Iterator[object]], **slots: object):
        """slots: what its signals are connected to, by their names."""
        super().__init__()
        self._worker = Worker(steps, self.yielded.emit, self.done.emit, self.cancelled.emit, self.failed.emit)
        for ending in (self.done, self.cancelled, self.failed):
            ending.connect(self._finish)
        connect_all(self, slots)

    def start(self) -> None:
        _running.add(self)
        self._worker.start()

    def cancel(self) -> None:
        """Asks; the ending tells when it has happened."""
        self._worker.cancel()

    def _finish(self) -> None:
        self._worker.join(None)
        QTimer.singleShot(0, lambda: _running.discard(self))  # not before all have heard of the end


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


class Work(QObject):
    """`yielded` for each thing the work yields; then `ended` with None, with Cancelled, or with what went wrong.

    `failed(error)` before that, if anything did. slots: what its signals are connected to, by their names.
    """

    yielded = Signal(object)
    failed = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None, **slots: object):
        super().__init__(parent)
        self._task: Task | None = None
        connect_all(self, slots)

    @property
    def running(self) -> bool:
        return self._task is not None

    def start(self, steps: Callable[[], Iterator[object]]) -> None:
        """Does nothing while something runs."""
        if self._task is not None:
            return
        self._task = Task(steps, yielded=self.yielded, done=self._done, cancelled=self._cancelled, failed=self._failed)
        self._task.start()

    def cancel(self) -> None:
        """Asks; `ended` tells when it has happened."""
        if self._task is not None:
            self._task.cancel()

    def _done(self) -> None:
        self._end(None)

    def _cancelled(self) -> None:
        self._end(Cancelled())

    def _failed(self, error: Exception) -> None:
        self._end(error)

    def _end(self, outcome: Exception | None) -> None:
        self._task = None
        if outcome is not None and not isinstance(outcome, Cancelled):
            self.failed.emit(outcome)
        self.ended.emit(outcome)


class Errand(Work):
    """Short work that makes one thing, and what is to be done with that: a model renamed, a folder brought back."""

    def __init__(self, parent: QObject | None = None, **slots: object):
        super().__init__(parent)
        self._after: Callable[[object], object] | None = None
        self._waiting: deque[Callable[[], object]] = deque()
        self.yielded.connect(self._hand_on)
        self.ended.connect(self._next, Qt.ConnectionType.QueuedConnection)  # once all others have heard of the end
        connect_all(self, slots)

    def run(self, steps: Iterator[object], after: Callable[[object], object] = lambda _made: None) -> None:
        """after: called with each thing that the steps make, before `ended`; None is only a sign of life.

        Does nothing while something runs.
        """
        if not self.running:
            self._after = after
            self.start(lambda: steps)

    def when_free(self, act: Callable[[], object]) -> None:
        """Calls it now, or as soon as nothing runs: what a person asks for by Undo must not be dropped."""
        self._waiting.append(act)
        self._next()

    def _next(self, _outcome: object = None) -> None:
        if self._waiting and not self.running:
            self._waiting.popleft()()

    def _hand_on(self, made: object) -> None:
        if made is not None:
            self._after(made)
