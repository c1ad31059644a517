"""How long a page takes from the click on it until it stands on the screen: each section of the settings, each tab, and
the editor with its waveform.

usage: python -m scripts.benchmarks.pages. Prints JSON: milliseconds, and of these the processor's, for each page.
"""

import json
import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from engine.paths import resource
from gui.session.status import Model
from gui.settings.sections import SECTIONS
from gui.shell.app import Program


def main() -> None:
    app = QApplication([])
    program = Program()
    window, session = program.window, program.session
    program.open()
    _until(lambda: session.status.model is Model.READY)
    session.open_files([resource("samples/man.wav")])
    _until(lambda: session.status.can_cancel)
    _until(lambda: not session.status.can_cancel)
    took: dict[str, list[float]] = {}

    def measure(name: str, act: Callable[[], object]) -> None:
        began, busy = time.perf_counter(), time.thread_time()
        act()
        app.processEvents()
        app.processEvents()  # what the first round asked to be painted
        took[name] = [1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - busy)]

    tabs = {"history": window.history_page, "voice": window.voice, "settings": window.settings_page}
    for name, page in (tabs | {"trainer": window.trainer_page}).items():
        measure(f"{name}, or that it is coming", lambda page=page: window.tabs.setCurrentWidget(page))
        _until(lambda page=page: page.page is not None)
    window.tabs.setCurrentWidget(window.settings_page)
    for section in SECTIONS:
        measure(section.title, lambda name=section.name: window.settings_page.page.show_section(name))
    history = window.history_page.page
    window.tabs.setCurrentWidget(window.history_page)
    _until(lambda: history.model.rowCount() == 1)
    history.view.setCurrentIndex(history.model.index(0))
    _until(lambda: len(history.chosen) == 1)
    measure("editor, its waveform or that it is coming", history.actions.open.click)
    left: list[bool] = []
    window.left.connect(lambda: left.append(True))
    window.leave()
    _until(lambda: bool(left))
    print(json.dumps(took))


def _until(reached: Callable[[], bool], limit_s: float = 120) -> None:
    loop, deadline = QEventLoop(), time.monotonic() + limit_s
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError
        QTimer.singleShot(20, loop.quit)
        loop.exec()


if __name__ == "__main__":
    main()
