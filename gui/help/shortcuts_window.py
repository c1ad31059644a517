"""The page that says what each key does."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QWidget

from gui.core.i18n import N_, _
from gui.core.shortcuts import FIXED, KEYS, by_page, shown
from gui.help.alt_letters import are_usual
from gui.widgets.form import ScrollArea, close_box, column_of
from gui.widgets.label import Label
from gui.widgets.theme import GRID, theme

HELD = ("Alt", N_("While it is held, each button shows the letter that presses it"))
_MOST_PX, _WIDEST_PX = 70 * GRID, 88 * GRID
_MEANING = "meaning"


class ShortcutsWindow(QDialog):
    """What each key does."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        inner = _listed()
        area = ScrollArea(inner, is_read=True)
        area.setMinimumWidth(min(inner.sizeHint().width() + 4 * GRID, _WIDEST_PX))
        for label in inner.findChildren(QLabel):
            label.setWordWrap(label.objectName() == _MEANING)
        area.setAccessibleName(_("Keyboard shortcuts"))
        column_of(self, (area, 1), close_box(self), gap=3 * GRID, margins=(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID))
        self.resize(area.minimumWidth() + 8 * GRID, min(inner.sizeHint().height() + 16 * GRID, _MOST_PX))


def _listed() -> QWidget:
    """Keys and meanings under the titles of their pages."""
    inner = QWidget()
    grid = QGridLayout(inner, horizontalSpacing=4 * GRID, verticalSpacing=GRID)
    grid.setColumnStretch(1, 1)
    groups = [
        (title, [(getattr(KEYS, command.name), command.meaning) for command in commands])
        for title, commands in by_page()
    ]
    groups[0][1].extend(FIXED)
    if are_usual():
        groups[0][1].append(HELD)
    for title, rows in groups:
        grid.addWidget(Label(_(title), quiet=True), grid.rowCount(), 0, 1, 2)
        for sequence, meaning in (row for row in rows if row[0]):
            keys = Label(shown(sequence), font=theme().font(1.0, QFont.Weight.DemiBold))
            grid.addWidget(keys, grid.rowCount(), 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(Label(_(meaning), objectName=_MEANING), grid.rowCount() - 1, 1)
    return inner
