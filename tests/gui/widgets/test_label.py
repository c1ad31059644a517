"""Names that look like markup are shown as they are, on every page."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

from engine.errors import AudioUnreadable
from engine.history.entry import Entry, Kind
from gui.history.words import details, state_words, title_words
from gui.session.status import left_out_words
from gui.widgets.label import Label, notice, tip
from tests.gui.pages import pages

HOSTILE = '<img src="http://example.org/x.png"><b>запись</b>'


def shows_markup(text: str) -> bool:
    return "<" in text.removeprefix("<qt>").removesuffix("</qt>")


def tips(root: QWidget) -> list[str]:
    found = [widget.toolTip() for widget in (root, *root.findChildren(QWidget))]
    for view in root.findChildren(QAbstractItemView):
        model = view.model()
        for row in range(model.rowCount() if model else 0):
            found += [str(model.index(row, column).data(Qt.ItemDataRole.ToolTipRole) or "") for column in range(2)]
    return found


def test_no_label_and_no_tooltip_of_any_page_takes_a_name_for_markup(make_stage, qtbot, tmp_path):
    stage = make_stage(devices=())
    folder = tmp_path / "<b>корпус<b>"
    folder.mkdir()
    stage.program.settings.watch_folder = str(folder)
    stage.program.history.store.write(lambda history: history.add(Path(f"/записи/{HOSTILE[:12]}.wav"), Kind.FILE))
    for page, root in pages(stage.window, lambda condition: qtbot.waitUntil(condition)):
        wrong = [label.text() for label in root.findChildren(QLabel) if label.textFormat() != Qt.TextFormat.PlainText]
        assert wrong == [], page
        assert [text for text in tips(root) if shows_markup(text)] == [], page


def test_a_label_shows_its_text_as_it_is(qtbot):
    label, plain = Label(HOSTILE), Label("запись" * 8)
    qtbot.addWidget(label)
    qtbot.addWidget(plain)
    assert label.sizeHint().width() > plain.sizeHint().width() / 2, "drawn, not loaded"
    assert label.text() == HOSTILE


def test_tips_and_notices_are_escaped_only_where_they_look_like_markup():
    assert tip("a & b") == "a & b"
    assert tip(HOSTILE).startswith("<qt>&lt;img src=")
    assert "<" not in notice(HOSTILE)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_names_that_would_break_a_line_do_not(make_stage, qtbot, tmp_path):
    """In a message, the history's list and its details, and the menu of recent files."""
    name = "новая\nстрока\tи \u202eдругое.wav"
    shown = "новая\\nстрока\\tи \\u202eдругое.wav"
    stage = make_stage(devices=())
    path = tmp_path / name
    path.write_bytes(b"no sound")
    stage.session.open_files([path])
    stage.engine.fail(AudioUnreadable(path=path, reason="it is a folder"))
    store = stage.program.history.store
    entries: list[Entry] = []

    def has_failed() -> bool:
        store.ask(
            lambda history: history.entries(history.keys()), lambda found: entries.__setitem__(slice(None), found)
        )
        return bool(entries) and entries[0].failure is not None

    qtbot.waitUntil(has_failed)
    assert title_words(entries[0]) == shown
    assert "\n" not in details(entries[0]).replace(" · ", "")
    assert shown in state_words(entries[0])
    assert left_out_words([path]) == f"“{shown}” is no recording and was left out."
    recent = stage.program.recent_files
    recent.offer()
    qtbot.waitUntil(lambda: bool(recent.menu.actions()))
    assert [action.text() for action in recent.menu.actions()] == [shown]
    recent.menu.hide()


def test_what_would_turn_a_line_around_is_shown_as_its_number(qtbot):
    label = Label("анна\u202e3pm.tgz")
    qtbot.addWidget(label)
    label.setText(label.text() + "\x1b[2J")
    assert label.text() == r"анна\u202e3pm.tgz\x1b[2J"
    assert tip("\u2067") == notice("\u2067") == r"\u2067"
