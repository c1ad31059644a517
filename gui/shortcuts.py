"""Every key of the window in one table: what it does, and the page that says so."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from gui.i18n import _
from gui.theme import GRID, theme


@dataclass(frozen=True)
class Keys:
    """Key sequences as QKeySequence reads them; the first is the one that is shown."""

    record: str = "Ctrl+R"
    open: str = "Ctrl+O"
    save: str = "Ctrl+S"
    copy: str = "Ctrl+Shift+C"
    clear: str = "Ctrl+Shift+Delete"
    cancel: str = "Esc"
    help: str = "F1"
    microphone: str = "Alt+M"
    dictation: str = "Ctrl+1"
    trainer: str = "Ctrl+2"
    train: str = "Ctrl+T"


KEYS = Keys()


def shown(sequence: str) -> str:
    """The keys as this system writes them."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)


class ShortcutsWindow(QDialog):
    """What each key does."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        rows = (
            (KEYS.record, _("Start and stop recording")),
            ("Space", _("The same, while no text has the focus")),
            (KEYS.open, _("Open recordings")),
            (KEYS.cancel, _("Cancel; recordings are kept")),
            (KEYS.copy, _("Copy all text")),
            (KEYS.save, _("Save the text to a file")),
            (KEYS.clear, _("Clear the page")),
            ("Ctrl+Z", _("Undo the last change")),
            (KEYS.microphone, _("Choose a microphone")),
            (KEYS.dictation, _("Dictation")),
            (KEYS.trainer, _("Trainer")),
            (KEYS.train, _("Train, and stop training")),
            (KEYS.help, _("This page")),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * GRID)
        grid.setVerticalSpacing(GRID)
        for row, (sequence, meaning) in enumerate(rows):
            keys = QLabel(shown(sequence))
            keys.setFont(theme().font(1.0, QFont.Weight.DemiBold))
            grid.addWidget(keys, row, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(QLabel(meaning), row, 1)
        buttons = QDialogButtonBox()
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(3 * GRID)
        column.addLayout(grid)
        column.addWidget(buttons)
