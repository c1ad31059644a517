"""The section “Dictating”: each switch does what it says, at once and after the next start."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QLabel

from engine.dictation.spoken_commands import COMMANDS
from gui.core.shortcuts import PORTABLE
from gui.session.status import Recording
from gui.settings.dictating import DictatingSection
from tests.gui.conftest import Stage
from tests.gui.dictation.test_dictation import record
from tests.gui.settings_stage import section
from tests.gui.shell.test_dictating import dictate

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TICKS = (
    *("copy_dictated", "small_window", "tray_icon", "close_to_tray"),
    *("spoken_capitals", "spoken_digits", "spoken_in_files", "digits_in_files", "bind_short_words"),
)


def dictating(stage: Stage) -> DictatingSection:
    return section(stage, "dictating")


def click(qtbot, box) -> None:
    """By the keyboard: a click in the middle of a long box would miss its words."""
    qtbot.keyClick(box, Qt.Key.Key_Space)


def back_to_the_page(stage: Stage) -> None:
    stage.window.tabs.setCurrentWidget(stage.page)


@pytest.mark.parametrize("name", TICKS)
def test_a_switch_is_kept_and_is_there_after_a_restart(stage, make_stage, qtbot, name):
    box = dictating(stage).ticks[name]
    box.setEnabled(True)  # some wait for a tray or keys, which no screen here has
    before = box.isChecked()
    assert before == getattr(stage.program.settings, name)
    click(qtbot, box)
    assert getattr(stage.program.settings, name) == (not before)
    again = make_stage()
    assert dictating(again).ticks[name].isChecked() == (not before)
    assert [one for one in TICKS if getattr(again.program.settings, one) != getattr(stage.program.settings, one)] == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_that_is_switched_off_is_written_and_one_that_is_on_again_is_carried_out(stage, qtbot, command):
    form = dictating(stage)
    assert all(box.isChecked() for box in form.spoken.values())
    said = f"раз {command.phrase}"
    off = [one.name for one in COMMANDS if f"{command.phrase} ".startswith(f"{one.phrase} ")]  # «точка с запятой»
    for name in off:
        click(qtbot, form.spoken[name])
    back_to_the_page(stage)
    dictate(stage, qtbot, said)
    assert stage.text.lower() == said
    stage.page.clear()
    for name in off:
        click(qtbot, form.spoken[name])
    dictate(stage, qtbot, said)
    assert command.phrase not in stage.text.lower()


def test_commands_that_are_off_are_off_after_a_restart(stage, make_stage, qtbot):
    for name in ("comma", "undo"):
        click(qtbot, dictating(stage).spoken[name])
    boxes = dictating(make_stage()).spoken
    assert {name for name, box in boxes.items() if not box.isChecked()} == {"comma", "undo"}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("spoken_capitals", "Есть двадцать пять яблок. Спасибо", "есть двадцать пять яблок. спасибо"),
        ("spoken_digits", "Есть двадцать пять яблок. Спасибо", "Есть 25 яблок. Спасибо"),
    ],
)
def test_how_what_was_said_is_written(stage, qtbot, name, before, after):
    for text in (before, after):
        back_to_the_page(stage)
        dictate(stage, qtbot, "есть двадцать пять яблок точка спасибо")
        assert stage.text == text
        stage.page.clear()
        click(qtbot, dictating(stage).ticks[name])


def test_files_are_written_as_they_were_said_until_it_is_wanted_otherwise(stage, qtbot, tmp_path):
    click(qtbot, dictating(stage).ticks["spoken_in_files"])
    back_to_the_page(stage)
    stage.session.open_files([tmp_path / "file.wav"])
    stage.engine.read("раз точка")
    qtbot.waitUntil(lambda: stage.text == "Раз.")


def test_numbers_of_a_file_are_digits_until_it_is_wanted_otherwise(stage, qtbot, tmp_path):
    for written in ("21 мая в 5:30", "двадцать первого мая в пять часов тридцать минут"):
        back_to_the_page(stage)
        stage.session.open_files([tmp_path / "file.wav"])
        stage.engine.read("двадцать первого мая в пять часов тридцать минут")
        qtbot.waitUntil(lambda written=written: stage.text == written)
        stage.page.clear()
        click(qtbot, dictating(stage).ticks["digits_in_files"])


def test_text_is_copied_until_it_is_not_wanted(stage, qtbot):
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("от другой программы")
    dictate(stage, qtbot, "раз")
    qtbot.waitUntil(lambda: clipboard.text() == "раз")
    click(qtbot, dictating(stage).ticks["copy_dictated"])
    back_to_the_page(stage)
    clipboard.setText("от другой программы")
    dictate(stage, qtbot, "два")
    assert clipboard.text() == "от другой программы"


def test_a_recording_that_ends_by_itself(stage, make_stage, qtbot):
    form = dictating(stage)
    assert not form.stops.isChecked()
    assert not form.silence.isEnabled()
    click(qtbot, form.stops)
    assert stage.program.settings.silence_s == 3
    form.silence.setValue(1)
    form = dictating(make_stage())
    assert form.stops.isChecked()
    assert form.silence.value() == 1


def test_the_seconds_of_silence_hold_for_the_next_recording(stage, qtbot):
    form = dictating(stage)
    click(qtbot, form.stops)
    form.silence.setValue(1)
    back_to_the_page(stage)
    record(stage, qtbot)
    stage.microphone.say_for(1.0, value=6000)
    stage.microphone.say_for(0.5, value=50)
    qtbot.waitUntil(lambda: stage.session.elapsed_s > 1.9)
    assert stage.session.status.recording is Recording.LISTENING
    stage.microphone.say_for(1.0, value=50)
    qtbot.waitUntil(lambda: stage.session.status.recording is not Recording.LISTENING)
    click(qtbot, form.stops)
    assert stage.program.settings.silence_s == 0
    assert not form.silence.isEnabled()


def test_keys_that_text_is_typed_with_are_refused(stage, qtbot):
    form = dictating(stage)
    form.setup.keys.setEnabled(True)
    form.setup.keys.setKeySequence(QKeySequence.fromString("A", PORTABLE))
    form.setup.keys.editingFinished.emit()
    assert stage.program.settings.global_keys == ""
    assert form.setup.keys.keys == ""
    assert form.setup.note.text() == "A alone is needed for typing; add Ctrl or Alt."


def test_keys_for_every_window_are_kept(stage, make_stage):
    form = dictating(stage)
    form.setup.keys.setEnabled(True)
    form.setup.keys.setKeySequence(QKeySequence.fromString("Ctrl+Alt+D", PORTABLE))
    form.setup.keys.editingFinished.emit()
    assert stage.program.settings.global_keys == "Ctrl+Alt+D"
    assert dictating(make_stage()).setup.keys.keys == "Ctrl+Alt+D"


def test_what_this_desktop_cannot_do_is_said(stage):
    form = dictating(stage)
    assert not form.ticks["tray_icon"].isEnabled()
    assert not form.setup.keys.isEnabled()
    assert "This desktop has no tray." in [label.text() for label in form.findChildren(QLabel)]
