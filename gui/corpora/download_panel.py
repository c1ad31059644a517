"""Fetching a corpus: what there is, what of it is wanted, and how far it has come."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QSpinBox

from gui.core.i18n import _, translate_error
from gui.core.settings import Settings
from gui.corpora.download_words import failed_words, plan_words, progress_words, retrying_words
from gui.widgets.dialogs import ask_folder
from gui.widgets.form import (
    LEFT,
    Folded,
    ProgressBar,
    column_of,
    group,
    heading,
    named,
    number_field,
    push_button,
    row_of,
    words,
)
from gui.widgets.job_panel import JobPanel
from gui.widgets.label import Label
from gui.widgets.log_window import failure_link
from gui.widgets.theme import GRID
from trainer.download.archive_index import RUSSIAN, Choice, Index, corpus_url
from trainer.download.events import Finished, IndexRead, Progress, Retrying
from trainer.download.plan import Plan, corpus_folder, make_plan
from trainer.errors import NothingChosen


class DownloadPanel(JobPanel):
    """`fetched(folder)` when a download came to its end, and something is there.

    outside: trainer.download.transfer.Outside, in place of the real network. ask_folder: the dialog.
    """

    fetched = Signal(object)

    def __init__(self, settings: Settings):
        super().__init__(_("Progress of the download"), _("Stop fetching; the next download goes on from there"))
        self._settings, self.outside, self.ask_folder = settings, None, ask_folder
        self._index: Index | None = None
        self.plan: Plan | None = None
        self._under_way: Plan | None = None
        self._finished: Finished | None = None
        settings.changed.connect(self._follow_settings)
        self._make_fields()
        self._lay_out()
        self.show_state()

    # --- how it looks ---

    def _make_fields(self) -> None:
        self.look = push_button(_("See what there is"), _("Reads the list of archives; fetches nothing yet"))
        self.start = push_button(
            _("Download"), _("Fetch the chosen archives; those that are there are kept"), "primary"
        )
        self.site = named(QLineEdit(RUSSIAN), _("Language or address"))
        self.count = named(number_field(QSpinBox()), _("How many archives"), _("The first so many of the archives"))
        self.count.setRange(0, 100_000)
        self.count.setMinimumHeight(4 * GRID)
        self.count.setSpecialValueText(_("all"))
        self.text = named(QLineEdit(), _("Only names that contain"))
        self.text.setPlaceholderText(_("any name"))
        self.place, self.show_log = words(quiet=True), failure_link()
        self.other_place = push_button(_("Another folder…"), _("Choose where the recordings are put"))
        self.look.clicked.connect(self.read_index)
        self.start.clicked.connect(self.download)
        self.count.valueChanged.connect(self._make_plan)
        self.text.textChanged.connect(self._make_plan)
        self.site.textChanged.connect(self._forget_index)
        self.other_place.clicked.connect(self._choose_place)

    def _lay_out(self) -> None:
        number, contains = Label(_("Archives:")), Label(_("name contains:"))
        self.choice = row_of(number, self.count, GRID, contains, (self.text, 1))
        other = group(
            words(_("VoxForge’s name of a language (Russian, de, fr), or the address of a mirror."), quiet=True),
            self.site,
            self.place,
            (self.other_place, 0, LEFT),
            margins=(3 * GRID, 0, 0, 0),
        )
        self.more = Folded(_("Another language, mirror or folder"), other)
        column_of(
            self,
            heading(_("Download recordings from VoxForge")),
            self.state,
            self.progress,
            self.choice,
            row_of(self.look, self.start, self.cancel, self.show_log, None),
            self.more,
        )

    def show_state(self) -> None:
        busy = self.work.running
        self.look.setVisible(not busy and self._index is None)
        self.start.setVisible(not busy and self._index is not None)
        self.start.setEnabled(self.plan is not None and bool(self.plan.missing))
        self.cancel.setVisible(busy)
        self.progress.setVisible(busy)
        self.choice.setVisible(not busy and self._index is not None)
        self.more.setEnabled(not busy)
        self.place.setText(_("They are put into {path}.").format(path=self._folder()))
        if not self.state.text():
            self.state.setText(_("Thousands of sentences, read aloud by volunteers; free for all uses under the GPL."))

    # --- reading the index ---

    def _forget_index(self) -> None:
        self._index = self.plan = None
        self.state.setText("")
        self.show_state()

    def read_index(self) -> None:
        steps = partial(_index, self.site.text().strip() or RUSSIAN, self.outside)
        self.show_log.hide()
        self.begin_job(steps, _("Reading the list of archives"), self.read_index)

    def _make_plan(self) -> None:
        if self._index is None or self.work.running:
            return
        self.show_log.hide()
        choice = Choice(self.count.value() or None, self.text.text())
        try:
            self.plan = make_plan(self._index, choice, self._folder())
            self.state.setText(plan_words(self.plan))
        except NothingChosen as error:
            self.plan = None
            self.state.setText(translate_error(error))
        self.show_state()

    def _folder(self) -> Path:
        """A folder of the site's own, in the program's folder or in the one that was chosen."""
        folder = corpus_folder(_site_name(self.site.text().strip() or RUSSIAN))
        place = self._settings.download_folder
        return place / f"VoxForge-{folder.name}" if place else folder

    def _choose_place(self) -> None:
        place = self.ask_folder(self, _("Choose where the recordings are put"), self._settings.folder)
        if place is not None:
            self._settings.download_folder = place

    def _follow_settings(self, name: str) -> None:
        """Chosen here, or out of a file of settings; what is being fetched still goes where it went."""
        if name == "download_folder" and not self.work.running:
            self._make_plan()
            self.show_state()

    # --- fetching ---

    def download(self) -> None:
        """Fetches what is chosen and not there yet."""
        self._make_plan()  # the disk may have got or lost room since the last look
        if self.work.running or self.plan is None or not self.plan.missing:
            return
        self._under_way = self.plan
        steps = partial(_fetched, self._under_way, self.outside)
        self.show_log.hide()
        self.begin_job(steps, _("Asking for the first archives"), self.download, 0.0)

    def take(self, event: object) -> None:
        match event:
            case IndexRead(index=index):
                self._index = index
            case Retrying() | Progress():
                self.show_log.setVisible(show_fetching(event, self.state, self.progress))
            case Finished():
                self._finished = event

    def finish(self, outcome: Exception | None) -> None:
        finished, self._finished = self._finished, None
        self._make_plan()
        if finished is not None:
            self.state.setText(failed_words(finished))
            self.show_log.setVisible(bool(finished.failed))
            if finished.done or finished.already:
                self.fetched.emit(self._under_way.folder)
        elif outcome is not None and self._index is None:
            self.state.setText("")


def show_fetching(event: Retrying | Progress, state: QLabel, progress: ProgressBar) -> bool:
    """How far a download is, and what it waits for; whether that is because something went wrong."""
    if isinstance(event, Retrying):
        state.setText(retrying_words(event))
        return True
    progress.show_share(event.done_bytes / max(1, event.total_bytes))
    waited_for = [retrying_words(archive.retrying) for archive in event.now if archive.retrying is not None]
    state.setText("\n".join([progress_words(event), *waited_for[-1:]]))
    return bool(waited_for)


def _is_address(text: str) -> bool:
    return any(mark in text for mark in "./:")


def _site_name(site: str) -> str:
    """A language, or the host of an address; what is no address yet, as it was typed."""
    if not _is_address(site):
        return site
    try:
        return urlsplit(site if "://" in site else f"http://{site}").hostname or site
    except ValueError:
        return site


def _index(site: str, outside) -> Iterator[object]:
    from trainer.download.download import read_index

    yield from read_index(site if _is_address(site) else corpus_url(site), outside)


def _fetched(plan: Plan, outside) -> Iterator[object]:
    from trainer.download.download import download

    yield from download(plan, outside)
