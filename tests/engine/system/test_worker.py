import threading

import pytest

from engine.system.worker import Cancelled, Worker


class Listener:
    """Collects what a worker says; `ended` is set by any ending."""

    def __init__(self):
        self.events, self.endings, self.ended = [], [], threading.Event()

    def end(self, *what):
        self.endings.append(what)
        self.ended.set()

    def worker(self, steps, on_event=None) -> Worker:
        return Worker(
            steps,
            on_event or self.events.append,
            lambda: self.end("done"),
            lambda: self.end("cancelled"),
            lambda error: self.end("failed", error),
        )


def finish(worker: Worker, listener: Listener) -> None:
    assert listener.ended.wait(10)
    assert worker.join(10)


def test_events_then_done():
    listener = Listener()
    worker = listener.worker(lambda: iter([1, 2, 3]))
    worker.start()
    finish(worker, listener)
    assert (listener.events, listener.endings) == ([1, 2, 3], [("done",)])


@pytest.mark.parametrize("error", [RuntimeError("lost by other workers"), ValueError("x"), KeyError("y")])
def test_an_error_in_the_generator_is_told_once(error):
    def steps():
        yield 1
        raise error

    listener = Listener()
    worker = listener.worker(steps)
    worker.start()
    finish(worker, listener)
    assert (listener.events, listener.endings) == ([1], [("failed", error)])


def test_an_error_before_the_first_event_is_told_too():
    def steps():
        raise OSError("no file")

    listener = Listener()
    worker = listener.worker(steps)
    worker.start()
    finish(worker, listener)
    assert [kind for kind, _ in listener.endings] == ["failed"]


def test_cancel_between_events_closes_the_generator():
    closed = threading.Event()
    going = threading.Event()

    def steps():
        try:
            while True:
                yield 0
        finally:
            closed.set()

    listener = Listener()
    worker = listener.worker(steps, lambda event: going.set())
    worker.start()
    assert going.wait(10)
    worker.cancel()
    finish(worker, listener)
    assert closed.is_set()
    assert listener.endings == [("cancelled",)]


def test_a_generator_that_was_woken_to_stop_counts_as_cancelled():
    def steps():
        yield 1
        raise Cancelled

    listener = Listener()
    worker = listener.worker(steps)
    worker.start()
    finish(worker, listener)
    assert listener.endings == [("cancelled",)]


def test_join_before_start_says_that_nothing_runs():
    assert Listener().worker(lambda: iter(())).join(0) is True
