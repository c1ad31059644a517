"""The history on a thread of its own: what is asked of it is done in order, and the window never waits for the disk."""

import logging
import queue
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import DiktovkaError, HistoryDamaged, StorageError
from gui.core.tasks import Task

log = logging.getLogger(__name__)

RETRY_MS = 10_000
Act = Callable[["History"], object]  # noqa: F821 - engine.history.store is imported on the thread, with SQLite


@dataclass(frozen=True, eq=False)
class _Request:
    act: Act
    then: Callable[[object], None] | None
    writes: bool


@dataclass(frozen=True)
class _Done:
    request: _Request
    result: object


@dataclass(frozen=True)
class _Failed:
    error: Exception


class HistoryStore(QObject):
    """`changed` after something was written; `failed(error)`: it cannot be, or the file is damaged; `closed`: the end.

    What cannot be written is kept in memory and tried again until it can be. Where the file cannot be opened at all,
    what is dictated now is found until the window closes.
    """

    changed = Signal()
    failed = Signal(object)
    closed = Signal()

    def __init__(self, path: Path):
        super().__init__()
        self._path = path
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._unwritten: deque[_Request] = deque()
        self._told_of: type | None = None
        self._task: Task | None = None
        self.has_closed = self._closing = False
        self.retry = QTimer(self, interval=RETRY_MS, timeout=self._try_again)

    def open(self) -> None:
        """Begins; what was asked before is done first."""
        if self._task is None and not self._closing:
            self._task = Task(self._serve, yielded=self._take, done=self._end, failed=self._end_badly)
            self._task.start()

    def ask(self, act: Act, then: Callable[[object], None]) -> None:
        """act(history) on the thread; then(what it gave) on the window's. A failure is told by `failed` only."""
        self._put(_Request(act, then, writes=False))

    def write(self, act: Act, then: Callable[[object], None] | None = None) -> None:
        """As ask, for what changes something. then(None) where it cannot be written yet."""
        self._put(_Request(act, then, writes=True))

    def _put(self, request: _Request) -> None:
        if not self._closing:
            self._requests.put(request)

    def close(self) -> None:
        """After all that was asked; `closed` follows."""
        if self._closing:
            return
        self._closing = True
        self.retry.stop()
        self._requests.put(None)
        if self._task is None:
            self._end()

    # --- on the thread ---

    def _serve(self) -> Iterator[_Done | _Failed]:
        from engine.history.store import History

        try:
            history = History(self._path)
        except StorageError as error:
            yield _Failed(error)
            history = History(None)
        if history.damaged is not None:
            yield _Failed(history.damaged)
        try:
            while (request := self._requests.get()) is not None:
                yield from self._answer(history, request)
            yield from self._drain(history)
        finally:
            history.close()

    def _answer(self, history, request: _Request) -> Iterator[_Done | _Failed]:
        if request.writes and self._unwritten:
            yield from self._drain(history)
        if request.writes and self._unwritten:
            self._unwritten.append(request)
            yield _Done(request, None)
            return
        yield from self._tried(history, request)

    def _tried(self, history, request: _Request) -> Iterator[_Done | _Failed]:
        try:
            try:
                result = request.act(history)
            except HistoryDamaged as error:
                yield _Failed(error)
                result = request.act(history)
        except StorageError as error:
            if request.writes:
                self._unwritten.append(request)
            yield _Failed(error)
            yield _Done(request, None)
        except Exception as error:
            if not isinstance(error, DiktovkaError):
                log.error("the history", exc_info=error)
            yield _Failed(error)
        else:
            yield _Done(request, result)

    def _drain(self, history) -> Iterator[_Done | _Failed]:
        """Writes what could not be written before, in its order, as far as that is possible now."""
        while self._unwritten:
            request = self._unwritten[0]
            try:
                result = request.act(history)
            except StorageError:
                return
            self._unwritten.popleft()
            yield _Done(request, result)

    # --- on the window's thread ---

    def _take(self, event: _Done | _Failed) -> None:
        if isinstance(event, _Failed):
            self._tell(event.error)
            return
        if event.request.then is not None:
            event.request.then(event.result)
        if event.request.writes:
            self.changed.emit()
        if not self._unwritten:
            self._told_of = None
            self.retry.stop()

    def _tell(self, error: Exception) -> None:
        """Reports a disk that stays full only once."""
        if isinstance(error, StorageError) and not self._closing and self._unwritten:
            self.retry.start()
        if type(error) is not self._told_of or not isinstance(error, StorageError):
            self._told_of = type(error)
            self.failed.emit(error)

    def _try_again(self) -> None:
        self.write(lambda _history: None)

    def _end_badly(self, error: Exception) -> None:
        self.failed.emit(error)
        self._end()

    def _end(self) -> None:
        self._closing = self.has_closed = True
        self.closed.emit()
