"""The log, readable without knowing where it lies."""

from PySide6.QtGui import QFontDatabase, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QWidget

from engine.paths import log_file
from gui.core.i18n import _
from gui.core.log import read_log
from gui.widgets.form import column_of, push_button
from gui.widgets.label import Label
from gui.widgets.theme import GRID


class LogWindow(QDialog):
    """The end of the log file, with its place and a button that copies it."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(_("Log"))
        self.resize(90 * GRID, 60 * GRID)
        self.text = QPlainTextEdit(read_log() or _("The log is empty."))
        self.text.setReadOnly(True)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF())
        self.text.setFont(font)
        self.text.setAccessibleName(_("Log"))
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        place = Label(str(log_file()), quiet=True, wraps=True)
        buttons = QDialogButtonBox()
        copy = buttons.addButton(_("Copy all"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column_of(self, (self.text, 1), place, buttons, margins=2 * GRID)


def log_button(kind: str = "link") -> QPushButton:
    """Opens the log over the window that the button is in."""
    button = push_button(_("Show log"), _("What the program wrote down while it ran"), kind)
    button.clicked.connect(lambda _checked=False: LogWindow(button.window()).open())
    return button


def failure_link() -> QPushButton:
    """The same beside a failure that is told in the page itself; hidden until there is one."""
    button = log_button()
    button.hide()
    return button
