"""Icons that follow the theme, buttons with them, and a row of such buttons."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gui.core.shortcuts import hint as hint_with_keys
from gui.widgets.fitted_text import ElidedLabel
from gui.widgets.label import Label
from gui.widgets.theme import GRID, button_icon_size, icon_size, show_icon, theme


class IconLabel(Label):
    """name: of Material Design Icons. accented: in the accent colour, else in that of quiet text."""

    def __init__(self, name: str, accented: bool = False):
        super().__init__()
        self._name, self._accented = name, accented
        theme().changed.connect(self._paint_icon)
        self._paint_icon()

    def _paint_icon(self) -> None:
        colours = theme().colours
        icon = theme().icon(self._name, colours.accent if self._accented else colours.quiet_text)
        self.setPixmap(icon.pixmap(icon_size()))


def show_as(button: QPushButton, text: str, icon: str, colour: str = "text") -> None:
    """Another meaning for the same button."""
    button.setText(text)
    button.setAccessibleName(text)
    show_icon(button, icon, colour)


class ToolRow(QWidget):
    """Widgets side by side; where there is no room for their words, their icons alone.

    Tooltips and accessible names say what an icon means.
    """

    def __init__(self) -> None:
        super().__init__()
        self._worded: list[tuple[QPushButton, str]] = []
        row = QHBoxLayout(self)  # at once: the first thing put into it may change the style of all there is
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)

    def put(self, widgets: Sequence[QWidget | None]) -> None:
        """widgets: None for a blank that takes what is left."""
        row = self.layout()
        for widget in widgets:
            if widget is None:
                row.addStretch(1)
                continue
            row.addWidget(widget, int(isinstance(widget, ElidedLabel)))
            if isinstance(widget, QPushButton) and widget.text():  # others say how many there are
                self._worded.append((widget, widget.text()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def fit(self) -> None:
        for button, text in self._worded:
            button.setText(text)
        if self.layout().minimumSize().width() > self.width():
            for button, _text in self._worded:
                button.setText("")
        self.layout().activate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()  # before, the style sheet does not count yet

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()


def tool_button(text: str, command: str, hint: str, icon: str) -> QPushButton:
    """A flat button that a click does not give the focus, so that Space keeps its meaning."""
    button = icon_button(hint, icon)
    button.setText(text)
    hint_with_keys(button, hint, command)
    return button


def icon_button(name: str, icon: str, keys: str = "") -> QPushButton:
    """A flat button without words; its tooltip has them. keys: told there, as they are written."""
    button = QPushButton(iconSize=button_icon_size(), focusPolicy=Qt.FocusPolicy.TabFocus, accessibleName=name)
    button.setToolTip(f"{name} ({keys})" if keys else name)
    show_icon(button, icon)
    return button
