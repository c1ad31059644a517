"""Helpers of the tests in this room, shared by test_entries.py, test_search.py, test_database.py."""

from pathlib import Path

from engine.history.entry import Kind, State
from engine.history.store import History
from engine.transcript.document import Document
from tests.helpers.fake_engine import segment

MODEL = Path("/models/best")


class Clock:
    now_s = 1_700_000_000.0

    def __call__(self) -> float:
        self.now_s += 1
        return self.now_s


def document(text: str, duration_s: float = 2.0) -> Document:
    return Document.of([segment(text)], duration_s=duration_s)


def add(history: History, text: str, name: str = "запись.wav", duration_s: float = 2.0) -> int:
    key = history.add(Path("/звук") / name, Kind.FILE)
    history.begin_reading(key, MODEL)
    history.finish(key, document(text, duration_s), State.DONE)
    return key


def one(history: History, key: int):
    (entry,) = history.entries([key])
    return entry


def read_again(history: History, key: int, text: str, state: State = State.DONE) -> None:
    history.put_back([key])
    history.begin_reading(key, MODEL)
    history.finish(key, document(text) if text else Document.of([]), state)


def corrected(history: History) -> int:
    key = add(history, "карова")
    history.keep_text(key, document("карова").edited("корова"))
    return key


def texts(history: History, key: int) -> tuple[str, str]:
    """The one that stands, and the one that can be had back."""
    shown = history.document(key).text
    history.swap(key)
    back = history.document(key).text
    history.swap(key)
    return shown, back
