"""The text of an editor as it stands. Qt's own `toPlainText` turns no-break spaces into plain ones."""

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextCursor, QTextDocument

from engine.transcript.typography import typeset

_LINES = str.maketrans({"\N{PARAGRAPH SEPARATOR}": "\n", "\N{LINE SEPARATOR}": "\n"})


def plain_text(document: QTextDocument) -> str:
    """All of it, a paragraph a line."""
    return document.toRawText().translate(_LINES)


def selected_text(cursor: QTextCursor) -> str:
    """What is selected, a paragraph a line."""
    return cursor.selectedText().translate(_LINES)


def with_selection(mime: QMimeData, cursor: QTextCursor) -> QMimeData:
    """What Qt made of a selection to copy or drag, with the plain text as it stands."""
    mime.setText(typeset(selected_text(cursor)))
    return mime
