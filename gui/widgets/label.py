"""Text that is shown as it is: names, transcripts and errors may hold what looks like markup.

Qt takes text that looks like HTML for HTML, in labels and tooltips: a file called `<img src="...">` would load
a picture.
"""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


class Label(QLabel):
    """A QLabel whose text is plain."""

    def __init__(self, *arguments: object, **properties: object):
        super().__init__(*arguments, **properties)
        self.setTextFormat(Qt.TextFormat.PlainText)


def tip(text: str) -> str:
    """A tooltip that shows the text as it is; tooltips have no format of their own to set."""
    return f"<qt>{escape(text)}</qt>" if "<" in text else text


def notice(text: str) -> str:
    """Text for the desktop's notifications, which some desktops take for markup."""
    return text.replace("<", "‹").replace(">", "›")
