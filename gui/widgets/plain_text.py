"""The text of an editor as it stands. Qt's own `toPlainText` turns no-break spaces into plain ones."""

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextCursor, QTextDocument

from engine.transcript.typography import typeset

# Half a pair, as a paste may bring, cannot be kept in any file; NUL ends a text for half of the world.
_HALVES = dict.fromkeys([0, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
_LINES = str.maketrans({"\N{PARAGRAPH SEPARATOR}": "\n", "\N{LINE SEPARATOR}": "\n"}) | _HALVES


def plain_text(document: QTextDocument) -> str:
    """All of it, a paragraph a line."""
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
