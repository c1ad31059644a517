"""SIGINT and SIGTERM, polled between two steps instead of raised in the middle of one.

An exception that may be raised anywhere is also raised where it cannot be handled: in a callback of the garbage
collector, or inside asyncio. There it is lost, or leaves the event loop unusable.
"""

import signal
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

STOPPED_BY_SIGNAL = 130  # the exit status of shells for a program ended by Ctrl+C
Event = TypeVar("Event")


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Collects the numbers of SIGINT and SIGTERM signals; afterwards the former handlers are restored.

    Only Python's main thread may enter it (ValueError elsewhere, as from `signal.signal`).
    """
    received: list[int] = []
    former_handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in former_handlers:
            signal.signal(number, lambda number, _frame: received.append(number))
        yield received
    finally:
        for number, handler in former_handlers.items():
            signal.signal(number, handler)


def until_stopped(events: Generator[Event, None, None]) -> Generator[Event, None, None]:
    """The events until a signal arrives; then they are closed and KeyboardInterrupt is raised."""
    with stop_signals() as received, closing(events):
        for event in events:
            yield event
            if received:
                raise KeyboardInterrupt
