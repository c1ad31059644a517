"""Ctrl+C and a request to end, looked at between two steps instead of raised in the middle of one.

An exception that may come anywhere also comes where nobody can pass it on: in a callback of the garbage collector, or
in the middle of asyncio's own work. There it is lost, or it leaves the event loop unusable.
"""

import signal
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

STOPPED_BY_SIGNAL = 130  # the exit status that shells give to a program that Ctrl+C ended
Event = TypeVar("Event")


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Gathers the numbers of each SIGINT and SIGTERM that comes; after it they do again what they did before.

    Only Python's main thread may enter it (ValueError elsewhere, as from `signal.signal`).
    """
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in before:
            signal.signal(number, lambda number, _frame: came.append(number))
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def until_stopped(events: Generator[Event, None, None]) -> Generator[Event, None, None]:
    """The events, up to the one that a signal came before; then they are closed and KeyboardInterrupt is raised."""
    with stop_signals() as came, closing(events):
        for event in events:
            yield event
            if came:
                raise KeyboardInterrupt
