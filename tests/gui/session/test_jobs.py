"""The queue: order, counts and the time that is left."""

from pathlib import Path
from threading import Event

import pytest

from gui.session.jobs import Job, Queue


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def files(*names: str) -> list[Job]:
    return [Job(Path(name)) for name in names]


def test_jobs_come_in_their_order():
    queue = Queue()
    first, second = files("a", "b")
    queue.add([first])
    queue.add([second])
    assert queue.first is first
    assert queue.start_next() is first
    queue.finish_current()
    assert queue.start_next() is second
    queue.finish_current()
    assert queue.start_next() is None
    assert not queue


def test_counts_start_anew_once_the_queue_is_empty():
    queue = Queue()
    queue.add(files("a", "b"))
    queue.start_next()
    assert (queue.file_number, len(queue.files)) == (1, 2)
    queue.finish_current()
    queue.start_next()
    assert queue.file_number == 2
    queue.finish_current()
    queue.add(files("c"))
    queue.start_next()
    assert (queue.file_number, len(queue.files)) == (1, 1)


def test_recordings_are_no_files():
    queue = Queue()
    queue.add([Job(Path("live"), recording=Event()), *files("a")])
    queue.start_next()
    queue.progress(3, 10)
    assert (queue.file_number, len(queue.files), queue.fraction) == (0, 1, None)


def test_fraction_and_time_left_go_over_all_files():
    clock = Clock()
    queue = Queue(clock)
    queue.add(files("a", "b", "c"))
    queue.start_next()
    assert queue.fraction is None
    queue.progress(0, 100)
    assert (queue.fraction, queue.time_left_s) == (0, None)
    clock.now_s = 5
    queue.progress(50, 100)
    assert queue.fraction == pytest.approx(1 / 6)
    assert queue.time_left_s == pytest.approx(25)  # 250 s of audio at 10 times the speed
    queue.finish_current()
    queue.start_next()
    clock.now_s = 6
    queue.progress(20, 200)
    third_s = 150  # the mean of 100 and 200
    assert queue.fraction == pytest.approx(1 - 2 / 3 * (180 + third_s) / (200 + third_s))
    assert queue.time_left_s == pytest.approx((180 + third_s) / 10)  # at the pace of both files


def test_a_file_that_is_longer_than_it_said_is_never_more_than_read():
    queue = Queue()
    queue.add(files("a"))
    queue.start_next()
    queue.progress(5, 10)
    queue.progress(11, 10)
    assert 0.99 < queue.fraction < 1
    assert queue.current_fraction == 1


def test_the_fraction_never_goes_back():
    """Not where a file is longer than the others, or than it said; not where files come or go, or one waits again."""
    queue, seen = Queue(), []

    def see(done_s: float, total_s: float | None) -> None:
        queue.progress(done_s, total_s)
        seen.append(queue.fraction or 0.0)

    *_others, third = jobs = files("a", "b", "c")
    queue.add(jobs)
    queue.start_next()
    see(0, 10)
    see(10, 10)
    queue.finish_current()
    queue.start_next()
    for done_s, total_s in ((0, 1000), (100, 1000), (900, 500), (950, 3000), (600, 3000)):
        see(done_s, total_s)
    queue.add(files("d", "e"))
    see(1000, 3000)
    queue.interrupt_current()
    queue.start_next()
    see(0, 3000)
    queue.remove(third)
    see(2999, 3000)
    queue.finish_current()
    for _rest in range(2):
        queue.start_next()
        see(0, 20)
        see(20, 20)
        queue.finish_current()
    assert seen == sorted(seen)
    assert seen[-1] > 0.99
    assert not queue


def test_a_length_of_zero_is_not_known():
    queue = Queue()
    queue.add(files("a"))
    queue.start_next()
    queue.progress(0, 0)
    assert queue.fraction is None


def test_clear_gives_what_was_left():
    queue = Queue()
    jobs = files("a", "b", "c")
    queue.add(jobs)
    queue.start_next()
    queue.finish_current()
    queue.start_next()
    assert queue.clear() == jobs[1:]
    assert not queue
    assert queue.clear() == []


def test_again_is_a_whole_file_with_the_same_heading():
    again = Job(Path("a"), "заголовок", Event(), has_text=True).again()
    assert (again.path, again.heading, again.is_live, again.has_text) == (Path("a"), "заголовок", False, False)
