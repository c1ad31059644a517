"""The window: its pages, what is dropped on it, and how it closes."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMainWindow, QTabWidget, QWidget

from engine.paths import resource
from gui.core.i18n import _
from gui.core.key_places import KeysByPlace
from gui.core.settings import LARGEST_TEXT_PERCENT, SMALLEST_TEXT_PERCENT, Settings
from gui.core.shortcuts import bind, tab_hint
from gui.dictation.dictation_page import DictationPage
from gui.help.alt_letters import AltLetters, are_usual
from gui.session.history_recorder import HistoryKeeper
from gui.session.session import Session
from gui.shell.drop_hint import DropHint
from gui.shell.recording_sign import RecordingSign
from gui.widgets.dialogs import dropped_paths
from gui.widgets.lazy_page import LatePage
from gui.widgets.theme import GRID

FIRST_SIZE = (120 * GRID, 88 * GRID)
TEXT_STEP_PERCENT = 10
LEAST_SIZE = (80 * GRID, 64 * GRID)


class MainWindow(QMainWindow):
    """`first_shown` once, when it is about to be on the screen; `page_made` when a page was made that is made late;
    `left` when it has closed for good.

    hides_on_close: whether a click on its cross only hides it; `leave` ends the program all the same.
    """

    first_shown = Signal()
    page_made = Signal()
    left = Signal()

    def __init__(
        self,
        session: Session,
        settings: Settings,
        dictation: DictationPage,
        make_trainer: Callable[[], QWidget],
        make_settings: Callable[[], QWidget],
        make_voice: Callable[[], QWidget],
        history_page: LatePage,
        history: HistoryKeeper,
    ):
        super().__init__()
        self._session, self._settings = session, settings
        self._may_close = self._was_shown = self._leaving = False
        self.hides_on_close: Callable[[], bool] = lambda: False
        self.dictation = dictation
        self.setWindowTitle(_("Diktovka"))
        self.setWindowIcon(QIcon(str(resource("icons/diktovka.svg"))))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.sign = RecordingSign(session)
        self.sign.clicked.connect(lambda _checked=False: self.tabs.setCurrentWidget(dictation))
        self.tabs.setCornerWidget(self.sign)
        self.history_page, self._history = history_page, history
        self._closing = False
        self.voice = LatePage("gui.voice.page", make_voice, _("Getting the page ready"))
        self.trainer_page = LatePage("gui.training.page", make_trainer, _("Getting the Trainer ready"))
        for late in (self.voice, self.trainer_page):
            late.made.connect(partial(self._follow, late))
        self.settings_page = LatePage("gui.settings.page", make_settings, _("Getting the settings ready"))
        for late in (history_page, self.voice, self.trainer_page, self.settings_page):
            late.made.connect(self.page_made)
        for command, page, title in (
            ("dictation", dictation, _("Dictation")),
            ("history", history_page, _("History")),
            ("voice", self.voice, _("My voice")),
            ("trainer", self.trainer_page, _("Trainer")),
            ("settings", self.settings_page, _("Settings")),
        ):
            self.tabs.addTab(page, title)
            bind(self, command, partial(self.tabs.setCurrentWidget, page))
            tab_hint(self.tabs, self.tabs.indexOf(page), command)
        bind(self, "help", dictation.show_shortcuts)
        self._letters = AltLetters(self)
        self._places = KeysByPlace(types_with_alt=not are_usual(), parent=self)
        self.setCentralWidget(self.tabs)
        self.drop_hint = DropHint(self.tabs)
        self.setAcceptDrops(True)
        self.setMinimumSize(*LEAST_SIZE)
        self.resize(*FIRST_SIZE)
        self.restoreGeometry(settings.geometry)
        session.closed.connect(self._close_when_all_ended)
        history.closed.connect(self._close_when_all_ended)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            if are_usual():
                self.windowHandle().installEventFilter(self._letters)
            self.windowHandle().installEventFilter(self._places)
            self.dictation.controls.record.setFocus()  # so that Space records
            self.first_shown.emit()

    @property
    def trainer(self) -> QWidget | None:
        """The Trainer's page, once it was looked at."""
        return self.trainer_page.page

    def _follow(self, late: LatePage) -> None:
        late.page.closed.connect(self._close_when_all_ended)
        if self._closing:
            late.page.close_work()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Comes here only if nothing that has the focus wanted the key: no text is being typed."""
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier and not event.isAutoRepeat()
        if event.key() == Qt.Key.Key_Space and plain and self.tabs.currentWidget() is self.voice and self.voice.page:
            self.voice.page.reader.toggle()
        elif self.tabs.currentWidget() is not self.dictation:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space and plain:
            self.dictation.toggle_recording()
        elif event.text() == "?":
            self.dictation.show_shortcuts()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel: larger and smaller text, as in browsers."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        up = event.angleDelta().y()
        wanted = self._settings.text_percent + (TEXT_STEP_PERCENT if up > 0 else -TEXT_STEP_PERCENT if up else 0)
        self._settings.text_percent = max(SMALLEST_TEXT_PERCENT, min(LARGEST_TEXT_PERCENT, wanted))
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.drop_hint.show_over(is_quiet=self.tabs.currentWidget() is self.history_page)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_hint.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """On the history for the history alone, on every other page as on Dictation."""
        self.drop_hint.hide()
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            is_quiet = self.tabs.currentWidget() is self.history_page
            if not is_quiet:
                self.tabs.setCurrentWidget(self.dictation)
            self._session.open_dropped(paths, is_quiet)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks what runs to stop, and closes when it has."""
        if self._may_close:
            event.accept()
            self.left.emit()
            return
        event.ignore()
        self._settings.geometry = self.saveGeometry()
        self._settings.save()
        if self.hides_on_close() and not self._leaving:
            self.hide()
            return
        self._closing = True
        self._session.close()
        for late in (self.voice, self.trainer_page):
            if late.page is not None:
                late.page.close_work()

    def leave(self) -> None:
        """Closes it even where a click on its cross would hide it."""
        self._leaving = True
        self.close()

    def come(self) -> None:
        """To the front, from wherever it is."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _close_when_all_ended(self) -> None:
        pages = (self._history, self.trainer, self.voice.page)
        if self._session.has_closed and all(page is None or page.has_closed for page in pages):
            self._may_close = True
            self.close()
