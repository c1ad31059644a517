"""Runs a coroutine as a plain generator of events: its event loop runs while the caller waits for the next one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

_TICK_S = 0.25

Event = TypeVar("Event")


def driven(make: Callable[[Callable[[Event], None]], Coroutine[Any, Any, None]]) -> Generator[Event, None, None]:
    """The events of a coroutine. make: called with the function that emits events; returns the coroutine.

    Closing the generator cancels the coroutine and waits for its end.
    """
    loop = asyncio.new_event_loop()
    events: asyncio.Queue[Event | None] = asyncio.Queue()
    task = loop.create_task(make(events.put_nowait))
    task.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (event := loop.run_until_complete(events.get())) is not None:
            yield event
        task.result()
    finally:
        unfinished = asyncio.all_tasks(loop)
        for other_task in unfinished:
            other_task.cancel()
        loop.run_until_complete(asyncio.gather(task, *unfinished, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@asynccontextmanager
async def ticking(tick: Callable[[], None]) -> AsyncIterator[None]:
    """Calls tick at intervals, so that the caller can cancel while nothing happens."""

    async def run() -> None:
        while True:
            tick()
            await asyncio.sleep(_TICK_S)

    ticker = asyncio.create_task(run())
    try:
        yield
    finally:
        ticker.cancel()
