"""The small parts that panels are put together from."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractSpinBox, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.widgets.label import Label, tip
from gui.widgets.theme import GRID, theme

PROGRESS_STEPS = 1000  # of a bar that shows a fraction
NOTE_MS = 2500  # how long a passing note stands in place of the state


def push_button(text: str, hint: str, kind: str = "outlined") -> QPushButton:
    """kind: "primary" for the one thing to do next, "outlined", or "link"."""
    button = QPushButton(text)
    button.setProperty(kind, True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(text)
    button.setToolTip(tip(hint))
    return button


def keep_place(widget: QWidget, is_kept: bool = True) -> None:
    """Hidden or not, it takes the same room, so that nothing else moves when it comes and goes."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(is_kept)
    widget.setSizePolicy(policy)


def heading(text: str) -> QLabel:
    label = Label(text)
    label.setFont(theme().font(1.0, QFont.Weight.DemiBold))
    label.setWordWrap(True)
    return label


def words(text: str = "", quiet: bool = False) -> QLabel:
    """A sentence that takes as many lines as it needs."""
    label = Label(text)
    label.setWordWrap(True)
    label.setProperty("quiet", quiet)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def number_field(field: QAbstractSpinBox) -> QAbstractSpinBox:
    """With its number as far from the edge as other fields have their text; style sheets do not reach it."""
    field.lineEdit().setTextMargins(GRID, 0, 0, 0)
    return field


def named(widget: QWidget, name: str, hint: str = "") -> QWidget:
    """Gives a field its name for screen readers, and its tooltip."""
    widget.setAccessibleName(name)
    widget.setToolTip(tip(hint or name))
    return widget


class Folded(QWidget):
    """What few people change, behind a line that shows and hides it."""

    def __init__(self, text: str, body: QWidget):
        super().__init__()
        self.toggle = push_button(text, text, "link")
        self.toggle.setCheckable(True)
        self.body = body
        body.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(body)
        self.toggle.toggled.connect(body.setVisible)
        self.toggle.toggled.connect(self._paint_arrow)
        theme().changed.connect(self._paint_arrow)
        self._paint_arrow()

    def _paint_arrow(self) -> None:
        name = "chevron-down" if self.toggle.isChecked() else "chevron-right"
        self.toggle.setIcon(theme().icon(name, theme().colours.accent))
