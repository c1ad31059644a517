"""What is done with the text: copy, clear, undo, save; and the keys."""

import json
from pathlib import Path

import docx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QDialog, QPushButton

from engine.audio.capture import InputDevice
from engine.errors import NoMicrophone, NotWritable, PortAudioMissing
from gui.core.problem import Problem
from gui.session.status import Recording

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # says Qt where there is no screen

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def written(stage, qtbot):
    """A stage with two recordings on its page."""
    stage.session.open_files([Path("/a/первая.wav")])
    stage.engine.read("раз два", duration_s=10)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    stage.session.open_files([Path("/a/вторая.wav")])
    stage.engine.read("три четыре", duration_s=20)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    return stage


def test_copy_takes_all_text(written, qtbot):
    qtbot.keyClick(written.window, Qt.Key.Key_C, CTRL | SHIFT)
    assert QGuiApplication.clipboard().text() == "раз два\nтри четыре"
    assert written.words == "Copied"
    qtbot.waitUntil(lambda: written.words == "Ready")


def test_nothing_to_copy_leaves_the_clipboard(stage, qtbot):
    QGuiApplication.clipboard().setText("важное")
    qtbot.keyClick(stage.window, Qt.Key.Key_C, CTRL | SHIFT)
    assert QGuiApplication.clipboard().text() == "важное"
    assert not stage.page.toolbar.copy.isEnabled()


def test_clear_can_be_undone(written, qtbot):
    qtbot.mouseClick(written.page.toolbar.clear, Qt.MouseButton.LeftButton)
    assert written.text == ""
    assert written.page.empty.isVisible()
    written.press("Undo")
    assert written.text == "раз два\nтри четыре"
    assert [segment.text for segment in written.page.transcript.page().segments()] == ["раз два", "три четыре"]


def test_clear_can_be_undone_after_more_was_said(written, qtbot):
    written.page.clear()
    written.session.open_files([Path("/a/третья.wav")])
    written.engine.read("пять")
    qtbot.waitUntil(lambda: written.text == "пять")
    written.press("Undo")
    assert written.text == "раз два\nтри четыре\nпять"


def test_clear_can_be_undone_by_the_keyboard(written, qtbot):
    written.page.clear()
    qtbot.keyClick(written.page.transcript, Qt.Key.Key_Z, CTRL)
    assert written.text == "раз два\nтри четыре"
    written.press("Undo")
    assert written.text == "раз два\nтри четыре"


@pytest.mark.parametrize("suffix", [".txt", ".srt", ".vtt", ".json", ".docx"])
def test_what_is_saved_is_what_is_read(written, qtbot, tmp_path, suffix):
    cursor = QTextCursor(written.page.transcript.document())
    cursor.movePosition(QTextCursor.MoveOperation.WordRight, QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText("один ")
    path = tmp_path / f"текст{suffix}"
    written.page.ask_save_path = lambda *_: path
    qtbot.keyClick(written.window, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: written.page.messages.texts == [f"Saved as {path.name}"])
    content = "" if suffix == ".docx" else path.read_text(encoding="utf-8")
    if suffix == ".docx":
        assert [paragraph.text for paragraph in docx.Document(str(path)).paragraphs] == ["один два", "три четыре"]
    elif suffix == ".txt":
        assert content == "один два\nтри четыре\n"
    elif suffix == ".json":
        saved = json.loads(content)
        assert [s["text"] for s in saved["segments"]] == ["один два", "три четыре"]
        assert [s["start_s"] for s in saved["segments"]] == [0, 10]
        assert saved["duration_s"] == 30
        assert saved["source"] == "первая.wav, вторая.wav"
    else:
        assert content.index("один два") < content.index("три четыре")
        assert "00:00:10" in content


def test_a_place_that_cannot_be_written_is_told(written, qtbot, tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "a.txt"
    written.page.ask_save_path = lambda *_: path
    written.page.save_as()
    qtbot.waitUntil(lambda: bool(written.page.messages.texts))
    assert written.page.messages.texts[0].startswith(NotWritable.template.partition("{")[0])
    assert written.text == "раз два\nтри четыре"


def test_changing_ones_mind_saves_nothing(written, tmp_path):
    written.page.ask_save_path = lambda *_: None
    written.page.save_as()
    assert written.words == "Ready"


# --- keys ---


def test_space_records_while_no_text_has_the_focus(stage, qtbot):
    stage.page.controls.record.setFocus()
    qtbot.keyClick(stage.page.controls.record, Qt.Key.Key_Space)
    assert stage.session.status.recording is Recording.OPENING
    qtbot.keyClick(stage.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.NONE)


def test_space_in_the_text_is_a_space(stage, qtbot):
    stage.page.transcript.setFocus()
    qtbot.keyClicks(stage.page.transcript, "a b")
    assert stage.text == "a b"
    assert stage.session.status.recording is Recording.NONE


@pytest.mark.parametrize("by_keyboard", [False, True])
def test_the_focus_never_falls_into_the_text(stage, qtbot, by_keyboard):
    def press(button: QPushButton) -> None:
        if by_keyboard:
            button.setFocus()
            qtbot.keyClick(button, Qt.Key.Key_Space)
        else:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    record = stage.page.controls.record
    press(stage.page.empty.cards[0])
    assert stage.window.focusWidget() is record
    qtbot.waitUntil(stage.page.controls.cancel.isVisible)
    press(stage.page.controls.cancel)
    assert stage.window.focusWidget() is record
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    cross = stage.page.messages.findChildren(QPushButton)[-1]
    press(cross)
    assert stage.page.messages.texts == []
    assert stage.window.focusWidget() is record


def test_ctrl_r_records_even_from_the_text(stage, qtbot):
    stage.page.transcript.setFocus()
    qtbot.keyClick(stage.page.transcript, Qt.Key.Key_R, CTRL)
    assert stage.session.status.recording is Recording.OPENING
    stage.microphone.say(1)
    qtbot.waitUntil(lambda: stage.words == "Listening")
    qtbot.keyClick(stage.page.transcript, Qt.Key.Key_R, CTRL)
    assert stage.session.status.recording is Recording.STOPPING


@pytest.mark.parametrize("key", ["F1", "?"])
def test_the_page_of_keys(stage, qtbot, key):
    if key == "F1":
        qtbot.keyClick(stage.window, Qt.Key.Key_F1)
    else:
        qtbot.keyClicks(stage.window, "?")
    (dialog,) = stage.page.findChildren(QDialog)
    assert dialog.isVisible()
    dialog.reject()


def test_show_log_shows_the_log(stage, qtbot):
    stage.page.tell(Problem(RuntimeError("раз")))
    stage.press("Show log")
    (dialog,) = stage.page.findChildren(QDialog)
    assert dialog.text.toPlainText() == "The log is empty."
    dialog.reject()


# --- microphones ---


def test_the_choice_of_a_microphone_is_used_and_remembered(stage, make_stage, qtbot):
    choice = stage.page.controls.microphones
    assert [choice.itemText(i) for i in range(choice.count())] == ["System default", "Headset", "Webcam"]
    choice.setCurrentIndex(2)
    choice.activated.emit(2)
    stage.page.toggle_recording()
    assert stage.microphone.opened.wait(10)
    assert stage.microphone.asked_for == ["Webcam"]
    again = make_stage()
    qtbot.waitUntil(lambda: again.page.controls.microphones.count() == 3)
    assert again.page.controls.microphones.microphone == "Webcam"


def test_a_microphone_plugged_in_later_is_in_the_list_when_it_is_opened(stage, qtbot):
    choice = stage.page.controls.microphones
    stage.devices = stage.devices[:1]
    choice.showPopup()
    qtbot.waitUntil(lambda: choice.count() == 2)
    assert stage.rescans[-1] is True
    choice.hidePopup()


@pytest.mark.parametrize("failure", [None, PortAudioMissing()])
def test_without_a_microphone_the_window_says_what_to_do(make_stage, qtbot, failure):
    stage = make_stage(devices=[], failure=failure)
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    assert stage.page.messages.texts == [str(failure or NoMicrophone())]
    stage.devices, stage.failure = [InputDevice("Webcam", 2, True, 16_000, 2)], None
    stage.press("Try again")
    qtbot.waitUntil(lambda: stage.page.controls.microphones.count() == 2)
    assert stage.page.messages.texts == []
