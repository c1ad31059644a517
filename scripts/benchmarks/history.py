"""A history of many entries: how long the window takes to open with it, and a search to answer.

usage: python -m scripts.benchmarks.history N_ENTRIES; makes them in DIKTOVKA_HOME where there are none. Prints JSON.
window_s: from before Qt is imported to the window on the screen; listed_s: from a click on History to its list;
search_ms: of each of some queries the middle of nine, the slowest of them.
"""

import json
import os
import random
import statistics
import sys
import time
from contextlib import closing
from pathlib import Path

BEGAN = time.perf_counter()
ENTRY_WORDS = 60
QUERIES = ("п", "про", "слово", "дом река", "берёза", "ёлка зеленая лес", "такогонет", "в")
REPEATS = 9


def fill(path: Path, n_entries: int) -> None:
    """Entries of words as often as they are in speech: by Zipf's law."""
    from engine.events import Segment, Word
    from engine.history.entry import Kind, State
    from engine.history.store import History
    from engine.transcript.document import Document

    rng = random.Random(20)
    letters = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфё"
    words = ["".join(rng.choices(letters, k=rng.randint(1, 10))) for _ in range(20_000)]
    words[:8] = ["в", "про", "слово", "дом", "река", "берёза", "зелёная", "лес"]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    with closing(History(path)) as history:
        history._connection.execute("PRAGMA synchronous = OFF")
        for number in range(n_entries):
            key = history.add(Path(f"/записи/{number}.wav"), Kind.FILE)
            said = [
                Word(text, i / 2, i / 2 + 0.4, 0.9) for i, text in enumerate(rng.choices(words, weights, k=ENTRY_WORDS))
            ]
            document = Document.of([Segment(0, ENTRY_WORDS / 2, tuple(said))], duration_s=30.0)
            history.finish(key, document, State.DONE)


def search_ms(path: Path) -> float:
    from engine.history.store import History

    slowest = 0.0
    with closing(History(path)) as history:
        for query in QUERIES:
            taken = []
            for _ in range(REPEATS):
                began = time.perf_counter()
                history.entries(history.keys(query)[:100], query)
                taken.append(1000 * (time.perf_counter() - began))
            slowest = max(slowest, statistics.median(taken))
    return slowest


def opened() -> tuple[float, float]:
    """Seconds to the window, and from there to the list of the History page."""
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    app = QApplication([])
    from gui.shell.app import Program
    from tests.helpers.fake_engine import FakeEngine

    program = Program(lambda _model: FakeEngine(), list_devices=lambda _rescan: [])
    loop = QEventLoop()
    program.open()
    app.processEvents()
    window_s = time.perf_counter() - BEGAN
    page = program.window.history_page
    page.made.connect(loop.quit)
    began = time.perf_counter()
    program.window.tabs.setCurrentWidget(page)
    if page.page is None:
        loop.exec()
    page.page.model.listed.connect(loop.quit)
    loop.exec()
    listed_s = time.perf_counter() - began
    program.history.closed.connect(loop.quit)
    program.window.close()
    loop.exec()
    return window_s, listed_s


def main(n_entries: int) -> None:
    from engine.paths import data_dir

    path = data_dir() / "history.sqlite"
    if n_entries and not path.exists():
        fill(path, n_entries)
        print(json.dumps({"search_ms": search_ms(path)}))
        return
    window_s, listed_s = opened()
    print(json.dumps({"window_s": window_s, "listed_s": listed_s}), flush=True)
    os._exit(0)  # Qt's and Python's ends need no order here


if __name__ == "__main__":
    main(int(sys.argv[1]))
