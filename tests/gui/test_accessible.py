"""The whole window for those who hear it, magnify it or have no mouse: every page that there is, in both languages."""

import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QProgressBar, QTabBar, QWidget

from gui.core.settings import Settings
from gui.help.shortcuts_window import ShortcutsWindow
from gui.help.tour import Tour
from gui.settings.about import LicencesWindow
from gui.training.public_models_dialog import PublicModelsDialog
from gui.widgets.log_window import LogWindow
from gui.widgets.theme import DARK, LIGHT
from tests.gui.pages import beyond, controls, cut, pages, settle
from tests.helpers.contrast import contrast

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
ROOT = Path(__file__).parents[2]
LANGUAGES = pytest.mark.parametrize("language", ["en", "ru"])
# Roles by which a screen reader cannot tell what a thing is.
VAGUE = (QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Whitespace)


def walk(stage, qtbot):
    yield from pages(stage.window, lambda condition: qtbot.waitUntil(condition))


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()


# --- names and roles ---


@LANGUAGES
def test_every_control_of_every_page_has_a_name_and_a_role(make_stage, qtbot, language):
    stage = make_stage(language=language)
    found, unnamed, vague = set(), [], []
    for page, root in walk(stage, qtbot):
        for widget in controls(root):
            found.add(type(widget).__name__)
            if not name_of(widget) and not isinstance(widget, QTabBar):
                unnamed.append((page, repr(widget)))
            if QAccessible.queryAccessibleInterface(widget).role() in VAGUE:
                vague.append((page, name_of(widget)))
    assert unnamed == []
    assert vague == []
    assert len(found) >= 8


def test_a_control_without_a_name_is_found(stage):
    stage.page.toolbar.open.setAccessibleName("")
    stage.page.toolbar.open.setText("")
    assert name_of(stage.page.toolbar.open) == ""


def test_the_window_and_its_tabs_have_names(stage):
    tree = QAccessible.queryAccessibleInterface(stage.window.tabs.tabBar())
    names = [tree.child(i).text(QAccessible.Text.Name) for i in range(tree.childCount())]
    titles = [stage.window.tabs.tabText(i) for i in range(stage.window.tabs.count())]
    assert [name for name in names if name in titles] == titles


# --- nothing is cut ---


@LANGUAGES
def test_nothing_is_cut_on_any_page(make_stage, qtbot, language):
    stage = make_stage(language=language)
    stage.window.resize(800, 600)
    found = {page: cut(root) + beyond(root) for page, root in walk(stage, qtbot)}
    assert not any(found.values()), {page: texts for page, texts in found.items() if texts}
    assert stage.window.size().toTuple() == (800, 600)
    assert len(found) >= 10


@LANGUAGES
@pytest.mark.parametrize("dialog", [ShortcutsWindow, LogWindow, LicencesWindow, PublicModelsDialog, None])
def test_dialogs_fit_and_have_names(make_stage, qtbot, language, dialog):
    stage = make_stage(language=language)
    opened = dialog(stage.page) if dialog else Tour(Settings(), stage.page)
    opened.open()
    settle()
    assert cut(opened) == []
    assert opened.width() <= 800
    assert opened.height() <= 600
    assert all(name_of(widget) for widget in controls(opened))
    opened.reject()


SCALED = """
import json, sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
import gui.shell.app
from gui.shell.app import Program
from gui.core.settings import Settings
from tests.gui.pages import beyond, cut, pages, settle
from tests.helpers.fake_engine import FakeEngine
app = QApplication([])
settings = Settings()
settings.text_percent = int(sys.argv[2])
settings.save()
engine = FakeEngine()
program = Program(lambda model: engine, list_devices=lambda rescan: [], language=sys.argv[1])
program.open()
program.window.resize(800, 600)
def wait_until(condition):
    end = time.monotonic() + 240
    while not condition():
        app.processEvents()
        assert time.monotonic() < end
def look(root):
    settle()
    return cut(root) + beyond(root)
def states():
    from engine.paths import resource
    from gui.settings.about import LicencesWindow
    from gui.widgets.log_window import LogWindow
    from gui.help.shortcuts_window import ShortcutsWindow
    from gui.help.tour import Tour
    window, page = program.window, program.page
    window.tabs.setCurrentWidget(page)
    page.messages.close_all()
    engine.read("раз два три четыре пять", 6.0)
    program.session.open_files([resource("samples/man.wav")])
    wait_until(lambda: not program.session.status.can_cancel and page.transcript.toPlainText())
    found = {"text": look(page)}
    program.session.open_files([Path(f"/записи/{i}.wav") for i in range(12)])
    engine.begin(4000)
    engine.progress(1, 4000)
    wait_until(page.controls.progress.isVisible)
    found["reading"] = look(page)
    window.tabs.setCurrentWidget(window.history_page)
    history = window.history_page.page
    history.pages.setCurrentIndex(0)
    wait_until(lambda: history.model.rowCount() > 0)
    found["queue"] = look(history)
    program.session.cancel()
    window.tabs.setCurrentWidget(page)
    found["cancelled"] = look(page)
    window.tabs.setCurrentWidget(window.history_page)
    history.view.setCurrentIndex(history.model.index(history.model.rowCount() - 1))
    found["entry"] = look(history)
    history.actions.open.click()
    wait_until(lambda: history.editing.editor is not None and history.editing.editor.player.sound is not None)
    found["editor"] = look(history)
    for kind in (ShortcutsWindow, LogWindow, LicencesWindow):
        dialog = kind(page)
        dialog.open()
        found[kind.__name__] = look(dialog) + ["too large"] * (dialog.width() > 800 or dialog.height() > 600)
        dialog.reject()
    tour = Tour(settings, window)
    tour.open()
    for step in range(3):
        tour.show_step(step)
        found[f"tour {step}"] = look(tour) + ["too large"] * (tour.width() > 800 or tour.height() > 600)
    tour.accept()
    return found
settle()
found = {name: cut(page) + beyond(page) for name, page in pages(program.window, wait_until)}
found |= states()
ratio, size = program.window.devicePixelRatio(), program.window.size().toTuple()
program.window.close()
wait_until(lambda: not program.window.isVisible())
print(json.dumps({"cut": found, "ratio": ratio, "size": size}))
"""


@LANGUAGES
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("scale", "text_percent"), [(2, 100), (1, 200)], ids=["screen", "text"])
def test_nothing_is_cut_at_twice_the_size(own_home, language, scale, text_percent):
    environment = {**os.environ, "QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", SCALED, language, str(text_percent)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["ratio"] == scale
    assert told["size"] == [800, 600]
    assert not any(told["cut"].values()), told["cut"]
    assert len(told["cut"]) >= 25


# --- by keyboard ---


def reached(window, qtbot, most: int = 200) -> list[QWidget]:
    """Where Tab leads to, from where the focus is until it comes back there."""
    first, passed = window.focusWidget(), []
    for _step in range(most):
        passed.append(window.focusWidget())
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        if window.focusWidget() is first:
            return passed
    raise AssertionError(f"Tab never comes back: {passed[-5:]}")


def is_reached(widget: QWidget, passed: list[QWidget]) -> bool:
    """A field that is one with others, as a group of choices is, is reached if one of them is."""
    return any(one is widget or widget.isAncestorOf(one) for one in passed)


def test_tab_reaches_every_control_of_every_page(stage, qtbot):
    missed = []
    for page, root in walk(stage, qtbot):
        usable = [
            widget
            for widget in controls(root)
            if widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not is_grouped(widget)
        ]
        stage.window.tabs.tabBar().setFocus()
        passed = reached(stage.window, qtbot)
        missed += [(page, name_of(widget)) for widget in usable if not is_reached(widget, passed)]
        missed += [
            (page, name_of(widget))
            for widget in controls(root)
            if widget.isEnabled() and widget.focusPolicy() is Qt.FocusPolicy.NoFocus and not is_grouped(widget)
            if not isinstance(widget, QProgressBar)  # it is only looked at
        ]
    assert missed == []


def is_grouped(widget: QWidget) -> bool:
    """One of an exclusive group: the arrows go on within it."""
    group = getattr(widget, "group", lambda: None)()
    return group is not None and group.exclusive() and not widget.isChecked()


def test_tab_goes_down_the_settings_and_never_up(stage, qtbot):
    """The list of sections is left of them all, so only the section itself is looked at."""
    for page, root in walk(stage, qtbot):
        if not page.startswith(stage.window.tabs.tabText(stage.window.tabs.indexOf(stage.window.settings_page))):
            continue
        stage.window.settings_page.page.list.setFocus()
        area = stage.window.settings_page.page.pages.currentWidget().widget()
        passed = [widget for widget in reached(stage.window, qtbot) if area.isAncestorOf(widget)]
        heights = [widget.mapTo(area, widget.rect().center()).y() for widget in passed]
        assert all(after >= before - 8 for before, after in itertools.pairwise(heights)), page
        assert root.isVisible()


def test_all_pages_are_reached_by_keys(stage, qtbot):
    for index in range(stage.window.tabs.count()):
        keys = stage.window.tabs.tabToolTip(index)
        assert keys, f"the tab {stage.window.tabs.tabText(index)} has no key"
    assert len({stage.window.tabs.tabToolTip(i) for i in range(stage.window.tabs.count())}) == stage.window.tabs.count()


# --- colours ---


def rules() -> list[tuple[str, dict[str, str]]]:
    """(selector, properties) of the style sheet."""
    style = (ROOT / "gui" / "widgets" / "style.qss").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    found = []
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        properties = dict(line.split(":", 1) for line in body.split(";") if ":" in line)
        found.append((selector.strip(), {key.strip(): value.strip() for key, value in properties.items()}))
    return found


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_of_the_style_sheet_can_be_read(colours):
    unreadable, n_checked = [], 0
    for selector, properties in rules():
        for text_of, ground_of in (("color", "background"), ("selection-color", "selection-background-color")):
            text, own = properties.get(text_of, ""), properties.get(ground_of, "")
            if not text.startswith("$"):
                continue
            for ground in [own] if own.startswith("$") else ["$window", "$page"]:
                n_checked += 1
                if contrast(getattr(colours, text[1:]), getattr(colours, ground[1:])) < 4.5:
                    unreadable.append((selector, text, ground))
    assert unreadable == []
    assert n_checked > 15


def test_what_is_said_by_colour_is_said_by_words_or_shape_too(stage, qtbot):
    """The state, the record button and the messages carry words; a chosen step, section or tab its state."""
    assert stage.page.controls.state.text()
    stage.page.messages.say("раз", "alert-outline")
    (message,) = [one for one in stage.page.messages.children() if one.isWidgetType()]
    labels = message.findChildren(QLabel)
    assert any(label.pixmap() and not label.pixmap().isNull() for label in labels)
    assert any(label.text() == "раз" for label in labels)
    tabs = QAccessible.queryAccessibleInterface(stage.window.tabs.tabBar())
    assert tabs.child(0).state().selected or tabs.child(0).state().active
