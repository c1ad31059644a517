"""Progress on standard error, a line at intervals."""

import time
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from engine.cli import say
from trainer.cli.stop_signals import STOPPED_BY_SIGNAL, until_stopped

Event = TypeVar("Event")
_EVERY_S = 10.0


class Pace:
    """Decides when the next line is due."""

    def __init__(self, every_s: float = _EVERY_S, clock: Callable[[], float] = time.monotonic):
        self._every_s, self._clock, self._next_s = every_s, clock, 0.0

    def is_due(self, is_news: bool = False) -> bool:
        """Whether the last line is long enough ago, or this one is news."""
        if not is_news and self._clock() < self._next_s:
            return False
        self._next_s = self._clock() + self._every_s
        return True


def follow_run(events: Generator[Event, None, None], out: Path, line: Callable[[Event], str], done: str) -> int:
    """Prints the events of a run, those with an `f1` at once, and `done` at its end; 130 if interrupted."""
    pace = Pace()
    try:
        with closing(until_stopped(events)) as until:
            for event in until:
                if pace.is_due(getattr(event, "f1", None) is not None):
                    say(line(event))
    except KeyboardInterrupt:
        say(f"{out}: saved; the same command goes on with it")
        return STOPPED_BY_SIGNAL
    say(done)
    return 0
