"""The page of text by itself: provisional text, editing, times."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor

from gui.dictation.transcript_view import LINE_HEIGHT_PERCENT, TranscriptView
from gui.session.jobs import Job
from tests.helpers.fake_engine import segment


@pytest.fixture
def view(qtbot):
    view = TranscriptView()
    view.resize(600, 400)
    qtbot.addWidget(view)
    view.show()
    view.begin(Job(Path("a.wav"), duration_s=10))
    return view


def shown(view: TranscriptView) -> str:
    """What the last paragraph shows, the provisional text included."""
    layout = view.document().lastBlock().layout()
    text = view.document().lastBlock().text()
    place = layout.preeditAreaPosition()
    return text if place < 0 else text[:place] + layout.preeditAreaText() + text[place:]


def test_provisional_text_is_seen_but_not_in_the_document(view):
    view.add_segment(Job(Path("a.wav")), segment("начало"))
    view.show_provisional("раз два")
    assert shown(view) == "начало раз два"
    assert view.toPlainText() == "начало"
    view.show_provisional("раз")
    assert shown(view) == "начало раз"
    view.show_provisional("")
    assert shown(view) == "начало"


def test_provisional_text_moves_with_the_end_of_the_page(view, qtbot):
    view.show_provisional("серый")
    qtbot.keyClicks(view, "abc")
    assert shown(view) == "abc серый"
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert shown(view) == "серый"
    assert view.document().firstBlock().layout().preeditAreaText() == ""
    qtbot.keyClick(view, Qt.Key.Key_Backspace)
    qtbot.keyClick(view, Qt.Key.Key_Backspace)
    assert shown(view) == "ab серый"
    view.selectAll()
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert shown(view) == "серый"
    assert view.toPlainText() == ""


def test_a_click_into_the_page_does_not_lose_the_provisional_text(view, qtbot):
    view.add_segment(Job(Path("a.wav")), segment("начало"))
    view.moveCursor(QTextCursor.MoveOperation.End)
    view.show_provisional("серый")
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 10))
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert shown(view) == "начало серый"


def test_an_input_methods_composition_is_left_alone(view, qtbot):
    view.show_provisional("серый")
    view.inputMethodEvent(QInputMethodEvent("ни", []))
    view.show_provisional("серый текст")
    assert shown(view) == "ни"
    commit = QInputMethodEvent()
    commit.setCommitString("你")
    view.inputMethodEvent(commit)
    assert view.toPlainText() == "你"
    assert shown(view) == "你 серый текст"


def test_pasted_text_is_plain(view):
    rich = QMimeData()
    rich.setHtml("<h1>большой</h1>")
    rich.setText("большой")
    view.insertFromMimeData(rich)
    assert view.toPlainText() == "большой"
    assert "<h1" not in view.toHtml()
    assert view.textCursor().blockFormat().lineHeight() == LINE_HEIGHT_PERCENT


def test_a_page_that_is_read_elsewhere_does_not_jump(view):
    job = Job(Path("a.wav"))
    view.begin(job)
    for i in range(60):
        view.add_segment(job, segment(f"строка {i} " + "слово " * 10))
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum() > 0
    view.verticalScrollBar().setValue(0)
    view.add_segment(job, segment("ещё"))
    view.show_provisional("и ещё " * 30)
    assert view.verticalScrollBar().value() == 0


def test_a_long_recording_gets_paragraphs(view):
    job = Job(Path("a.wav"))
    for _ in range(3):
        view.add_segment(job, segment("слово " * 200))
    paragraphs = view.toPlainText().split("\n")
    assert [len(paragraph.split()) for paragraph in paragraphs] == [200, 200, 200]


def test_undo_and_cut_keep_the_times(view):
    job = Job(Path("b.wav"), duration_s=4)
    view.begin(job)
    view.add_segment(job, segment("раз"))
    view.add_segment(job, segment("два", start_s=2))
    view.selectAll()
    view.textCursor().removeSelectedText()
    assert view.page().segments() == ()
    view.undo()
    assert [(one.text, one.start_s) for one in view.page().segments()] == [("раз", 0), ("два", 2)]
    assert (view.page().source, view.page().duration_s) == ("b.wav", 4)
