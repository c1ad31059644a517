"""Runs a generator on a thread; knows nothing of what the generator does."""

import logging
import threading
from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Raised inside a generator that was asked to stop while it waited."""


class Worker:
    """Drives a generator to its end and reports it by exactly one of on_done, on_cancelled and on_failed.

    All callbacks are called on the worker's thread. Cancel is looked for between events; a generator that waits long
    for its next event must be woken by its owner and may end with Cancelled.
    """

    def __init__(
        self,
        steps: Callable[[], Iterator[object]],
        on_event: Callable[[object], None],
        on_done: Callable[[], None],
        on_cancelled: Callable[[], None],
        on_failed: Callable[[Exception], None],
    ):
        self._steps = steps
        self._on_event = on_event
        self._on_done, self._on_cancelled, self._on_failed = on_done, on_cancelled, on_failed
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begins on a thread of its own."""
        self._thread.start()

    def cancel(self) -> None:
        """Asks for the end; the ending tells when it came."""
        self._cancel.set()

    def join(self, timeout_s: float | None = None) -> bool:
        """Waits for the thread's end; True if it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self.running

    @property
    def running(self) -> bool:
        """Whether the thread is still alive."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            cancelled = self._drive()
        except Cancelled:
            self._on_cancelled()
        except Exception as error:  # whatever it is, it must reach the person and not just end a thread
            log.info("the work ended with an error", exc_info=error)
            self._on_failed(error)
        else:
            (self._on_cancelled if cancelled else self._on_done)()

    def _drive(self) -> bool:
        """True if it was cancelled. The generator is closed either way."""
        steps = self._steps()
        try:
            while not self._cancel.is_set():
                try:
                    event = next(steps)
                except StopIteration:
                    return False
                self._on_event(event)
            return True
        finally:
            close = getattr(steps, "close", None)
            if close:
                close()
