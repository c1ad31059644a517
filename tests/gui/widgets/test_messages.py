"""What a page says: one message at a time, for a while, and never in the way."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.errors import NotWritable
from gui.widgets import message_bar
from gui.widgets.message_bar import Action, MessageList, undo_action
from tests.gui.pages import pages, settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
SHORT_MS = 50


@pytest.fixture
def host(qtbot) -> QWidget:
    host = QWidget()
    qtbot.addWidget(host)
    return host


@pytest.fixture
def messages(host, qtbot, monkeypatch) -> MessageList:
    """In a window that is active, with little patience."""
    monkeypatch.setattr(message_bar, "LEAVES_AFTER_MS", SHORT_MS)
    messages = MessageList(host)
    column = QVBoxLayout(host)
    column.addWidget(QPushButton("what a person works with"))
    column.addWidget(messages)
    host.show()
    qtbot.waitUntil(host.isActiveWindow)
    return messages


def look(_checked: bool = False) -> None:
    """What an action does that only shows something."""


def buttons(messages: MessageList) -> dict[str, QPushButton]:
    return {button.text(): button for button in messages.findChildren(QPushButton) if button.isVisible()}


def asking(text: str) -> tuple[str, str, list[Action]]:
    return text, "information-outline", [Action("Do", look)]


def test_the_newest_is_seen_and_the_others_wait_behind_a_count(messages, qtbot):
    for text in ("раз", "два", "три"):
        messages.say(*asking(text))
    assert messages.texts == ["раз", "два", "три"]
    assert messages.shown_text == "три"
    qtbot.mouseClick(buttons(messages)["1 of 3"], Qt.MouseButton.LeftButton)
    assert messages.shown_text == "два"
    qtbot.keyClick(messages.window().focusWidget(), Qt.Key.Key_Space)
    assert messages.shown_text == "раз"
    qtbot.mouseClick(buttons(messages)["3 of 3"], Qt.MouseButton.LeftButton)
    assert messages.shown_text == "три"


def test_one_that_is_closed_makes_room_for_the_newest_of_the_others(messages):
    said = [messages.say(*asking(text)) for text in ("раз", "два", "три")]
    said[2].close_message()
    assert messages.shown_text == "два"
    said[0].close_message()
    assert messages.texts == ["два"]
    assert "1 of 2" not in buttons(messages)
    said[1].close_message()
    assert messages.isHidden()


def test_the_same_is_not_said_twice(messages):
    for text in ("раз", "два", "раз"):
        messages.say(*asking(text))
    assert messages.texts == ["два", "раз"]


def test_what_asks_nothing_leaves_after_a_while(messages, qtbot):
    messages.say("раз", actions=[Action("Look", look, stays=True)])
    qtbot.waitUntil(lambda: messages.texts == [])


def test_what_asks_something_stays_and_so_does_a_failure(messages, qtbot):
    messages.say(*asking("раз"))
    messages.say_failure(NotWritable(path="/a", reason="so"))
    messages.say("два")
    qtbot.waitUntil(lambda: "два" not in messages.texts)
    with qtbot.assertNotEmitted(messages.focus_lost, wait=3 * SHORT_MS):
        assert len(messages.texts) == 2


def test_a_success_takes_away_what_asks_nothing(messages):
    messages.say(*asking("вопрос"))
    messages.say_failure(NotWritable(path="/a", reason="so"))
    messages.say("раз")
    messages.say_saved(Path("/a/b.txt"))
    assert messages.texts == ["вопрос", "Saved as b.txt"]
    messages.succeed()
    assert messages.texts == ["вопрос"]


def test_time_counts_only_while_the_window_is_looked_at(messages, qtbot):
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    messages.say("раз")
    with qtbot.assertNotEmitted(messages.focus_lost, wait=3 * SHORT_MS):
        assert messages.texts == ["раз"]
    messages.window().activateWindow()
    qtbot.waitUntil(lambda: messages.texts == [])


def test_what_has_the_focus_is_not_replaced_and_does_not_leave(messages, qtbot):
    messages.say("раз", actions=[Action("Look", look, stays=True)])
    buttons(messages)["Look"].setFocus()
    messages.say("два")
    with qtbot.assertNotEmitted(messages.focus_lost, wait=3 * SHORT_MS):
        assert messages.shown_text == "раз"
    assert "2 of 2" in buttons(messages)


def test_an_action_closes_its_message_unless_it_stays(messages):
    done = []
    messages.say("раз", actions=[Action("Look", lambda: done.append("look"), stays=True)])
    buttons(messages)["Look"].click()
    assert messages.texts == ["раз"]
    message = messages.say("два", actions=[Action("Do", lambda: done.append("do"))])
    buttons(messages)["Do"].click()
    assert done == ["look", "do"]
    assert "два" not in messages.texts
    messages.take_back(message)
    assert "два" not in messages.texts


def test_ctrl_z_takes_back_what_the_newest_message_tells_of(messages, qtbot):
    undone = []
    messages.say("раз", actions=[undo_action(lambda: undone.append("раз"))])
    messages.say("два", actions=[undo_action(lambda: undone.append("два"))])
    messages.say("три", actions=[Action("Look", lambda: undone.append("три"))])
    for _time in range(3):
        qtbot.keyClick(messages.window(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["два", "раз"]
    assert messages.texts == ["три"]


@pytest.mark.parametrize("size", [(1280, 900), (800, 600)])
def test_no_button_moves_when_something_is_said(stage, qtbot, size):
    stage.window.resize(*size)
    moved = {}
    for name, page in pages(stage.window, qtbot.waitUntil):
        messages = next((found for found in page.findChildren(MessageList) if found.parentWidget().isVisible()), None)
        if messages is None:  # of the editor, while nothing is open in it
            continue
        places = {button: place_of(button) for button in pressable(page)}
        messages.say("слово " * 12, actions=[Action("Do", look)])
        settle()
        assert messages.isVisible()
        moved[name] = [
            button.text() or button.accessibleName() for button in places if place_of(button) != places[button]
        ]
        messages.close_all()
        settle()
    assert {name: buttons for name, buttons in moved.items() if buttons} == {}


def pressable(page: QWidget) -> list[QAbstractButton]:
    return [button for button in page.findChildren(QAbstractButton) if button.isVisible()]


def place_of(button: QAbstractButton) -> QPoint:
    return button.mapToGlobal(QPoint())


def test_words_stand_beside_the_middle_of_their_icon(messages):
    messages.window().resize(800, 200)
    message = messages.say("раз")
    settle()
    icon, words = message.findChildren(QLabel)[:2]
    middles = [label.mapTo(message, label.rect().center()).y() for label in (icon, words)]
    assert abs(middles[0] - middles[1]) <= 1
