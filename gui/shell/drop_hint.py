"""What a person sees while files are dragged over the window, the same on every page."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QTabWidget

from gui.core.i18n import _
from gui.widgets.form import column_of
from gui.widgets.label import Label
from gui.widgets.theme import GRID, TITLE_SCALE, theme


class DropHint(QFrame):
    """Lies over the page that is shown, whichever that is."""

    def __init__(self, tabs: QTabWidget):
        super().__init__(tabs)
        self._tabs = tabs
        self.setObjectName("page")
        self.setProperty("dropping", True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = Label(_("Drop to transcribe"), wraps=True, centred=True, font=theme().font(TITLE_SCALE))
        self.where = Label(quiet=True, wraps=True, centred=True)
        column_of(self, None, self.words, self.where, None, margins=3 * GRID)
        self.hide()
        tabs.installEventFilter(self)

    def show_over(self, is_quiet: bool) -> None:
        """is_quiet: whether the text goes to the history alone."""
        here = _("The text will be in the history")
        self.where.setText(here if is_quiet else _("The text will be on the Dictation page and in the history"))
        self._place()
        self.raise_()
        self.show()

    def _place(self) -> None:
        page, side = self._tabs.currentWidget(), 2 * GRID
        if page is not None:
            corner = page.mapTo(self._tabs, page.rect().topLeft())
            self.setGeometry(page.rect().translated(corner).adjusted(side, side, -side, -side))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._tabs and event.type() == QEvent.Type.Resize and self.isVisible():
            QTimer.singleShot(0, self, self._place)  # once the page has its size
        return False
