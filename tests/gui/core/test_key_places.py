"""Keys work by their place: with a layout that types Russian alone, and Alt types nothing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest

from gui.core.key_places import as_latin, on_all_layouts
from gui.core.shortcuts import COMMANDS
from tests.gui.pages import settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "keyToAscii Unhandled key code")
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def russian(letter: str) -> Qt.Key:
    """The key of a layout that has no other letters."""
    return Qt.Key(ord(letter.upper()))


def test_every_command_with_a_letter_has_a_russian_twin():
    for command in COMMANDS:
        keys = on_all_layouts(command.keys)
        is_letter = len(command.keys.rpartition("+")[2]) == 1 and not command.keys[-1].isdigit()
        assert len(keys) == (1 if command.keys else 0) + is_letter, command.name
        assert all(as_latin(twin) == QKeySequence(command.keys) for twin in keys)


def test_the_page_opens_searches_and_turns_with_russian_letters(stage, qtbot, tmp_path):
    asked = []
    stage.page.ask_open_paths = lambda *_: asked.append(True)
    qtbot.keyClick(stage.window, russian("щ"), CTRL)
    assert asked == [True]
    stage.page.transcript.insertPlainText("раз")
    qtbot.keyClick(stage.window, russian("а"), CTRL)
    assert stage.page.find.isVisible()
    qtbot.keyClick(stage.window, russian("б"), CTRL)
    assert stage.window.tabs.currentWidget() is stage.window.settings_page


def test_keys_that_another_chose_work_too(stage, qtbot):
    stage.program.settings.keys = '{"copy": "Ctrl+Alt+K"}'
    stage.page.transcript.insertPlainText("раз")
    qtbot.keyClick(stage.window, russian("л"), CTRL | ALT)
    assert QGuiApplication.clipboard().text() == "раз"


def type_keys(stage, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
    """As the system does: to the window, whatever has the focus in it."""
    QTest.keyClick(stage.window.windowHandle(), key, held)
    settle()


def test_text_is_edited_with_russian_letters(stage, qtbot):
    text = stage.page.transcript
    text.insertPlainText("раз")
    text.setFocus()
    type_keys(stage, russian("ф"), CTRL)
    type_keys(stage, russian("ч"), CTRL)
    assert stage.text == ""
    type_keys(stage, russian("м"), CTRL)
    type_keys(stage, russian("м"), CTRL)
    assert stage.text == "разраз"
    type_keys(stage, russian("я"), CTRL)
    assert stage.text == ""


def test_alt_with_a_key_that_means_nothing_types_nothing(stage, qtbot):
    text = stage.page.transcript
    text.insertPlainText("раз")
    text.setFocus()
    for key in (Qt.Key.Key_J, Qt.Key.Key_9):
        type_keys(stage, key, ALT)
    assert stage.text == "раз"
    type_keys(stage, Qt.Key.Key_J, Qt.KeyboardModifier.NoModifier)
    assert stage.text == "разj"
