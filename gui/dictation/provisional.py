"""Provisional text at a page's end.

It is shown the way an input method shows a composition: drawn at the end of the last paragraph, but no part of the
document. So it can neither garble what a person types meanwhile nor get into their undo history.
"""

from PySide6.QtGui import QColor, QTextBlock, QTextDocument, QTextLayout

from gui.widgets.theme import theme


class Provisional:
    """text: what is to be shown; `place` after it or the document has changed."""

    def __init__(self, document: QTextDocument):
        self._document = document
        self._shown_in: QTextBlock | None = None
        self.text = ""

    def place(self, is_free: bool) -> None:
        """Moves it to where the document ends now. is_free: nothing else is composed there."""
        last = self._document.lastBlock()
        if self._shown_in is not None and self._shown_in.isValid() and self._shown_in != last:
            self._erase(self._shown_in)
        if not is_free:
            return
        text = blank_after(last.text()) + self.text if self.text else ""
        if not text:
            if self._shown_in is not None:
                self._erase(last)
            self._shown_in = None
            return
        greyed = QTextLayout.FormatRange()
        greyed.start, greyed.length = last.length() - 1, len(text)
        greyed.format.setForeground(QColor(theme().colours.provisional_text))
        greyed.format.setFontItalic(True)  # for those to whom grey is no sign
        last.layout().setPreeditArea(last.length() - 1, text)
        last.layout().setFormats([greyed])
        self._shown_in = last
        self._document.markContentsDirty(last.position(), last.length())

    def _erase(self, block: QTextBlock) -> None:
        block.layout().setPreeditArea(-1, "")
        block.layout().clearFormats()
        self._document.markContentsDirty(block.position(), block.length())


def blank_after(line: str) -> str:
    """The blank that what comes behind a line needs, if any."""
    return " " if line and not line[-1].isspace() else ""
