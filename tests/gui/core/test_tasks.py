"""What runs on a thread of its own leaves nothing behind in the window's process."""

import gc
import importlib
import pkgutil
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal

import gui
from gui.core.tasks import Work


class Made:
    """What a work may hold: a page of text, a waveform."""


def classes_of_windows() -> Iterator[type]:
    for module in pkgutil.walk_packages(gui.__path__, "gui."):
        if module.name.endswith(("mac_typing", "windows_keys", "windows_typing")):
            continue  # for another system
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and issubclass(one, QObject) and one.__module__ == module.name:
                yield one


def test_a_work_that_has_ended_holds_nothing_of_what_it_did(qtbot):
    work, left = Work(), []
    for _ in range(5):
        made = Made()
        left.append(weakref.ref(made))

        def steps(made: Made = made) -> Iterator[Made]:
            yield made

        with qtbot.waitSignal(work.ended):
            work.start(steps)
        del made, steps
    qtbot.waitUntil(lambda: gc.collect() >= 0 and not any(one() for one in left))


@pytest.mark.parametrize("one", list(classes_of_windows()), ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_no_signal_has_the_name_of_a_method_of_qt(one):
    """Qt calls some of them by their names: an object whose signal was called `event` was never let go of."""
    own = {name for name, value in vars(one).items() if isinstance(value, Signal)}
    of_qt = {name for base in one.__mro__ if base.__module__.startswith("PySide6") for name in vars(base)}
    assert not own & of_qt
