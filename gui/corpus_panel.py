"""The recordings to train on: downloaded or chosen, and what the pre-flight check found in them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from engine.worker import Cancelled
from gui.corpus_cache import prepared
from gui.download_panel import DownloadPanel
from gui.files import ask_folder
from gui.form import heading, named, push_button, words
from gui.i18n import _, ngettext
from gui.report_view import ReportView
from gui.settings import Settings
from gui.status import time_left
from gui.theme import GRID
from gui.work import Work
from trainer.commands import PRESETS
from trainer.corpus_events import CacheReady, Extracting, Found

if TYPE_CHECKING:
    from trainer.transfer import Outside


class CorpusPanel(QWidget):
    """`corpus`: the folder or feature cache chosen. `failed(error, try_again)`; `changed`: it, or what runs."""

    failed = Signal(object, object)
    changed = Signal()

    def __init__(self, settings: Settings, outside: "Outside | None" = None, ask_folder=ask_folder):
        super().__init__()
        self._settings, self._ask_folder = settings, ask_folder
        self.corpus: Path | None = settings.corpus
        self.download = DownloadPanel(outside)
        self.folder = words(quiet=True)
        self.choose = push_button(
            _("Choose a folder…"), _("A folder of recordings with their texts, or a feature cache")
        )
        self.check = push_button(_("Check the recordings"), _("Find out what can be learned from, and prepare it"))
        self.cancel = push_button(_("Cancel"), _("Stop checking"))
        self.state = words()
        self.progress = named(QProgressBar(), _("Progress of the check"))
        self.progress.setTextVisible(False)
        self.report = ReportView()
        self.work = Work(self)
        self._lay_out()
        self._connect()
        self._show_state()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for button in (self.choose, self.check, self.cancel):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        column.addWidget(self.download)
        column.addSpacing(2 * GRID)
        column.addWidget(heading(_("Recordings to train on")))
        column.addWidget(self.folder)
        column.addLayout(row)
        for widget in (self.state, self.progress):
            column.addWidget(widget)
        column.addWidget(self.report)
        column.addStretch(1)

    def _connect(self) -> None:
        self.download.failed.connect(self.failed)
        self.download.fetched.connect(self.use)
        self.download.busy_changed.connect(self.changed)
        self.choose.clicked.connect(self._choose)
        self.check.clicked.connect(self.prepare)
        self.cancel.clicked.connect(self.work.cancel)
        self.work.event.connect(self.take)
        self.work.ended.connect(self._end)

    @property
    def busy(self) -> bool:
        return self.work.running or self.download.work.running

    def stop(self) -> None:
        self.work.cancel()
        self.download.work.cancel()

    def _show_state(self) -> None:
        busy = self.work.running
        self.folder.setText(str(self.corpus) if self.corpus else _("None yet: download some, or choose a folder."))
        self.choose.setVisible(not busy)
        self.check.setVisible(not busy)
        self.check.setEnabled(self.corpus is not None)
        self.cancel.setVisible(busy)
        self.progress.setVisible(busy)
        self.state.setVisible(bool(self.state.text()))

    def _choose(self) -> None:
        folder = self._ask_folder(self, _("Choose a folder of recordings"), self._settings.folder)
        if folder is not None:
            self.use(folder)

    def use(self, folder: Path) -> None:
        """Trains on that folder from now on."""
        if folder != self.corpus:
            self.report.hide()
        self.corpus = self._settings.corpus = folder
        self.state.setText("")
        self._show_state()
        self.changed.emit()

    def prepare(self) -> None:
        """Builds the feature cache for the shipped kind of model, and shows the report."""
        features, model = PRESETS["shipped"]
        self.progress.setRange(0, 0)
        self.state.setText(_("Looking for recordings and their texts"))
        self.work.start(partial(prepared, self.corpus, features, model.n_stacked))
        self._show_state()
        self.changed.emit()

    def take(self, event: object) -> None:
        """An event of a preparation, of this panel's own or of one that a training began with."""
        match event:
            case Found():
                self.state.setText(found_words(event))
            case Extracting():
                self.progress.setRange(0, event.total)
                self.progress.setValue(event.done)
                self.state.setText(extracting_words(event))
            case CacheReady():
                self.state.setText("")
                self.report.show_report(event.report)
                self._show_state()

    def _end(self, outcome: Exception | None) -> None:
        self.state.setText("")
        self._show_state()
        if outcome is not None and not is_cancel(outcome):
            self.failed.emit(outcome, self.prepare)
        self.changed.emit()


def is_cancel(outcome: Exception) -> bool:
    return isinstance(outcome, Cancelled)


def found_words(found: Found) -> str:
    n = found.recordings
    return ngettext("{n} recording with a text", "{n} recordings with a text", n).format(n=n)


def extracting_words(event: Extracting) -> str:
    said = _("Listening to {done} of {total} recordings").format(done=event.done, total=event.total)
    left = time_left(event.left_s)
    return f"{said}, {left}" if left else said
