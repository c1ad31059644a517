"""Text that is shown as it is: names, transcripts and errors may hold what looks like markup.

Qt takes text that looks like HTML for HTML, in labels and tooltips: a file called `<img src="...">` would load
a picture.
"""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from engine.text_marks import visible


class Label(QLabel):
    """A QLabel whose text is plain, and turns no line around.

    name: for screen readers. quiet: in a paler colour. wraps: on as many lines as it needs. centred: in the middle.
    properties: Qt's own, such as `font`.
    """

    def __init__(
        self,
        text: str = "",
        name: str = "",
        quiet: bool = False,
        wraps: bool = False,
        centred: bool = False,
        **properties: object,
    ):
        super().__init__(visible(text), accessibleName=name, wordWrap=wraps, **properties)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("quiet", quiet)
        if centred:
            self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def setText(self, text: str) -> None:
        super().setText(visible(text))


def tip(text: str) -> str:
    """A tooltip that shows the text as it is; tooltips have no format of their own to set."""
    text = visible(text)
    return f"<qt>{escape(text)}</qt>" if "<" in text else text


def notice(text: str) -> str:
    """Text for the desktop's notifications, which some desktops take for markup."""
    return visible(text).replace("<", "‹").replace(">", "›")
