"""Opening and closing: the window comes first, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.paths import recordings_dir
from gui.session.status import Recording

ROOT = Path(__file__).parents[3]


def test_closing_while_recording_keeps_the_recording(stage, qtbot):
    qtbot.mouseClick(stage.page.controls.record, Qt.MouseButton.LeftButton)
    stage.microphone.say_for(1.0)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    with qtbot.waitSignal(stage.session.closed):
        assert not stage.window.close()
        assert stage.words == "Closing"
        assert stage.window.isVisible()
    qtbot.waitUntil(lambda: not stage.window.isVisible())
    (path,) = recordings_dir().glob("*.wav")
    with wave.open(str(path)) as recording:
        assert recording.getnframes() >= 16_000
    assert stage.engine.closed.is_set()


def test_closing_while_files_are_read(stage, qtbot):
    stage.session.open_files([Path("a.wav"), Path("b.wav")])
    qtbot.waitUntil(lambda: bool(stage.engine.calls))
    with qtbot.waitSignal(stage.session.closed):
        stage.window.close()
    assert stage.engine.calls == [("transcribe", Path("a.wav"))]
    assert stage.engine.closed.is_set()


def test_closing_while_the_model_is_loading(make_stage, qtbot):
    stage = make_stage(ready=False)
    with qtbot.waitSignal(stage.session.closed):
        stage.window.close()
    assert stage.engine.closed.is_set()


def test_nothing_is_begun_while_closing(stage, qtbot):
    with qtbot.waitSignal(stage.session.closed):
        stage.window.close()
        stage.session.open_files([Path("a.wav")])
        stage.session.record(None)
    assert stage.engine.calls == []
    assert stage.microphone.asked_for == []


def test_the_window_comes_back_where_it_was(stage, make_stage, qtbot):
    stage.window.resize(790, 655)
    with qtbot.waitSignal(stage.session.closed):
        stage.window.close()
    assert make_stage().window.size().toTuple() == (790, 655)


def run_program(code: str, home: Path, **options) -> subprocess.Popen:
    environment = {**os.environ, "DIKTOVKA_HOME": str(home), "DIKTOVKA_LANGUAGE": "en"}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


BEFORE_THE_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from gui.shell.app import Program
program = Program()
program.open()
slow = {"tensorflow", "keras", "av", "onnx", "onnxruntime", "numpy", "sounddevice", "soundfile", "scipy"}
slow &= set(sys.modules)
sys.exit(", ".join(slow) or 0)
"""


def test_nothing_slow_is_imported_before_the_window_is_shown(own_home):
    with run_program(BEFORE_THE_WINDOW, own_home) as program:
        _out, errors = program.communicate(timeout=60)
    assert (program.returncode, errors) == (0, "")


CLOSED_BY_A_SIGNAL = """
import sys
import gui.shell.app
from gui.shell.main_window import MainWindow
from tests.helpers.fake_engine import FakeEngine
gui.shell.app.Program.__init__.__defaults__ = (lambda model: FakeEngine(), None, lambda rescan: [], None)
shown = MainWindow.showEvent
def show(self, event):
    shown(self, event)
    print("shown", flush=True)
MainWindow.showEvent = show
sys.exit(gui.shell.app.run([]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_closes_the_window_as_a_click_does(own_home, name):
    with run_program(CLOSED_BY_A_SIGNAL, own_home) as program:
        assert program.stdout.readline() == "shown\n"
        program.send_signal(getattr(signal, name))
        _out, errors = program.communicate(timeout=60)
    assert (program.returncode, errors) == (0, "")
    assert (own_home / "config" / "window.ini").exists()
