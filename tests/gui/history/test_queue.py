"""The queue: files one after the other, with pause, cancel and retry; it goes on after the program has ended."""

import os
import signal
import sqlite3
import subprocess
import sys
import wave
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.errors import AudioUnreadable, InterruptedTooOften
from engine.history.entry import Show, State
from engine.paths import data_dir, shipped_checkpoint
from gui.session.history_recorder import recorded_s
from gui.session.status import Recording
from tests.gui.history_stage import FILES, choose, entries, in_database, settle, show_history, states
from tests.gui.widgets.test_files import drop, enter, mime
from tests.helpers.models import write_random_checkpoint

ROOT = Path(__file__).parents[3]


def close(stage, qtbot) -> None:
    with qtbot.waitSignal(stage.program.history.closed):
        stage.window.close()


def begin_first(stage, qtbot, text: str = "начало главы") -> None:
    """Three files, the first of them read in part."""
    stage.session.open_files(FILES)
    stage.engine.begin(60)
    stage.engine.write(text)
    stage.engine.progress(20, 60)
    qtbot.waitUntil(lambda: stage.text.endswith(text))


# --- pause, cancel, retry ---


def test_the_queue_tells_how_far_it_is(stage, qtbot):
    page = show_history(stage, qtbot)
    begin_first(stage, qtbot)
    qtbot.waitUntil(lambda: page.queue.words.text().startswith("Transcribing file 1 of 3, "))
    assert page.queue.isVisible()
    qtbot.waitUntil(lambda: any("Transcribing, 33 %" in (page.model.index(row).data() or "") for row in range(3)))
    for text in ("конец", "два", "три"):
        stage.engine.write(text, start_s=20) if text == "конец" else stage.engine.begin(60)
        stage.engine.write(text, start_s=30)
        stage.engine.finish(60)
    qtbot.waitUntil(lambda: not page.queue.isVisible())


def test_a_paused_file_goes_on_where_its_text_ends(stage, qtbot):
    page = show_history(stage, qtbot)
    begin_first(stage, qtbot)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page.view, Qt.Key.Key_P, both)
    qtbot.waitUntil(lambda: page.queue.words.text() == "Paused; 3 files wait")
    assert page.queue.pause.text() == "Go on"
    assert [state for _name, state, _text in states(stage, qtbot)] == ["waiting"] * 3
    qtbot.waitUntil(lambda: not stage.session.reading.running)
    assert stage.engine.begun_at_s == [0.0]
    page.queue.pause.click()
    qtbot.waitUntil(lambda: stage.engine.begun_at_s == [0.0, 1.0])  # two words of half a second
    stage.engine.write("и её конец", start_s=2)
    stage.engine.finish(60)
    stage.engine.read("два")
    stage.engine.read("три")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert states(stage, qtbot)[0] == ("первая.wav", "done", "начало главы\nи её конец")
    assert stage.text.startswith("первая.wav\nначало главы и её конец\n")


def test_what_is_dictated_goes_before_files_and_is_not_paused(stage, qtbot):
    begin_first(stage, qtbot)
    stage.session.pause(True)
    stage.page.toggle_recording()
    stage.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    stage.page.toggle_recording()
    stage.microphone.say_for(1.0)
    qtbot.waitUntil(lambda: stage.engine.calls[-1][0] == "follow")
    stage.engine.read("между делом")
    qtbot.waitUntil(lambda: len(stage.session.jobs) == 3)
    assert stage.text.endswith("между делом")
    assert [verb for verb, _path in stage.engine.calls] == ["transcribe", "follow"]
    stage.session.pause(False)
    qtbot.waitUntil(lambda: stage.engine.begun_at_s == [0.0, 1.0])


def test_one_file_is_taken_out_of_the_queue(stage, qtbot):
    page = show_history(stage, qtbot)
    begin_first(stage, qtbot)
    qtbot.waitUntil(lambda: len(page.model.keys) == 3)
    choose(page, qtbot, 1)  # the newest is first: the second of three
    assert page.actions.again.text() == "Cancel"
    page.actions.again.click()
    assert states(stage, qtbot)[1] == ("вторая.mp3", "cancelled", "")
    choose(page, qtbot, 2)
    page.actions.again.click()  # the one that is being read
    qtbot.waitUntil(lambda: stage.engine.calls[-1] == ("transcribe", FILES[2]))
    stage.engine.read("три")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert states(stage, qtbot) == [
        ("первая.wav", "cancelled", "начало главы"),
        ("вторая.mp3", "cancelled", ""),
        ("третья.ogg", "done", "три"),
    ]


def test_cancel_all_and_try_all_again(stage, qtbot):
    page = show_history(stage, qtbot)
    begin_first(stage, qtbot)
    page.queue.cancel.click()
    qtbot.waitUntil(lambda: not stage.session.jobs and stage.words == "Ready")
    page.show_choice.setCurrentIndex(2)
    qtbot.waitUntil(lambda: page.model.show is Show.FAILED and len(page.model.keys) == 3)
    qtbot.waitUntil(page.actions.all_again.isEnabled)
    page.actions.all_again.click()
    for text in ("три", "два", "раз"):
        stage.engine.read(text)
    qtbot.waitUntil(lambda: len(stage.engine.calls) == 4 and not stage.session.jobs)
    assert sorted(text for _name, _state, text in states(stage, qtbot)) == ["два", "раз", "три"]
    assert stage.engine.begun_at_s == [0.0] * 4


def test_a_bad_file_is_an_entry_with_its_reason_and_the_others_go_on(stage, qtbot):
    stage.session.open_files(FILES)
    stage.engine.fail(AudioUnreadable(path=FILES[0], reason="MP4"))
    stage.engine.read("два")
    stage.engine.read("три")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert [state for _name, state, _text in states(stage, qtbot)] == ["failed", "done", "done"]


def test_what_is_dropped_on_the_history_is_read_for_it_alone(stage, qtbot):
    page = show_history(stage, qtbot)
    dropped = mime(FILES[:2])
    assert enter(stage, dropped).isAccepted()
    drop(stage, dropped)
    assert stage.window.tabs.currentWidget() is stage.window.history_page
    qtbot.waitUntil(lambda: len(stage.session.jobs) == 2)  # once the drop has been looked through
    stage.engine.read("раз")
    stage.engine.read("два")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert [text for _name, _state, text in states(stage, qtbot)] == ["раз", "два"]
    assert stage.text == ""
    assert page.isVisible()


# --- the next start ---


def test_a_queue_that_was_closed_goes_on(stage, make_stage, qtbot):
    begin_first(stage, qtbot)
    close(stage, qtbot)
    assert {entry.state for entry in in_database()} == {State.WAITING}
    again = make_stage()
    qtbot.waitUntil(lambda: again.engine.begun_at_s == [1.0])
    told = "3 files that were not finished last time are being transcribed; their texts come into the history."
    assert told in again.page.messages.texts
    again.engine.write("и конец", start_s=2)
    again.engine.finish(60)
    again.engine.read("два")
    again.engine.read("три")
    qtbot.waitUntil(lambda: not again.session.jobs)
    assert states(again, qtbot) == [
        ("первая.wav", "done", "начало главы\nи конец"),
        ("вторая.mp3", "done", "два"),
        ("третья.ogg", "done", "три"),
    ]
    assert again.text == ""  # what was read without the person being there does not fill their page
    again.press("Show history")
    assert again.window.tabs.currentWidget() is again.window.history_page


@pytest.fixture
def other_model(tmp_path) -> Path:
    return write_random_checkpoint(tmp_path / "другая модель")


def begin_with_another_model(stage, qtbot, model: Path) -> None:
    """Two files that have been read are read again; of the first a part of the new text is there."""
    stage.session.open_files(FILES[:2])
    for text in ("раз", "два"):
        stage.engine.read(text)
    qtbot.waitUntil(lambda: not stage.session.jobs)
    stage.program.history.read_again(list(reversed(entries(stage, qtbot))), model)
    qtbot.waitUntil(lambda: stage.models[-1] == model and bool(stage.engine.calls))
    stage.engine.begin(60)
    stage.engine.write("другой моделью")
    qtbot.waitUntil(lambda: bool(stage.session.jobs[0].segments))


def read_both(stage, qtbot, model: Path, **first) -> list[tuple[str, str]]:
    """Texts and models of both files, read by the engine that has that model."""
    qtbot.waitUntil(lambda: stage.models[-1] == model and bool(stage.engine.calls))
    stage.engine.begin(60)
    stage.engine.write("до конца", **first)
    stage.engine.finish(60)
    stage.engine.read("и эту")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    return [(entry.text, entry.model) for entry in reversed(entries(stage, qtbot))]


def test_what_another_model_was_reading_goes_on_with_that_one(stage, make_stage, qtbot, other_model):
    begin_with_another_model(stage, qtbot, other_model)
    close(stage, qtbot)
    again = make_stage()
    told = [("другой моделью\nдо конца", str(other_model)), ("и эту", str(other_model))]
    assert read_both(again, qtbot, other_model, start_s=2) == told
    qtbot.waitUntil(lambda: again.models[-1] == shipped_checkpoint())  # dictation has its own again


def test_what_a_model_was_reading_that_is_gone_begins_anew(stage, make_stage, qtbot, other_model):
    begin_with_another_model(stage, qtbot, other_model)
    close(stage, qtbot)
    (other_model / "weights.npz").unlink()
    again = make_stage()
    qtbot.waitUntil(lambda: again.engine.begun_at_s == [0.0])
    close(again, qtbot)  # before there was a new text
    last = make_stage()
    told = [("до конца", str(shipped_checkpoint())), ("и эту", str(shipped_checkpoint()))]
    assert read_both(last, qtbot, shipped_checkpoint()) == told
    assert again.models + last.models == [shipped_checkpoint()] * 2
    answers = []
    last.program.history.store.ask(lambda history: [history.swap(1), history.document(1).text], answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0][1] == "раз"


def test_a_damaged_text_does_not_keep_the_queue_from_going_on(stage, make_stage, qtbot):
    begin_first(stage, qtbot)
    close(stage, qtbot)
    with closing(sqlite3.connect(data_dir() / "history.sqlite", isolation_level=None)) as history:
        history.execute("UPDATE entry SET document = '{' WHERE id = 1")
    again = make_stage()
    qtbot.waitUntil(lambda: again.engine.begun_at_s == [0.0])
    again.engine.read("с начала")
    again.engine.read("два")
    again.engine.read("три")
    qtbot.waitUntil(lambda: not again.session.jobs)
    assert [text for _name, _state, text in states(again, qtbot)] == ["с начала", "два", "три"]


def test_a_file_with_spoken_commands_that_goes_on_keeps_its_paragraphs(stage, make_stage, qtbot):
    stage.program.settings.spoken_in_files = True
    stage.session.open_files(FILES[:1])
    stage.engine.write("раз точка новый абзац два")
    stage.engine.write("новая строка три", start_s=5)
    qtbot.waitUntil(lambda: stage.text == "Раз.\n\nДва\nТри")
    close(stage, qtbot)
    again = make_stage()
    qtbot.waitUntil(lambda: again.engine.begun_at_s == [6.5])
    again.engine.write("четыре", start_s=10)
    again.engine.finish(60)
    qtbot.waitUntil(lambda: not again.session.jobs)
    assert states(again, qtbot) == [("первая.wav", "done", "Раз.\n\nДва\nТри четыре")]


KILLED_WHILE_READING = """
import os, signal, sys, threading, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from PySide6.QtCore import QTimer
import gui.shell.app
from tests.helpers.fake_engine import FakeEngine
app = QApplication([])
engine = FakeEngine()
program = gui.shell.app.Program(lambda model: engine, list_devices=lambda rescan: [], language="en")
import gui.session.history_recorder
gui.session.history_recorder.KEEP_TEXT_EVERY_S = 0.0
program.open()
program.session.open_files([Path(f"/записи/{name}.wav") for name in "абв"])
engine.begin(60)
engine.write("начало главы")
def kept(document):
    if document is not None and document.text:
        os.kill(os.getpid(), signal.SIGKILL)
    ask()
def ask():
    program.history.store.ask(lambda history: history.document(1), kept)
QTimer.singleShot(0, ask)
app.exec()
"""


def run_until_killed(code: str, home: Path) -> None:
    environment = {**os.environ, "DIKTOVKA_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_queue_goes_on_after_a_kill(own_home, make_stage, qtbot):
    run_until_killed(KILLED_WHILE_READING, own_home)
    assert [entry.state for entry in reversed(in_database())] == [State.READING, State.WAITING, State.WAITING]
    stage = make_stage()
    qtbot.waitUntil(lambda: stage.engine.begun_at_s == [1.0])
    stage.engine.write("и конец", start_s=2)
    stage.engine.finish(60)
    stage.engine.read("два")
    stage.engine.read("три")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert [text for _name, _state, text in states(stage, qtbot)] == ["Начало главы\nи конец", "два", "три"]


KILLED_WHILE_RECORDING = """
import os, signal, sys
from PySide6.QtWidgets import QApplication
from PySide6.QtCore import QTimer
from engine.audio.capture import Recorder
import gui.shell.app
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.fake_microphone import FakeMicrophone
app = QApplication([])
microphone, engine = FakeMicrophone(), FakeEngine(ready=False)
make_recorder = lambda *arguments: Recorder(*arguments, open_stream=microphone.open, clock=microphone.clock)
program = gui.shell.app.Program(lambda model: engine, make_recorder, lambda rescan: [], "en")
program.open()
program.session.record(None)
microphone.opened.wait(10)
microphone.say_for(3.5)
def look():
    enough = program.session.elapsed_s >= 3.5
    program.history.store.ask(lambda history: enough and history.keys(), die)
def die(keys):
    if keys:
        os.kill(os.getpid(), signal.SIGKILL)
    look()
QTimer.singleShot(0, look)
app.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_was_being_recorded_is_offered_after_a_kill(own_home, make_stage, qtbot):
    run_until_killed(KILLED_WHILE_RECORDING, own_home)
    (entry,) = in_database()
    assert entry.state is State.RECORDING
    with wave.open(str(entry.source)) as recording:
        assert recording.getnframes() / recording.getframerate() == pytest.approx(3.5)
    stage = make_stage()
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    assert stage.page.messages.texts == [
        "A recording was interrupted when Diktovka ended last time. All that was said is there."
    ]
    (entry,) = entries(stage, qtbot)
    assert (entry.state, entry.duration_s) == (State.CANCELLED, pytest.approx(3.5))
    stage.press("Transcribe now")
    stage.engine.read("всё, что сказано")
    qtbot.waitUntil(lambda: stage.text == "всё, что сказано" and not stage.session.jobs)
    assert [text for _name, _state, text in states(stage, qtbot)] == ["всё, что сказано"]


def test_what_is_offered_and_not_taken_is_not_offered_for_ever(own_home, make_stage, qtbot):
    run_until_killed(KILLED_WHILE_RECORDING, own_home)
    stage = make_stage()
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    close(stage, qtbot)
    again = make_stage()
    settle(again, qtbot)
    assert again.page.messages.texts == []
    assert [entry.state for entry in entries(again, qtbot)] == [State.CANCELLED]


def test_a_file_that_ends_the_program_each_time_is_given_up(stage, make_stage, qtbot):
    stage.session.open_files(FILES[:1])
    qtbot.waitUntil(lambda: bool(stage.engine.calls))
    (entry,) = entries(stage, qtbot)
    close(stage, qtbot)
    from engine.history.store import History
    from engine.paths import data_dir

    history = History(data_dir() / "history.sqlite")
    for _ in range(3):
        history.begin_reading(entry.key, Path("/model"))
    history.close()
    again = make_stage()
    settle(again, qtbot)
    (entry,) = entries(again, qtbot)
    assert entry.state is State.FAILED
    assert isinstance(entry.failure, InterruptedTooOften)
    assert again.engine.calls == []


def test_a_second_window_leaves_the_first_ones_queue_alone(stage, make_stage, qtbot):
    begin_first(stage, qtbot)
    settle(stage, qtbot)
    second = make_stage()
    settle(second, qtbot)
    assert second.engine.calls == []
    assert second.page.messages.texts == []


def test_recordings_from_before_there_was_a_history_are_taken_in_quietly(own_home, make_stage, qtbot):
    from engine.paths import recordings_dir
    from tests.helpers.sounds import int16_bytes, tone

    recordings_dir().mkdir(parents=True)
    path = recordings_dir() / "2024-05-06_07-08-09.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(int16_bytes(tone(1.5)))
    assert recorded_s(path) == pytest.approx(1.5)
    stage = make_stage()
    settle(stage, qtbot)
    (entry,) = entries(stage, qtbot)
    assert (entry.source, entry.state, entry.duration_s) == (path, State.CANCELLED, pytest.approx(1.5))
    assert stage.page.messages.texts == []
