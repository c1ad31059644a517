"""Short work of a panel: one at a time, and what must not be dropped waits for its turn."""

import threading

from gui.core.tasks import Errand


def test_what_waits_is_begun_once_nothing_runs(qtbot):
    errand, may_end, made = Errand(), threading.Event(), []

    def slow():
        may_end.wait(10)
        yield "first"

    def quick(name):
        yield name

    errand.run(slow(), made.append)
    errand.run(quick("dropped"), made.append)
    errand.when_free(lambda: errand.run(quick("second"), made.append))
    errand.when_free(lambda: errand.run(quick("third"), made.append))
    assert made == []
    may_end.set()
    qtbot.waitUntil(lambda: len(made) == 3 and not errand.running)
    assert made == ["first", "second", "third"]


def test_what_need_not_wait_is_called_at_once():
    called = []
    Errand().when_free(lambda: called.append("now"))
    assert called == ["now"]


def test_an_errand_that_fails_holds_nothing_up(qtbot):
    errand, made, told = Errand(), [], []
    errand.ended.connect(told.append)

    def failing():
        yield "begun"
        raise OSError("no room")

    def quick():
        yield "after it"

    errand.run(failing(), made.append)
    errand.when_free(lambda: errand.run(quick(), made.append))
    qtbot.waitUntil(lambda: len(told) == 2)
    assert made == ["begun", "after it"]
    assert isinstance(told[0], OSError)
    assert told[1] is None
