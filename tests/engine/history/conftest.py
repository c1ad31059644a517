"""Fixtures shared by test_entries.py, test_search.py, test_database.py."""

import sqlite3
from contextlib import closing

import pytest

from engine.history.store import History
from tests.engine.history.history_helpers import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connections(monkeypatch) -> list[sqlite3.Connection]:
    """All that are made from now on; the history's own is the first."""
    made, connect = [], sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: made.append(connect(*args, **options)) or made[-1])
    return made


@pytest.fixture
def history(tmp_path, clock, connections):
    with closing(History(tmp_path / "history.sqlite", clock)) as history:
        yield history
