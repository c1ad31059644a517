"""The record button, messages, the page of text, settings, the stall meter and the log, each by itself."""

import logging
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QPushButton, QWidget

from gui.jobs import Job
from gui.log import Uncaught, read_log, start_logging
from gui.message_bar import MOST_AT_ONCE, Action, MessageList
from gui.record_button import RecordButton, loudness
from gui.settings import Settings
from gui.stall import BEAT_MS, StallMeter
from gui.transcript_view import LINE_HEIGHT_PERCENT, TranscriptView
from tests.helpers.fake_engine import segment

# --- the record button ---


@pytest.fixture
def button(qtbot):
    button = RecordButton()
    qtbot.addWidget(button)
    button.show()
    return button


def test_the_ring_is_even_in_decibels():
    assert loudness(0) == 0
    assert loudness(1) == 1
    assert loudness(10 ** (-27 / 20)) == pytest.approx(0.5)
    assert loudness(0.0001) == 0


def test_the_ring_shows_the_level_and_falls_back(button, qtbot):
    button.set_recording(True)
    button.show_level(0.9, 10 ** (-27 / 20))
    assert button.level == pytest.approx(0.5)
    button.show_level(0.1, 0.001)
    assert button.level == pytest.approx(0.5)  # it falls by itself, not at the first quiet block
    qtbot.waitUntil(lambda: button.level == 0)


def test_the_ring_is_dark_while_nothing_is_recorded(button):
    button.show_level(1, 1)
    assert button.level == 0
    button.set_recording(True)
    button.show_level(1, 1)
    button.set_recording(False)
    assert button.level == 0


def test_the_level_is_seen(button):
    button.set_recording(True)
    quiet = button.grab().toImage()
    button.show_level(1, 1)
    assert button.grab().toImage() != quiet


def test_the_button_is_round(button, qtbot):
    pressed = []
    button.clicked.connect(lambda: pressed.append(True))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert pressed == []
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == [True]


def test_the_button_says_what_it_will_do(button):
    assert button.accessibleName() == "Record"
    button.set_recording(True)
    assert button.accessibleName() == "Stop"
    assert "Ctrl+R" in button.toolTip()


# --- messages ---


@pytest.fixture
def host(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    return host


@pytest.fixture
def messages(host):
    return MessageList(host)


def test_messages_wait_for_room_and_none_is_lost(messages):
    said = [messages.say(text) for text in ("раз", "два", "три", "четыре")]
    assert messages.texts == ["раз", "два", "три", "четыре"]
    assert [message.isHidden() for message in said].count(False) >= MOST_AT_ONCE
    assert said[2].parent() is None
    said[0].close_message()
    assert messages.texts == ["два", "три", "четыре"]
    assert said[2].parent() is messages


def test_the_same_is_not_said_twice(messages):
    messages.say("раз")
    messages.say("два")
    messages.say("раз")
    assert messages.texts == ["два", "раз"]


def test_an_action_closes_its_message_unless_it_stays(messages, qtbot):
    done = []
    messages.say("раз", actions=[Action("Look", lambda: done.append("look"), stays=True)])
    message = messages.say("два", actions=[Action("Do", lambda: done.append("do"))])
    for name in ("Look", "Do"):
        next(b for b in messages.findChildren(QPushButton) if b.text() == name).click()
    assert done == ["look", "do"]
    assert messages.texts == ["раз"]
    messages.take_back(message)
    assert messages.texts == ["раз"]


def test_the_list_takes_no_room_while_it_is_empty(messages):
    assert messages.isHidden()
    message = messages.say("раз")
    assert not messages.isHidden()
    message.close_message()
    assert messages.isHidden()


# --- the page of text ---


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


# --- settings ---


def test_settings_are_kept(tmp_path):
    settings = Settings(tmp_path)
    assert (settings.microphone, settings.folder, settings.geometry) == (None, Path.home(), QByteArray())
    settings.microphone, settings.folder = "Микрофон, USB", tmp_path
    settings.geometry = QByteArray(b"\x01\x02")
    settings.save()
    again = Settings(tmp_path)
    assert (again.microphone, again.folder, again.geometry) == (
        "Микрофон, USB",
        tmp_path,
        QByteArray(b"\x01\x02"),
    )


def test_settings_that_cannot_be_read_are_the_defaults(tmp_path):
    (tmp_path / "window.ini").write_bytes(b"\x00\xff[General\ngeometry=nonsense\nfolder=/no/such/place")
    settings = Settings(tmp_path)
    assert (settings.folder, settings.geometry) == (Path.home(), QByteArray())


# --- the stall meter ---


def test_the_stall_meter_tells_the_longest_gap(qapp):
    now_s = [0.0]
    waited_s = [5.0]
    meter = StallMeter(lambda: now_s[0], lambda: waited_s[0])
    meter.beat()
    for gap_s, for_processor_s in ((0.005, 0), (0.3, 0.28), (0.1, 0.01)):
        now_s[0] += gap_s + BEAT_MS / 1000
        waited_s[0] += for_processor_s
        meter.beat()
    assert meter.longest_s == pytest.approx(0.3)
    assert meter.longest_own_s == pytest.approx(0.09)


def test_the_stall_meter_sees_a_loop_that_stands_still(qtbot):
    with StallMeter() as meter:
        qtbot.wait(20)
        threading.Event().wait(0.15)
    assert meter.longest_s >= 0.14
    assert meter.longest_own_s >= 0.13  # it slept, and did not wait for a processor


# --- the log ---


@pytest.fixture
def logged(tmp_path):
    """A log file in use."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    path = tmp_path / "log" / "diktovka.log"
    start_logging(path)
    yield path
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.fixture
def uncaught(qapp):
    uncaught = Uncaught()
    uncaught.install()
    yield uncaught
    uncaught.uninstall()


def test_what_nobody_caught_is_logged_and_told(logged, uncaught, qtbot):
    error = ZeroDivisionError("ноль")
    with qtbot.waitSignal(uncaught.failed) as told:
        sys.excepthook(type(error), error, None)
    assert told.args == [error]
    assert "ZeroDivisionError: ноль" in read_log(logged)


def test_what_nobody_caught_on_a_thread_is_told_on_the_windows(logged, uncaught, qtbot):
    def fail():
        raise ValueError("в потоке")

    with qtbot.waitSignal(uncaught.failed) as told:
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert str(told.args[0]) == "в потоке"
    assert "в потоке" in read_log(logged)


def test_ctrl_c_is_no_failure(logged, uncaught):
    told = []
    uncaught.failed.connect(told.append)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told == []
    assert read_log(logged) == ""


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path, capsys):
    (tmp_path / "file").touch()
    start_logging(tmp_path / "file" / "diktovka.log")
    assert "No log is kept" in capsys.readouterr().err
    assert read_log(tmp_path / "file" / "diktovka.log") == ""
