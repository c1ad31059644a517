"""One piece of long work at a time, for a panel that has a button to begin it and one to end it."""

from collections import deque
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Qt, Signal

from engine.system.worker import Cancelled
from gui.core.tasks import Task


class Work(QObject):
    """`event` for each thing the work yields; then `ended` with None, with Cancelled, or with what went wrong."""

    event = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._task: Task | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    def start(self, steps: Callable[[], Iterator[object]]) -> None:
        """Does nothing while something runs."""
        if self._task is not None:
            return
        self._task = Task(steps)
        self._task.event.connect(self.event)
        self._task.done.connect(self._done)
        self._task.cancelled.connect(self._cancelled)
        self._task.failed.connect(self._failed)
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
        self.ended.emit(outcome)


class Errand(Work):
    """Short work that makes one thing, and what is to be done with that: a model renamed, a folder brought back."""

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._after: Callable[[object], object] | None = None
        self._waiting: deque[Callable[[], object]] = deque()
        self.event.connect(self._hand_on)
        self.ended.connect(self._next, Qt.ConnectionType.QueuedConnection)  # once all others have heard of the end

    def run(self, steps: Iterator[object], after: Callable[[object], object] = lambda _made: None) -> None:
        """after: called with each thing that the steps make, before `ended`. Does nothing while something runs."""
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
        self._after(made)
