"""What is known of the chosen entry, for those who do not point at it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel

from engine.history.entry import Entry
from gui.core.i18n import _
from gui.history.words import details


class EntryDetails(QLabel):
    """Some lines under the list; nothing where none or several are chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setProperty("quiet", True)
        self.setAccessibleName(_("About the chosen entry"))
        self.hide()  # shown before it has a parent, it would be a window

    def show_chosen(self, chosen: Sequence[Entry]) -> None:
        self.setText(details(chosen[0]) if len(chosen) == 1 else "")
        self.setVisible(len(chosen) == 1)
