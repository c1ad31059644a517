"""Find in the text: on the Dictation page and in the editor."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor

from tests.gui.history.test_history import read
from tests.gui.history_stage import open_entry, show_history

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
TEXT = "Ёлка и ель\nелка, ЕЛКА\nпалка"


@pytest.fixture
def page(stage, qtbot):
    stage.page.transcript.insertPlainText(TEXT)
    stage.page.transcript.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.keyClick(stage.window, Qt.Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: stage.page.find.field.hasFocus())
    return stage.page


def places(page) -> tuple[str, str, int]:
    """What is counted, what is marked in the text, and from which letter on."""
    cursor = page.transcript.textCursor()
    return page.find.count.text(), cursor.selectedText(), cursor.selectionStart()


def test_it_counts_and_goes_from_place_to_place(page, qtbot):
    field = page.find.field
    field.setText("елка")
    assert places(page) == ("1 of 3", "Ёлка", 0)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert places(page) == ("2 of 3", "елка", 11)
    qtbot.keyClick(field, Qt.Key.Key_F3)
    assert places(page) == ("3 of 3", "ЕЛКА", 17)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert places(page) == ("1 of 3", "Ёлка", 0)
    qtbot.keyClick(field, Qt.Key.Key_F3, SHIFT)
    assert places(page) == ("3 of 3", "ЕЛКА", 17)
    assert len(page.transcript.extraSelections()) == 3
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert page.find.isHidden()
    assert page.transcript.extraSelections() == []
    assert page.transcript.hasFocus()


def test_what_is_not_there_is_said_and_signs_are_letters(page, qtbot):
    page.find.field.setText("нет.*")
    assert page.find.count.text() == "Not found"
    assert not page.find.next.isEnabled()
    page.find.field.setText(", е")
    assert page.find.count.text() == "1 of 1"


def test_text_that_comes_is_looked_through_too(page, qtbot):
    page.find.field.setText("палка")
    page.transcript.moveCursor(QTextCursor.MoveOperation.End)
    page.transcript.insertPlainText(" палка")
    qtbot.waitUntil(lambda: page.find.count.text() == "2 places")


def test_what_is_marked_is_looked_for(page, qtbot):
    qtbot.keyClick(page.find.field, Qt.Key.Key_Escape)
    page.transcript.moveCursor(QTextCursor.MoveOperation.End)
    page.transcript.moveCursor(QTextCursor.MoveOperation.StartOfLine, QTextCursor.MoveMode.KeepAnchor)
    qtbot.keyClick(page.window(), Qt.Key.Key_F, CTRL)
    assert page.find.field.text() == "палка"


def test_the_editor_finds_too_and_the_list_behind_it_does_not(stage, qtbot):
    read(stage, qtbot, "раз два раз")
    history = show_history(stage, qtbot)
    editor = open_entry(history, qtbot, 0)
    qtbot.keyClick(stage.window, Qt.Key.Key_F, CTRL)
    assert editor.find.isVisible()
    editor.find.field.setText("раз")
    editor.text.mark_playing(editor.text.places.words[1])
    assert (editor.find.count.text(), len(editor.text.extraSelections())) == ("1 of 2", 3)
