"""A page of text: lines short enough to read, and Ctrl with the wheel left to the window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QTextEdit

from gui.widgets.theme import LINE_WIDTH_PX


class TextPage(QTextEdit):
    """What the dictation's page and the editor's have in common."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl it is the window's, and changes all text; Qt would change this one alone."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps lines short enough to read."""
        side = max(0, (self.width() - LINE_WIDTH_PX) // 2)
        if self.viewportMargins().left() != side:
            self.setViewportMargins(side, 0, side, 0)
        super().resizeEvent(event)
