"""A start of the window where something is wrong with the machine, and a dictation in it.

usage: python -m tests.helpers.starts. Recognition and microphone are stand-ins; all else is as in the program.
Prints JSON: shown_s (from the start of the process until the window is visible), told_s (until the first message),
told_cpu_s (processor time until then, on all threads, which other programs do not lengthen), messages (all of them),
copied (what is on the clipboard after a dictation), status.
"""

import json
import logging
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from engine.audio.capture import InputDevice, Recorder
from gui.session.status import Recording
from gui.shell.app import Program, run
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.fake_microphone import FakeMicrophone

LIMIT_S = 60.0
SAID = "раз два три"


class Visit:
    """Looks at the window, dictates, and leaves."""

    def __init__(self):
        self.engine, self.microphone = FakeEngine(), FakeMicrophone()
        self.seen: dict[str, object] = {"messages": []}
        self._steps = iter(self._visit())
        self._until, self._deadline_s = (lambda: True), 0.0
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._look)

    def make_program(self) -> Program:
        self.program = Program(
            lambda _model: self.engine,
            lambda *given: Recorder(*given, open_stream=self.microphone.open, clock=self.microphone.clock),
            lambda _rescan: [InputDevice("Fake", 0, True, 16_000, 1)],
            "en",
        )
        self.program.settings.tour_seen = True
        self._timer.start()
        return self.program

    def _look(self) -> None:
        self._note_messages()
        if not self._until() and time.monotonic() < self._deadline_s:
            return
        self._until, self._deadline_s = next(self._steps), time.monotonic() + LIMIT_S

    def _note_messages(self) -> None:
        known = self.seen["messages"]
        new = [text for text in self.program.page.messages.texts if text not in known]
        if new and not known:
            self.seen |= {"told_s": _age_s(), "told_cpu_s": time.process_time()}
        known += new

    def _visit(self):
        page, session = self.program.page, self.program.session
        yield self.program.window.isVisible
        self.seen["shown_s"] = _age_s()
        yield lambda: page.controls.state.text() == "Ready"
        page.toggle_recording()
        yield self.microphone.opened.is_set
        self.microphone.say_for(1.0)
        yield lambda: session.status.recording is not Recording.OPENING
        if session.status.recording is Recording.LISTENING:
            self.engine.read(SAID)
            page.toggle_recording()
            yield lambda: QApplication.clipboard().text()
            yield lambda: not session.status.can_cancel
        self.seen["copied"] = QApplication.clipboard().text()
        self.program.window.leave()
        self._timer.stop()
        yield lambda: True


def _age_s() -> float:
    """Of this process, with what Python and the imports took; 0 where the system does not tell it."""
    try:
        began = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began / os.sysconf("SC_CLK_TCK")


def main() -> None:
    visit = Visit()
    status = run(sys.argv[1:], visit.make_program)
    logging.shutdown()
    print(json.dumps({**visit.seen, "status": status}))


if __name__ == "__main__":
    main()
