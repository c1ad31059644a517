"""Shortcuts that a person chooses: in force at once, never two for one key, never a key that text is typed with."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel

from gui.core.settings import Settings
from gui.core.shortcuts import COMMANDS, KEYS, PAGES, PORTABLE, is_usable, read_chosen, shown, with_keys
from gui.help.shortcuts_window import ShortcutsWindow
from gui.session.status import Recording
from tests.gui.settings_stage import section

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def defaults_afterwards():
    yield
    KEYS.use({})


def press(row, qtbot, keys: str) -> None:
    """As if the person had pressed the keys in the row's field and waited."""
    row.field.setKeySequence(QKeySequence.fromString(keys, PORTABLE))
    row.field.editingFinished.emit()


def test_no_two_commands_of_a_page_have_the_same_keys_at_first():
    pages = {command.page for command in COMMANDS} - {""}
    for page in pages:
        keys = [QKeySequence(command.keys) for command in COMMANDS if command.page in ("", page)]
        assert len({one.toString() for one in keys if one}) == len([one for one in keys if one])
    assert all(is_usable(command.keys) for command in COMMANDS if command.page != "editor")


def test_every_page_with_shortcuts_has_a_name():
    assert {command.page for command in COMMANDS} <= set(PAGES)


@pytest.mark.parametrize("keys", ["Ctrl+K", "Alt+Shift+M", "F5", "Ctrl+,", "Ctrl+Del", "Esc", ""])
def test_usable(keys):
    assert is_usable(keys)


@pytest.mark.parametrize(
    "keys", ["K", "Shift+K", "Space", "Я", "Del", "Left", "Shift+Home", "Tab", "Return", "nonsense+"]
)
def test_keys_that_text_is_typed_with_are_not(keys):
    assert not is_usable(keys)


def test_new_keys_hold_at_once(stage, qtbot):
    rows = section(stage, "shortcuts").rows
    press(rows["record"], qtbot, "Ctrl+K")
    assert read_chosen(Settings().keys) == {"record": "Ctrl+K"}
    assert "Ctrl+K" in stage.page.controls.record.toolTip()
    stage.window.tabs.setCurrentWidget(stage.page)
    qtbot.keyClick(stage.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert stage.session.status.recording is Recording.NONE
    qtbot.keyClick(stage.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert stage.session.status.recording is not Recording.NONE


def test_they_are_remembered(stage, make_stage, qtbot):
    press(section(stage, "shortcuts").rows["open"], qtbot, "Ctrl+K")
    KEYS.use({})
    assert "Ctrl+K" in make_stage().page.toolbar.open.toolTip()


def test_keys_that_are_taken_are_told_and_can_be_taken_over(stage, qtbot):
    rows = section(stage, "shortcuts").rows
    press(rows["record"], qtbot, "Ctrl+O")
    assert rows["record"].problem.text() == "Ctrl+O is taken: Open recordings."
    assert rows["record"].field.keys == KEYS.record == "Ctrl+R"
    rows["record"].take.click()
    assert (KEYS.record, KEYS.open) == ("Ctrl+O", "")
    assert rows["open"].field.keys == ""
    assert not rows["record"].problem.isVisible()
    assert stage.page.toolbar.open.toolTip() == "Open recordings"


def test_keys_of_another_page_are_free(stage, qtbot):
    rows = section(stage, "shortcuts").rows
    press(rows["record"], qtbot, KEYS.train)
    assert KEYS.record == KEYS.train


def test_keys_for_typing_and_fixed_ones_are_refused(stage, qtbot):
    rows = section(stage, "shortcuts").rows
    press(rows["record"], qtbot, "K")
    assert "needed for typing" in rows["record"].problem.text()
    press(rows["record"], qtbot, "Ctrl+Z")
    assert rows["record"].problem.text() == "Ctrl+Z always means: Undo the last change."
    assert not rows["record"].take.isVisible()
    assert KEYS.chosen == {}


def test_one_is_reset_and_all_are(stage, qtbot):
    form = section(stage, "shortcuts")
    press(form.rows["record"], qtbot, "Ctrl+K")
    press(form.rows["open"], qtbot, "Ctrl+L")
    form.rows["record"].reset.click()
    assert KEYS.chosen == {"open": "Ctrl+L"}
    form.reset_all.click()
    assert KEYS.chosen == {}
    assert not form.reset_all.isEnabled()


def test_a_key_can_be_taken_away(stage, qtbot):
    press(section(stage, "shortcuts").rows["clear"], qtbot, "")
    assert KEYS.clear == ""
    assert with_keys("Clear", "clear") == "Clear"


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", '{"record": 5}', '{"shoes": "Ctrl+K"}', '{"record": "K"}'])
def test_what_cannot_be_read_is_left_out(text):
    assert read_chosen(text) == {}


def test_the_page_of_shortcuts_shows_those_in_force(stage, qtbot):
    KEYS.use({"record": "Ctrl+K", "clear": ""})
    window = ShortcutsWindow(stage.page)
    qtbot.addWidget(window)
    texts = [label.text() for label in window.findChildren(QLabel)]
    assert shown("Ctrl+K") in texts
    assert "Enter" in texts, "as it stands on the key, and everywhere else in the program"
    assert "Return" not in texts
    assert "Clear the page" not in texts
    assert json.loads(json.dumps(KEYS.chosen)) == {"record": "Ctrl+K", "clear": ""}
