"""Every button of every page is pressed by keys: those of its command, or Alt and a letter that it shows meanwhile."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel

from gui.core import i18n
from gui.core.shortcuts import COMMAND, KEYS
from gui.help import alt_letters
from gui.help.alt_letters import letters_for, taken_letters
from gui.help.shortcuts_window import ShortcutsWindow
from gui.settings.shortcuts import Row
from tests.gui.pages import controls
from tests.gui.settings_stage import section
from tests.gui.test_accessible import walk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(autouse=True)
def defaults_afterwards():
    yield
    KEYS.use({})


def hold(stage, down: bool = True) -> None:
    """The Alt key, as it comes from the window system to the window that is in front."""
    stage.window.activateWindow()
    assert QTest.qWaitForWindowActive(stage.window)
    (QTest.keyPress if down else QTest.keyRelease)(stage.window.windowHandle(), Qt.Key.Key_Alt)


def letter(button: QAbstractButton) -> str:
    before, _mark, after = button.text().partition("&")
    return after[:1].lower() if len(before) < len(button.text()) else ""


def buttons(root) -> list[QAbstractButton]:
    return [one for one in controls(root) if isinstance(one, QAbstractButton) and one.isEnabled()]


def tells_its_keys(button: QAbstractButton) -> bool:
    """One without words has them in its tooltip, after what it does: “Record (Ctrl+R)”."""
    return not button.text() and bool(re.search(r"\(.+\)$", button.toolTip()))


def has_keys(button: QAbstractButton) -> bool:
    command = button.property(COMMAND)
    by_command = bool(command and getattr(KEYS, command))
    return bool(letter(button)) or by_command or tells_its_keys(button) or acts_by_its_row(button)


def acts_by_its_row(button: QAbstractButton) -> bool:
    """The two small ones beside each field of the shortcuts: the field itself takes the keys."""
    return not button.text() and any(row.isAncestorOf(button) for row in button.window().findChildren(Row))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_button_of_every_page_has_keys_and_no_two_the_same(make_stage, qtbot, language):
    stage = make_stage(language=language)
    without, clashes, n_letters = [], [], 0
    for page, root in walk(stage, qtbot):
        texts = [button.text() for button in buttons(root)]
        hold(stage)
        shown = buttons(root)
        without += [(page, button.accessibleName()) for button in shown if not has_keys(button)]
        given = Counter(letter(button) for button in shown if letter(button))
        n_letters += len(given)
        clashes += [(page, one) for one, n in given.items() if n > 1 or one in taken_letters()]
        hold(stage, down=False)
        assert [button.text() for button in buttons(root)] == texts
    assert without == []
    assert clashes == []
    assert n_letters > 40


def test_alt_and_the_letter_press_the_button(stage, qtbot):
    form = section(stage, "own_words")
    qtbot.waitUntil(form.exports.isVisible)
    asked = []
    form.ask_save = lambda *_: asked.append(True)
    hold(stage)
    key = letter(form.exports)
    assert key
    QTest.keyClick(stage.window.windowHandle(), Qt.Key(ord(key.upper())), ALT)
    qtbot.waitUntil(lambda: bool(asked))
    hold(stage, down=False)
    assert form.exports.text() == "Export…"
    assert form.exports.accessibleName() == "Export…"
    assert asked == [True]


def test_a_box_is_ticked_by_its_letter_and_no_wider_for_it(stage, qtbot):
    form = section(stage, "dictating")
    box = form.ticks["copy_dictated"]
    qtbot.waitUntil(box.isVisible)
    size, on = box.sizeHint(), box.isChecked()
    hold(stage)
    assert isinstance(box, QCheckBox)
    assert box.sizeHint() == size
    QTest.keyClick(stage.window.windowHandle(), Qt.Key(ord(letter(box).upper())), ALT)
    qtbot.waitUntil(lambda: box.isChecked() is not on)
    hold(stage, down=False)
    assert stage.program.settings.copy_dictated is not on


def test_the_letters_go_when_the_window_is_left(stage, qtbot):
    form = section(stage, "transfer")
    qtbot.waitUntil(form.exports.isVisible)
    hold(stage)
    assert "&" in form.exports.text()
    QApplication.sendEvent(stage.window.windowHandle(), QEvent(QEvent.Type.FocusOut))
    assert form.exports.text() == "Export all…"


def test_what_a_button_was_named_meanwhile_stays(stage, qtbot):
    form = section(stage, "transfer")
    qtbot.waitUntil(form.exports.isVisible)
    hold(stage)
    form.exports.setText("Another")
    hold(stage, down=False)
    assert form.exports.text() == "Another"
    assert "&" not in form.imports.text()


def test_no_letters_come_where_keys_are_being_chosen(stage, qtbot):
    form = section(stage, "shortcuts")
    qtbot.waitUntil(form.isVisible)
    form.rows["record"].field.setFocus()
    form.reset_all.setEnabled(True)
    hold(stage)
    assert form.reset_all.text() == "Reset all"
    form.rows["record"].reset.setFocus()
    hold(stage, down=False)
    stage.window.settings_page.page.list.setFocus()
    hold(stage)
    assert "&" in form.reset_all.text()
    hold(stage, down=False)


def test_a_command_whose_keys_were_taken_away_gets_a_letter(stage, qtbot):
    hold(stage)
    assert "&" not in stage.page.toolbar.open.text()
    hold(stage, down=False)
    KEYS.use({"open": ""})
    hold(stage)
    assert letter(stage.page.toolbar.open)
    hold(stage, down=False)


def test_letters_of_commands_are_free_on_no_keyboard():
    assert {"m", "ь", "v", "м", ",", "б", "1"} <= taken_letters()
    KEYS.use({"microphone": "Alt+Q"})
    assert {"q", "й"} <= taken_letters()
    assert "m" not in taken_letters()


@pytest.mark.parametrize(("mac", "n"), [(False, 1), (True, 0)])
def test_the_page_of_keys_says_so(stage, qtbot, monkeypatch, mac, n):
    monkeypatch.setattr("gui.help.shortcuts_window.are_usual", lambda: not mac)
    window = ShortcutsWindow(stage.page)
    assert sum("shows the letter that presses it" in label.text() for label in window.findChildren(QLabel)) == n
    window.deleteLater()


def test_a_mac_has_none(monkeypatch):
    monkeypatch.setattr(alt_letters.sys, "platform", "darwin")
    assert not alt_letters.are_usual()


# --- which letter ---


def test_the_beginning_of_a_word_goes_first():
    assert letters_for(["Import…", "Export…", "Import recordings"], ()) == [0, 0, 7]
    assert letters_for(["Export…"], "e") == [1]
    assert letters_for(["12 %", ""], ()) == [None, None]


@pytest.mark.parametrize(("language", "place"), [("en", 10), ("ru", 1)])
def test_letters_of_the_windows_language_go_first(language, place):
    i18n.install(language)
    try:
        assert letters_for(["“тире”: a dash"], "a") == [place]
    finally:
        i18n.install("en")


def test_a_letter_is_given_up_for_one_that_has_no_other():
    """The first could have either; the second only the one that the first took."""
    assert letters_for(["ab", "a"], ()) == [1, 0]


@given(st.lists(st.text("абвгд e", max_size=6), max_size=12), st.sets(st.sampled_from("абв")))
def test_no_letter_is_given_twice(texts, taken):
    places = letters_for(texts, taken)
    given_out = [text[place] for text, place in zip(texts, places, strict=True) if place is not None]
    assert len(set(given_out)) == len(given_out)
    assert not set(given_out) & taken
    for text, place in zip(texts, places, strict=True):
        if place is None:
            assert {one for one in text if one.isalpha()} <= taken | set(given_out)
