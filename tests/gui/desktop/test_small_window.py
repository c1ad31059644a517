"""While one dictates into another program a small window tells so, and takes no focus; a sign stands on every tab."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from gui.desktop.keys_setup import SUGGESTED, KeysTrial
from gui.session.status import Recording
from tests.gui.dictation.test_dictation import record
from tests.gui.shell.test_dictating import dictate, with_keys

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def go_elsewhere(stage, monkeypatch):
    """To another program: no window of this one has the focus. False: back again."""

    def go(elsewhere: bool = True) -> None:
        focus = None if elsewhere else stage.window.windowHandle()
        monkeypatch.setattr(QGuiApplication, "focusWindow", staticmethod(lambda: focus))
        QGuiApplication.instance().focusWindowChanged.emit(focus)

    return go


def small(stage) -> QWidget | None:
    return stage.program.dictating.small.window


def test_it_is_there_while_another_program_has_the_focus(stage, qtbot, go_elsewhere):
    record(stage, qtbot)
    assert small(stage) is None
    go_elsewhere()
    assert small(stage).isVisible()
    flags = small(stage).windowFlags()
    assert flags & Qt.WindowType.WindowDoesNotAcceptFocus
    assert flags & Qt.WindowType.WindowStaysOnTopHint
    go_elsewhere(False)
    assert not small(stage).isVisible()


def test_it_shows_level_and_words_and_stops(stage, qtbot, go_elsewhere):
    record(stage, qtbot)
    go_elsewhere()
    stage.microphone.say_for(0.2, value=8000)
    qtbot.waitUntil(lambda: small(stage).level.value() > 0)
    stage.engine.write("добрый день")
    qtbot.waitUntil(lambda: small(stage).text.text() == "добрый день")
    small(stage).show_text("слово " * 100 + "конец")
    assert small(stage).text.text().startswith("…")
    assert small(stage).text.text().endswith("конец")
    qtbot.mouseClick(small(stage).stop, Qt.MouseButton.LeftButton)
    assert stage.session.status.recording is Recording.STOPPING


def test_it_cancels_and_goes(stage, qtbot, go_elsewhere):
    record(stage, qtbot)
    go_elsewhere()
    qtbot.mouseClick(small(stage).cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not small(stage).isVisible())
    assert not stage.session.status.is_dictating


def test_it_can_be_switched_off(stage, qtbot, go_elsewhere):
    record(stage, qtbot)
    go_elsewhere()
    stage.program.settings.small_window = False
    assert not small(stage).isVisible()
    stage.program.settings.small_window = True
    assert small(stage).isVisible()


def test_a_sign_stands_on_every_tab_and_leads_to_the_page(stage, qtbot):
    sign, tabs = stage.window.sign, stage.window.tabs
    assert not sign.isVisible()
    record(stage, qtbot)
    for index in range(tabs.count()):
        tabs.setCurrentIndex(index)
        assert sign.isVisible()
        assert sign.text().startswith("Recording 0:0")
    qtbot.mouseClick(sign, Qt.MouseButton.LeftButton)
    assert tabs.currentWidget() is stage.page
    stage.session.cancel()
    assert not sign.isVisible()


def test_the_page_names_the_keys(stage, qtbot):
    with_keys(stage)
    keys = stage.page.controls.keys
    assert keys.text() == "Dictate into other programs…"
    stage.program.settings.global_keys = SUGGESTED
    assert keys.text() == "Ctrl+Alt+D dictates into any program"
    stage.program.settings.global_keys_held = True
    assert keys.text() == "Hold Ctrl+Alt+D to dictate into any program"
    record(stage, qtbot)
    assert not keys.isVisible()


def test_the_tour_sets_the_keys_and_tries_them(stage, qtbot):
    fake = with_keys(stage)
    stage.page.controls.keys.click()
    trial = stage.window.findChild(KeysTrial)
    assert trial.isVisible()
    assert trial.state.text() == "Without keys, Diktovka writes into its own window only."
    trial.setup.suggest.setEnabled(True)  # no screen here has such keys
    trial.setup.suggest.click()
    assert fake.grabbed == [SUGGESTED]
    assert trial.state.text() == "Try it: press Ctrl+Alt+D now, and speak."
    fake.pressed.emit()
    assert trial.state.text() == "It works. Speak, then press Ctrl+Alt+D again."
    stage.session.cancel()


def test_that_text_is_copied_is_announced_once(stage, qtbot):
    dictate(stage, qtbot, "раз")
    (told,) = stage.page.messages.texts
    assert "copied as well" in told
    stage.press("Do not copy")
    assert not stage.program.settings.copy_dictated
    stage.program.settings.copy_dictated = True
    dictate(stage, qtbot, "два")
    assert stage.page.messages.texts == []
