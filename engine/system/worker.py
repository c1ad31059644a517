"""Runs a generator on a thread, whatever the generator does."""

import logging
import threading
from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Raised inside a generator that was cancelled while it waited."""


class Worker:
    """Drives a generator and ends with exactly one of on_done, on_cancelled and on_failed.

    All callbacks are called on the worker's thread. Cancel is polled between events; a generator that waits long
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
        """Starts the thread."""
        self._thread.start()

    def cancel(self) -> None:
        """Requests the end; a callback reports it."""
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
        except Exception as error:  # any error must reach the person instead of only ending a thread
            log.info("the work ended with an error", exc_info=error)
            self._on_failed(error)
        else:
            (self._on_cancelled if cancelled else self._on_done)()

    def _drive(self) -> bool:
        """Runs the generator and closes it; True if it was cancelled."""
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
