"""Fixtures that all tests share."""

import os
import sqlite3  # noqa: F401 - before TensorFlow, which brings one of its own that cannot search texts
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.screens import x11_screen
from tests.helpers.sound_server import sound_server

ROOT = Path(__file__).parents[1]
_LAST_STEPS_S = 10  # a thread that has told its end may still be on its last lines
SHARED = Path(os.environ.get("DIKTOVKA_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development folder, see docs/experiments.md. Only tests that guard the accuracy on real speech need it."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the shared data folder {SHARED.name}/ beside the project (or DIKTOVKA_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def shipped() -> Path:
    """The shipped model."""
    folder = ROOT / "checkpoint1"
    if not (folder / "weights.npz").exists():
        pytest.skip("needs the shipped model in checkpoint1/")
    return folder


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory, monkeypatch) -> Path:
    """Settings, recordings and logs of a test go to a folder of its own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("DIKTOVKA_HOME", str(home))
    return home


@pytest.fixture
def screen() -> Iterator[str]:
    """A screen of our own; its DISPLAY."""
    with x11_screen(size="1280x1024") as display:
        yield display


@pytest.fixture
def sound(own_home) -> Iterator[dict[str, str]]:
    """A sound server of our own; the environment in which it is found."""
    with sound_server() as environment:
        yield environment


@pytest.fixture(autouse=True)
def no_thread_left():
    """A test fails if it leaves one of our threads behind."""
    before = set(threading.enumerate())
    yield
    left = [
        t for t in threading.enumerate() if t not in before and t.name.startswith(("worker", "batches", "recorder"))
    ]
    for thread in left:
        thread.join(_LAST_STEPS_S)
    left = [thread for thread in left if thread.is_alive()]
    assert not left, f"threads left behind: {left}"
