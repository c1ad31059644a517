"""The recordings to train on: downloaded or chosen, and what the pre-flight check found in them."""

from functools import partial
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel

from gui.core.i18n import _, ngettext
from gui.core.settings import Settings, is_folder
from gui.core.words import time_left
from gui.corpora.download_panel import DownloadPanel
from gui.corpora.report_view import ReportView
from gui.widgets.dialogs import ask_delete
from gui.widgets.form import ProgressBar, column_of, heading, push_button, row_of, words
from gui.widgets.job_panel import JobPanel
from gui.widgets.lists import FolderList
from gui.widgets.theme import GRID
from trainer.corpus import folders as corpora
from trainer.corpus.events import Extracting, Found
from trainer.corpus.folders import Removing
from trainer.corpus.prepare import Prepared, prepared
from trainer.presets import PRESETS


class CorpusPanel(JobPanel):
    """`corpora`: the folders and feature caches chosen; `changed`: they, or what runs. train: a button for the owner to
    connect, there when something was checked.

    lock: while it is set, nothing may be deleted, for something is being learned from it. being_prepared: while it is
    set, nothing is checked, for a training makes the recordings ready itself. ask_delete: the question.
    """

    def __init__(self, settings: Settings):
        super().__init__(_("Progress of the check"), _("Stop checking"))
        self._settings, self.ask_delete = settings, ask_delete
        self.lock = self.being_prepared = False
        self.download = DownloadPanel(settings)
        self.empty = words(_("None yet: download some, or add a folder."), quiet=True)
        hint = _(
            "Recordings with their texts (VoxForge, Common Voice, Kaldi, LJ Speech, transcripts.tsv, CSV or JSON "
            "lines), or a feature cache"
        )
        self.folders = FolderList(
            _("Recordings to train on"), _("Choose a folder of recordings"), hint, settings.folder
        )
        self.delete = push_button(_("Delete…"), _("Delete downloaded recordings from the disk, after a question"))
        self.folders.buttons.insertWidget(2, self.delete)
        self.check = push_button(_("Check the recordings"), _("Find out what can be learned from, and prepare it"))
        self.train = push_button(_("On to the training"), _("Train a model on these recordings"), "primary")
        self.report = ReportView()
        column_of(
            self,
            self.download,
            2 * GRID,
            heading(_("Recordings to train on")),
            self.empty,
            self.folders,
            row_of(self.check, self.cancel, self.train, None),
            self.state,
            self.progress,
            self.report,
            None,
            margins=(0, 0, GRID, 0),
        )
        self._connect()
        self.folders.show_folders(settings.corpora)
        self.show_state()

    def _connect(self) -> None:
        self.download.failed.connect(self.failed)
        self.download.fetched.connect(self.use)
        self.download.changed.connect(self.tell_changed)
        self.folders.changed.connect(self._another_choice)
        self.folders.chosen_changed.connect(self.show_state)
        self.delete.clicked.connect(self._delete)
        self.check.clicked.connect(self.prepare)
        self._settings.changed.connect(self._follow_settings)

    @property
    def corpora(self) -> list[Path]:
        return self.folders.folders

    @property
    def busy(self) -> bool:
        return super().busy or self.download.busy

    def stop(self) -> None:
        super().stop()
        self.download.stop()

    def show_state(self) -> None:
        busy = self.work.running
        chosen = self.folders.chosen
        self.empty.setVisible(not self.corpora)
        self.folders.setEnabled(not busy)
        self.delete.setVisible(any(corpora.is_own(folder) for folder in self.corpora))
        is_own = chosen is not None and corpora.is_own(chosen)
        self.delete.setEnabled(is_own and not self.busy and not self.lock)
        self.check.setVisible(not busy and bool(self.corpora))
        self.check.setEnabled(not self.being_prepared)
        self.cancel.setVisible(busy and self._again is not None)
        self.train.setVisible(not busy and not self.report.isHidden() and self.report.n_taken > 0)
        self.progress.setVisible(busy)
        self.state.setVisible(bool(self.state.text()))

    def showEvent(self, event: QShowEvent) -> None:
        """Other pages may have got recordings meanwhile."""
        super().showEvent(event)
        self._read_settings()

    def _read_settings(self) -> None:
        if self._settings.corpora != self.corpora:
            self.folders.show_folders(self._settings.corpora)
            self.tell_changed()

    def use(self, folder: Path) -> None:
        """Trains on that folder too from now on."""
        self._read_settings()
        self.report.hide()  # there may be more in it
        if folder not in self.corpora:
            self.folders.show_folders([*self.corpora, folder])
        self._another_choice()

    def _another_choice(self) -> None:
        self.report.hide()
        self._settings.corpora = self.corpora
        self.state.setText("")
        self.tell_changed()

    def _follow_settings(self, name: str) -> None:
        """They may come out of a file of settings."""
        there = [folder for folder in self.corpora if is_folder(folder)]
        if name == "corpora" and not self.work.running and self._settings.corpora != there:
            self.folders.show_folders(self._settings.corpora)
            self._another_choice()

    # --- deleting ---

    def _delete(self) -> None:
        folder = self.folders.chosen
        question = _("Delete the recordings in {path} from the disk?").format(path=folder)
        if self.ask_delete(self, question, _("They would have to be downloaded again. Models made of them stay.")):
            self.folders.show_folders([other for other in self.corpora if other != folder])
            self._another_choice()
            self.begin_job(partial(corpora.remove, folder), _("Deleting"), None)

    # --- checking ---

    def prepare(self) -> None:
        """Builds the feature cache for the shipped kind of model, and shows the report."""
        if self.being_prepared:
            return
        features, model = PRESETS["shipped"]
        steps = partial(prepared, self.corpora, features, model.n_stacked)
        self.begin_job(steps, _("Looking for recordings and their texts"), self.prepare)

    def take(self, event: object) -> None:
        """An event of a preparation, of this panel's own or of one that a training began with."""
        match event:
            case Found() | Extracting():
                show_preparing(event, self.state, self.progress)
            case Removing():
                self.progress.show_count(event.done, event.total)
            case Prepared():
                self.state.setText("")
                self.report.show_report(event.report)
                self.show_state()

    def finish(self, _outcome: Exception | None) -> None:
        self.state.setText("")


def show_preparing(event: Found | Extracting, state: QLabel, progress: ProgressBar) -> None:
    """How far recordings are made ready to be learned from."""
    if isinstance(event, Found):
        n = event.recordings
        state.setText(ngettext("{n} recording with a text", "{n} recordings with a text", n).format(n=n))
        return
    progress.show_count(event.done, event.total)
    sentence = _("Listening to {done} of {total} recordings").format(done=event.done, total=event.total)
    left = time_left(event.left_s)
    state.setText(f"{sentence}, {left}" if left else sentence)
