import signal

import pytest

from trainer.cli.stop_signals import stop_signals, until_stopped

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


class InterruptsAtItsEnd:
    """Python can raise nothing out of the end of an object: an exception in there is lost."""

    def __del__(self):
        signal.raise_signal(signal.SIGINT)


@BOTH
def test_a_signal_ends_it_after_the_event_that_is_under_way(number):
    steps = []

    def events():
        try:
            yield 1
            signal.raise_signal(number)
            steps.append("not torn apart")
            yield 2
            yield 3
        finally:
            steps.append("closed")

    got = []
    with pytest.raises(KeyboardInterrupt):
        got.extend(until_stopped(events()))
    assert (got, steps) == ([1, 2], ["not torn apart", "closed"])


def test_it_comes_through_from_where_an_exception_would_be_lost():
    def events():
        for n in range(3):
            yield n
            InterruptsAtItsEnd()

    with pytest.raises(KeyboardInterrupt):
        assert list(until_stopped(events())) == []


def test_without_a_signal_all_events_come():
    assert list(until_stopped(iter_of(range(3)))) == [0, 1, 2]


def iter_of(things):
    yield from things


def test_an_error_of_the_events_is_raised():
    def events():
        yield 1
        raise ValueError("of its own")

    with pytest.raises(ValueError, match="of its own"):
        list(until_stopped(events()))


@BOTH
def test_each_signal_is_gathered_and_the_handler_is_put_back(number):
    before = signal.getsignal(number)
    with stop_signals() as came:
        signal.raise_signal(number)
        signal.raise_signal(number)
        assert came == [number, number]
    assert signal.getsignal(number) is before
