"""Names that look like markup are shown as they are, on every page."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

from engine.history.entry import Kind
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


def test_what_would_turn_a_line_around_is_shown_as_its_number(qtbot):
    label = Label("анна\u202e3pm.tgz")
    qtbot.addWidget(label)
    label.setText(label.text() + "\x1b[2J")
    assert label.text() == r"анна\u202e3pm.tgz\x1b[2J"
    assert tip("\u2067") == notice("\u2067") == r"\u2067"
