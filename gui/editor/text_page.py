"""A page of text: lines short enough to read, Ctrl with the wheel left to the window, and its text as it stands."""

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QResizeEvent, QTextBlockFormat, QTextCursor, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QFrame, QTextEdit

from engine.transcript.typography import typeset
from gui.core.i18n import _
from gui.widgets.theme import GRID, LINE_WIDTH_PX, TEXT_SCALE, theme

# Half a pair, as a paste may bring, cannot be kept in any file; NUL ends a text for half of the world.
_HALVES = dict.fromkeys([0, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
_LINES = str.maketrans({"\N{PARAGRAPH SEPARATOR}": "\n", "\N{LINE SEPARATOR}": "\n"}) | _HALVES


def plain_text(document: QTextDocument) -> str:
    """All of it, a paragraph a line. Qt's own `toPlainText` turns no-break spaces into plain ones."""
    return document.toRawText().translate(_LINES)


def selected_text(cursor: QTextCursor) -> str:
    """What is selected, a paragraph a line."""
    return cursor.selectedText().translate(_LINES)


def selection_mime(cursor: QTextCursor) -> QMimeData:
    """What is selected, to be copied or dragged. What Qt makes of it has no no-break spaces in its plain text."""
    mime = QMimeData()
    mime.setText(typeset(selected_text(cursor)))
    mime.setHtml(cursor.selection().toHtml())
    return mime


class TextPage(QTextEdit):
    """What the dictation's page and the editor's have in common."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("transcript")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFont(theme().font(TEXT_SCALE))
        self.setAccessibleName(_("Text"))
        self.setAccessibleDescription(_("What was said; it can be edited"))

    def set_paragraph(self, cursor: QTextCursor, line_height_percent: float) -> None:
        """How the paragraph of a cursor, and those made out of it, stand on the page."""
        paragraph = QTextBlockFormat()
        paragraph.setLineHeight(line_height_percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        paragraph.setBottomMargin(GRID)
        cursor.setBlockFormat(paragraph)

    def forget_steps(self) -> None:
        """What was done so far cannot be undone."""
        self.document().setUndoRedoEnabled(False)
        self.document().setUndoRedoEnabled(True)

    def createMimeDataFromSelection(self) -> QMimeData:
        return selection_mime(self.textCursor())

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
