"""Trainings that come to no good, each in a process of its own."""

from collections.abc import Iterator

from trainer.training.events import Aligned, Event
from trainer.training.training_process import Request


def run_with_a_mistake(_request: Request) -> Iterator[Event]:
    yield Aligned(0, 1 // 0)


def run_that_does_nothing_but_tell(_request: Request) -> Iterator[Event]:
    while True:
        yield Aligned(0, 1)
