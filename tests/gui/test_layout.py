"""Whether everything can be read and reached: in both languages, in 800 x 600, by keyboard and by a screen reader."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QProgressBar, QTextEdit, QWidget

from engine.errors import AudioUnreadable
from gui.help.shortcuts_window import ShortcutsWindow
from gui.widgets.log_window import LogWindow
from tests.gui.conftest import Stage
from tests.gui.pages import cut, settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def states(stage: Stage, qtbot):
    """Leads the window through its states; yields the name of each."""
    yield "empty"
    stage.window.drop_hint.show_over(False)
    yield "dropping"
    stage.window.drop_hint.hide()
    stage.session.open_files([Path(f"/записи/{i}.wav") for i in range(12)])
    stage.engine.read("раз два три", duration_s=4000)
    stage.engine.begin(4000)
    stage.engine.progress(0.001, 4000)
    qtbot.waitUntil(stage.page.controls.progress.isVisible)
    qtbot.waitUntil(lambda: bool(stage.session.status.time_left_s))
    yield "reading"
    stage.session.cancel()
    stage.page.clear()
    yield "messages"
    stage.page.messages.close_all()
    stage.session.open_files([Path("/записи/очень длинное имя записи без единого смысла и конца.m4a")])
    qtbot.waitUntil(lambda: len(stage.engine.calls) == 3)
    stage.engine.fail(
        AudioUnreadable(
            path=Path("/записи/очень длинное имя.m4a"), reason="the format is not known or the beginning is damaged"
        )
    )
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    yield "error"
    stage.page.toggle_recording()
    stage.microphone.say_for(0.1)
    qtbot.waitUntil(lambda: stage.page.controls.cancel.isVisible())
    yield "recording"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_cut_in_a_small_window(make_stage, qtbot, language):
    stage = make_stage(language=language)
    stage.window.resize(800, 600)
    assert stage.window.minimumSizeHint().width() <= 800
    found = {}
    for name in states(stage, qtbot):
        settle()
        found[name] = cut(stage.window)
        assert stage.window.size().width() == 800
        assert stage.window.size().height() == 600
    assert not any(found.values()), found
    assert len(found) == 6


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("dialog", [ShortcutsWindow, LogWindow])
def test_nothing_is_cut_in_the_dialogs(make_stage, qtbot, language, dialog):
    stage = make_stage(language=language)
    opened = dialog(stage.page)
    opened.open()
    settle()
    assert cut(opened) == []
    opened.reject()


def test_a_text_that_is_cut_is_found(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    label = QLabel("слишком длинно", host)
    label.setGeometry(0, 0, 20, 40)
    host.show()
    assert cut(host) == ["слишком длинно"]


def controls(stage: Stage) -> list[QWidget]:
    kinds = (QAbstractButton, QComboBox, QTextEdit, QProgressBar)
    return [w for w in stage.window.findChildren(QWidget) if isinstance(w, kinds) and w.parent() is not None]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_control_has_a_name_for_a_screen_reader(make_stage, qtbot, language):
    stage = make_stage(language=language)
    stage.page.messages.say("раз")
    found = controls(stage)
    unnamed = [
        widget
        for widget in found
        if not (QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name) or "").strip()
        and not widget.objectName().startswith("qt_")
        and type(widget).__name__ != "ScrollLeftButton"
    ]
    assert len(found) >= 12
    assert unnamed == []


def test_roles(stage):
    controls = stage.page.controls
    for widget, role in (
        (controls.record, QAccessible.Role.Button),
        (controls.microphones, QAccessible.Role.ComboBox),
        (controls.progress, QAccessible.Role.ProgressBar),
        (stage.page.transcript, QAccessible.Role.EditableText),
    ):
        assert QAccessible.queryAccessibleInterface(widget).role() == role


def test_buttons_tell_their_keys(stage):
    toolbar, row = stage.page.toolbar, stage.page.controls
    for button, keys in (
        (toolbar.open, "Ctrl+O"),
        (toolbar.copy, "Ctrl+Shift+C"),
        (toolbar.save, "Ctrl+S"),
        (toolbar.help, "F1"),
        (row.record, "Ctrl+R"),
        (row.cancel, "Esc"),
        (row.microphones, "Alt+M"),
    ):
        assert keys in button.toolTip()


def test_tab_goes_through_the_window_from_top_to_bottom(stage, qtbot):
    page = stage.page
    stage.session.open_files([Path("a.wav")])
    stage.engine.read("раз")
    qtbot.waitUntil(lambda: stage.words == "Ready")
    page.toolbar.open.setFocus()
    expected = [
        page.toolbar.open,
        page.toolbar.recent,
        page.toolbar.copy,
        page.toolbar.save,
        page.toolbar.clear,
        page.toolbar.help,
        page.transcript,
        page.controls.microphones,
        page.controls.record,
    ]
    passed = []
    for _ in expected:
        passed.append(stage.window.focusWidget())
        qtbot.keyClick(stage.window.focusWidget(), Qt.Key.Key_Tab)
    assert passed == expected


def test_the_record_button_has_the_focus_at_first(stage):
    assert stage.window.focusWidget() is stage.page.controls.record
