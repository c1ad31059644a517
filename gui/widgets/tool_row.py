"""A row of buttons that shows their icons alone where there is no room for their words."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gui.core.shortcuts import hint as hint_with_keys
from gui.widgets.elided import ElidedLabel
from gui.widgets.theme import GRID, button_icon_size


class ToolRow(QWidget):
    """Puts its widgets side by side. Tooltips and accessible names tell what an icon means."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
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
        self.fit()  # before, the style sheet is not reckoned with

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()


def tool_button(text: str, command: str, hint: str) -> QPushButton:
    """A flat button that a click does not give the focus, so that Space keeps its meaning."""
    button = QPushButton(text)
    button.setIconSize(button_icon_size())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(hint)
    hint_with_keys(button, hint, command)
    return button
