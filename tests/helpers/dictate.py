"""A person at the window: clicks Record, lets a loudspeaker speak, clicks Stop, reads the text.

usage: python -m tests.helpers.dictate RECORDING. Nothing of the program is replaced. Prints JSON: text (what stands
on the page), provisional (what was shown greyed, in order), provisional_gap_s (longest time between two of them
while the loudspeaker spoke), words (the states, in order), messages.
"""

import json
import subprocess
import sys
import time
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.app import Program
from gui.log import start_logging
from gui.status import Model, Recording

LIMIT_S = 120.0


class Person:
    """Sees the window, and acts on it by the mouse alone."""

    def __init__(self, app: QApplication):
        self._app = app
        self._program = Program(language="en")
        self.page = self._program.page
        self.words: list[str] = []
        self.provisional: list[tuple[float, str]] = []
        self._program.session.status_changed.connect(self._note_words)
        self._program.session.provisional.connect(self._note_provisional)

    def _note_words(self, status) -> None:
        if not self.words or self.words[-1] != status.words:
            self.words.append(status.words)

    def _note_provisional(self, _job, segment) -> None:
        self.provisional.append((time.monotonic(), segment.text))

    def wait(self, until, what: str) -> None:
        deadline = time.monotonic() + LIMIT_S
        while not until():
            if time.monotonic() > deadline:
                raise SystemExit(f"waited too long for {what}; seen: {self.words}, {self.page.messages.texts}")
            self._app.processEvents()
            time.sleep(0.005)

    def click_record(self) -> None:
        QTest.mouseClick(self.page.controls.record, Qt.MouseButton.LeftButton)

    def dictate(self, recording: str) -> dict[str, object]:
        session = self._program.session
        self._program.open()
        self.wait(lambda: session.status.model is Model.READY, "the model")
        self.click_record()
        self.wait(lambda: session.status.recording is Recording.LISTENING, "the microphone")
        with subprocess.Popen(["paplay", recording]) as loudspeaker:
            began_s = time.monotonic()
            self.wait(lambda: loudspeaker.poll() is not None, "the loudspeaker")
            ended_s = time.monotonic()
        self.wait(lambda: bool(self.provisional), "provisional text")
        self.click_record()
        self.wait(lambda: not session.status.can_cancel, "the rest")
        times_s = [began_s, *(at for at, _text in self.provisional if began_s < at < ended_s), ended_s]
        return {
            "text": self.page.transcript.toPlainText(),
            "provisional": [text for _at, text in self.provisional],
            "provisional_gap_s": max(b - a for a, b in pairwise(times_s)),
            "words": self.words,
            "messages": self.page.messages.texts,
        }

    def leave(self) -> None:
        self._program.window.close()
        self.wait(lambda: self._program.session.has_closed, "the end")


def main() -> None:
    start_logging()
    person = Person(QApplication([]))
    seen = person.dictate(sys.argv[1])
    person.leave()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
