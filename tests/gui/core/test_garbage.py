"""Qt's objects that hold one another are deleted on the window's thread, whoever works beside it."""

import gc
import threading
import weakref

from PySide6.QtWidgets import QWidget

from gui.core.garbage import Garbage


class Loop(QWidget):
    """A widget that holds itself, as one does that keeps a function of its own."""

    def __init__(self):
        super().__init__()
        self.itself = self


def make_garbage() -> list[str]:
    """The list tells the thread on which it was collected, once it was."""
    threads: list[str] = []
    weakref.finalize(Loop(), lambda: threads.append(threading.current_thread().name))
    return threads


def work_much() -> list[list[int]]:
    """On another thread, more new objects than any threshold of the collector; they count as long as they are kept."""
    made: list[list[int]] = []
    thread = threading.Thread(target=lambda: made.extend([i] for i in range(30 * gc.get_threshold()[0])))
    thread.start()
    thread.join()
    return made


def see_it_collected_here(qtbot) -> None:
    """By this thread, the window's, and not by the other one, however much that one makes."""
    threads = make_garbage()
    made = work_much()
    assert made
    assert threads == []
    qtbot.waitUntil(lambda: threads != [])
    assert threads == [threading.current_thread().name]


def test_a_widget_is_collected_on_the_windows_thread_alone(qtbot):
    garbage = Garbage()
    see_it_collected_here(qtbot)
    garbage.deleteLater()


def test_the_program_does_so(stage, qtbot):
    see_it_collected_here(qtbot)


def test_what_is_older_is_collected_more_seldom():
    before = [generation["collections"] for generation in gc.get_stats()]
    rounds = (gc.get_threshold()[1] + 2) * (gc.get_threshold()[2] + 2)
    kept = []
    for _ in range(rounds):
        kept += [[i] for i in range(gc.get_threshold()[0] + 100)]
        Garbage.collect_due()
    assert len(kept) > rounds
    after = [generation["collections"] for generation in gc.get_stats()]
    young, middle, old = (now - then for now, then in zip(after, before, strict=True))
    assert young > middle > old >= 1
    assert young + middle + old == rounds


def test_what_is_kept_is_not_looked_through_again():
    old, before = Loop(), gc.get_freeze_count()
    try:
        Garbage.keep()
        assert gc.get_freeze_count() > before
        assert not any(thing is old for thing in gc.get_objects())
        threads = make_garbage()
        gc.collect()
        assert threads == [threading.current_thread().name]
    finally:
        gc.unfreeze()
