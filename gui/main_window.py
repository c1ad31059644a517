"""The window: its pages, what is dropped on it, and how it closes."""

import importlib
import sys
from collections.abc import Callable, Iterator
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
)
from PySide6.QtWidgets import QLabel, QMainWindow, QTabWidget, QVBoxLayout, QWidget

from engine.paths import resource
from gui.bridge import Task
from gui.dictation_page import DictationPage
from gui.files import dropped_paths
from gui.history_keeper import HistoryKeeper
from gui.i18n import _
from gui.late_page import LatePage
from gui.problem_words import problem_words
from gui.session import Session
from gui.settings import Settings
from gui.shortcuts import bind, tab_hint
from gui.theme import GRID

MakeTrainer = Callable[[Session, Settings], QWidget]
FIRST_SIZE = (120 * GRID, 88 * GRID)
_TRAINER = "gui.trainer_page"
LEAST_SIZE = (80 * GRID, 64 * GRID)


class MainWindow(QMainWindow):
    """`first_shown` once, when it is about to be on the screen; `left` when it has closed for good.

    hides_on_close: whether a click on its cross only hides it; `leave` ends the program all the same.
    """

    first_shown = Signal()
    left = Signal()

    def __init__(
        self,
        session: Session,
        settings: Settings,
        dictation: DictationPage,
        make_trainer: MakeTrainer,
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
        self.tabs.addTab(dictation, _("Dictation"))
        self.history_page, self._history = history_page, history
        self.tabs.addTab(history_page, _("History"))
        self.voice = LatePage("gui.voice_page", make_voice, _("Getting the page ready"))
        self.voice.made.connect(self._voice_made)
        self.tabs.addTab(self.voice, _("My voice"))
        self._make_trainer, self.trainer = make_trainer, None
        self._trainer_wanted = self._closing = False
        self._trainer_place = QWidget()
        self._trainer_hint = QLabel(_("Getting the Trainer ready"), alignment=Qt.AlignmentFlag.AlignCenter)
        self._trainer_hint.setWordWrap(True)
        place = QVBoxLayout(self._trainer_place)
        place.setContentsMargins(0, 0, 0, 0)
        place.addWidget(self._trainer_hint)
        self.tabs.addTab(self._trainer_place, _("Trainer"))
        self.tabs.currentChanged.connect(self._show_tab)
        self.settings_page = LatePage("gui.settings_page", make_settings, _("Getting the settings ready"))
        self.tabs.addTab(self.settings_page, _("Settings"))
        for command, page in (
            ("dictation", dictation),
            ("history", history_page),
            ("voice", self.voice),
            ("trainer", self._trainer_place),
            ("settings", self.settings_page),
        ):
            bind(self, command, partial(self.tabs.setCurrentWidget, page))
            tab_hint(self.tabs, self.tabs.indexOf(page), command)
        bind(self, "help", dictation.show_shortcuts)
        self.setCentralWidget(self.tabs)
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
            self.dictation.controls.record.setFocus()  # so that Space records
            self.first_shown.emit()

    def show_trainer(self) -> None:
        self.tabs.setCurrentWidget(self._trainer_place)

    def _show_tab(self, index: int) -> None:
        """Makes the Trainer's page when it is first wanted, so that the window opens without it."""
        if self.tabs.widget(index) is not self._trainer_place or self._trainer_wanted:
            return
        self._trainer_wanted = True
        if _TRAINER in sys.modules:
            self._build_trainer()
            return
        self._importing = Task(_import_trainer)
        self._importing.done.connect(self._build_trainer)
        self._importing.failed.connect(self._tell_no_trainer)
        self._importing.start()

    def _build_trainer(self) -> None:
        if self._closing:
            return
        self.trainer = self._make_trainer(self._session, self._settings)
        self.trainer.closed.connect(self._close_when_all_ended)
        self._trainer_place.layout().replaceWidget(self._trainer_hint, self.trainer)
        self._trainer_hint.hide()

    def _voice_made(self) -> None:
        self.voice.page.closed.connect(self._close_when_all_ended)
        if self._closing:
            self.voice.page.close_work()

    def _tell_no_trainer(self, error: Exception) -> None:
        self._trainer_wanted = False
        self._trainer_hint.setText(problem_words(error))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Comes here only if nothing that has the focus wanted the key: no text is being typed."""
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier and not event.isAutoRepeat()
        if self.tabs.currentWidget() is not self.dictation:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space and plain:
            self.dictation.toggle_recording()
        elif event.text() == "?":
            self.dictation.show_shortcuts()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            if self.tabs.currentWidget() is not self.history_page:
                self.tabs.setCurrentWidget(self.dictation)
                self.dictation.set_dropping(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.dictation.set_dropping(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.dictation.set_dropping(False)
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self._session.open_dropped(paths, is_quiet=self.tabs.currentWidget() is self.history_page)

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
        if self.trainer is not None:
            self.trainer.close_work()
        if self.voice.page is not None:
            self.voice.page.close_work()

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


def _import_trainer() -> Iterator[None]:
    """What it needs takes seconds to import on a busy machine: on another thread."""
    importlib.import_module(_TRAINER)
    yield None
