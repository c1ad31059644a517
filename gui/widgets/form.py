"""The small parts that panels are put together from."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QBoxLayout,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.core.i18n import _
from gui.core.shortcuts import hint as hint_with_keys
from gui.widgets.flow_row import FlowRow
from gui.widgets.label import Label, tip
from gui.widgets.theme import GRID, button_icon_size, show_icon, theme

_STEPS = 1000  # of a bar that shows a share
NOTE_MS = 2500  # how long a passing note stands in place of the state
LEFT = Qt.AlignmentFlag.AlignLeft
# A blank of so many pixels, one that takes what is left (None), or a widget with its stretch and alignment.
Part = QWidget | QLayout | int | tuple | None
Margins = int | tuple[int, int, int, int]


def fill(layout: QBoxLayout | FlowRow, *parts: Part) -> None:
    """Puts the parts into it, one after the other."""
    for part in parts:
        match part:
            case None:
                layout.addStretch(1)
            case int():
                layout.addSpacing(part)
            case tuple():
                add = layout.addLayout if isinstance(part[0], QLayout) else layout.addWidget
                add(*part)
            case QLayout():
                layout.addLayout(part)
            case _:
                layout.addWidget(part)


def row_of(*parts: Part, gap: int = GRID, centred: bool = False) -> FlowRow:
    """Parts beside one another, which goes on below where there is no room for all of them."""
    flow = FlowRow(centred=centred)
    flow.setSpacing(gap)
    fill(flow, *parts)
    return flow


def column_of(owner: QWidget | None, *parts: Part, gap: int = GRID, margins: Margins = 0) -> QVBoxLayout:
    """The layout of a widget: parts below one another. owner: None where it goes into another layout."""
    layout = QVBoxLayout() if owner is None else QVBoxLayout(owner)
    layout.setContentsMargins(*((margins,) * 4 if isinstance(margins, int) else margins))
    layout.setSpacing(gap)
    fill(layout, *parts)
    return layout


def group(*parts: Part, gap: int = GRID, margins: Margins = 0) -> QWidget:
    """A widget with such a column."""
    widget = QWidget()
    column_of(widget, *parts, gap=gap, margins=margins)
    return widget


def close_box(dialog: QDialog) -> QDialogButtonBox:
    """The last row of a dialog that only shows something."""
    buttons = QDialogButtonBox()
    buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
    buttons.rejected.connect(dialog.reject)
    return buttons


class ScrollArea(QScrollArea):
    """What is in it is as wide as itself, and scrolls up and down where it is too high.

    is_read: text to be read, in a frame; it takes the focus, so that the arrow keys scroll it.
    """

    def __init__(self, inner: QWidget | None = None, is_read: bool = False):
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if not is_read:
            self.setFrameShape(QFrame.Shape.NoFrame)
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        if inner is not None:
            self.setWidget(inner)

    def setWidget(self, inner: QWidget) -> None:
        super().setWidget(inner)
        inner.setAutoFillBackground(False)  # Qt has just set it


def push_button(text: str, hint: str, kind: str = "outlined", command: str = "", icon: str = "") -> QPushButton:
    """kind: "primary" for the one thing to do next, "outlined", or "link". command: whose keys the tooltip tells."""
    button = QPushButton(text)
    button.setProperty(kind, True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(text)
    button.setToolTip(tip(hint))
    if command:
        hint_with_keys(button, hint, command)
    if icon:
        button.setIconSize(button_icon_size())
        show_icon(button, icon, "accent" if kind == "link" else "text")
    return button


class ProgressBar(QProgressBar):
    """A bar without text. name: for screen readers."""

    def __init__(self, name: str):
        super().__init__()
        self.setTextVisible(False)
        named(self, name)
        self.show_share(0.0)

    def show_share(self, share: float | None) -> None:
        """0 to 1; None where it is not known."""
        self.show_count(-1 if share is None else round(_STEPS * min(1.0, share)), 0 if share is None else _STEPS)

    def show_count(self, done: int, total: int) -> None:
        self.setRange(0, total)
        self.setValue(done)


def keep_place(widget: QWidget, is_kept: bool = True) -> None:
    """Hidden or not, it takes the same room, so that nothing else moves when it comes and goes."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(is_kept)
    widget.setSizePolicy(policy)


def heading(text: str) -> QLabel:
    return Label(text, wraps=True, font=theme().font(1.0, QFont.Weight.DemiBold))


def words(text: str = "", quiet: bool = False) -> QLabel:
    """A sentence that takes as many lines as it needs."""
    label = Label(text, quiet=quiet, wraps=True)
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
        column_of(self, (self.toggle, 0, LEFT), body)
        self.toggle.toggled.connect(body.setVisible)
        self.toggle.toggled.connect(self._show_arrow)
        self._show_arrow(False)

    def _show_arrow(self, is_open: bool) -> None:
        show_icon(self.toggle, "chevron-down" if is_open else "chevron-right", "accent")
