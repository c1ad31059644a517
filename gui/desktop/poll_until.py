"""Waiting until something holds, step by step, for what runs beside the window."""

import time
from collections.abc import Callable, Iterator

_POLL_S = 0.02


class Patience:
    """now_s, sleep: passed in for tests."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep):
        self._now_s = now_s
        self.sleep = sleep

    def until(self, holds: Callable[[], bool], within_s: float, error: type[Exception]) -> Iterator[None]:
        """Yields after each look in vain. Raises the error when the time is over."""
        end_s = self._now_s() + within_s
        while not holds():
            if self._now_s() > end_s:
                raise error()
            self.sleep(_POLL_S)
            yield None
