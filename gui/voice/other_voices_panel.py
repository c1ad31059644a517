"""Before a tuning: whether other people's speech is there to mix in, and the button that gets some."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal

from gui.core.i18n import _, ngettext
from gui.core.settings import Settings
from gui.core.tasks import Work
from gui.core.words import size_words
from gui.corpora.corpus_panel import show_preparing
from gui.corpora.download_panel import show_fetching
from gui.corpora.download_words import failed_words
from gui.widgets.form import column_of, push_button, row_of
from gui.widgets.job_panel import JobPanel
from gui.widgets.log_window import failure_link
from gui.widgets.theme import GRID
from trainer.corpus.events import Extracting, Found
from trainer.download.archive_index import corpus_url
from trainer.download.events import Finished, Progress, Retrying
from trainer.tuning.other_voices import N_ARCHIVES, PROBABLE_BYTES, Got, Others, get, look, sample_folder


class OtherVoicesPanel(JobPanel):
    """`done(sentence, undo)`.

    model: the one that is tuned; own_folder: of the person's recordings, which are nobody else's. url: of the site;
    outside: trainer.download.transfer.Outside, in place of the real network.
    """

    done = Signal(str, object)

    def __init__(self, model: Callable[[], Path], settings: Settings, own_folder: Path):
        super().__init__(
            _("Progress of getting recordings"), _("Stop; what was fetched stays, and it goes on from there")
        )
        self._left_out = ""  # what could not be fetched, in words
        self._model, self._settings, self._own_folder = model, settings, own_folder
        self.url, self.outside = corpus_url(), None
        self.others: Others | None = None
        self._is_wanted = False
        self.state.setProperty("quiet", True)
        self.get = push_button(_("Get recordings"), _("Fetch other people’s recordings and prepare them"))
        self.prepare = push_button(_("Prepare the recordings"), _("So that tuning can mix them in"))
        self.show_log = failure_link()
        self._looking = Work(self, yielded=self._take_look, ended=self._end_look)
        buttons = (self.get, self.prepare, self.cancel, self.show_log)
        column_of(self, self.progress, row_of((self.state, 1), *buttons, gap=2 * GRID))
        self.get.clicked.connect(self.begin)
        self.prepare.clicked.connect(self.begin)
        self.show_state()

    @property
    def sources(self) -> list[Path]:
        """Other people's recordings and feature caches that the person has chosen, here or in the Trainer."""
        return [folder for folder in self._settings.corpora if folder != self._own_folder]

    @property
    def getting(self) -> bool:
        return self.work.running

    @property
    def busy(self) -> bool:
        return self.getting or self._looking.running

    def show_wanted(self, is_wanted: bool) -> None:
        """Whether a tuning is near, so that it matters."""
        self._is_wanted = is_wanted
        self.show_state()

    def show_state(self) -> None:
        getting = self.getting
        self.setVisible(getting or (self._is_wanted and self.others is not None))
        self.get.setVisible(not getting and self.others is Others.MISSING)
        self.prepare.setVisible(not getting and self.others is Others.RECORDED)
        self.cancel.setVisible(getting)
        self.progress.setVisible(getting)
        self.show_log.hide()
        if not getting and self.others is not None:
            self.state.setText(self._words())

    def _words(self) -> str:
        if self.others is Others.PREPARED:
            return _(
                "Other people’s recordings are mixed in, and it is measured how well the tuned model recognises them."
            )
        if self.others is Others.RECORDED:
            return _("Other people’s recordings are here but not prepared: a tuning now could not use them.")
        missing = _(
            "Other people’s speech is missing here, so a tuning now cannot show whether the model recognises others "
            "worse; it takes over half of what it learned at most."
        )
        offer = _("{n} archives of VoxForge’s, about {size} to fetch, would go into {path}.").format(
            n=N_ARCHIVES, size=size_words(PROBABLE_BYTES), path=self.folder()
        )
        return f"{missing} {offer}"

    def folder(self) -> Path:
        return sample_folder(self._settings.download_folder)

    # --- looking ---

    def look(self) -> None:
        """Finds out anew what there is; beside the window, for it reads files."""
        if not self.busy:
            self._looking.start(partial(look, self.sources, self._model()))

    def _take_look(self, others: Others) -> None:
        self.others = others

    def _end_look(self, _outcome: object) -> None:
        self.tell_changed()

    # --- getting ---

    def begin(self) -> None:
        if self.getting:
            return
        steps = partial(get, self.sources, self._model(), self.folder(), self.url, self.outside)
        self.begin_job(steps, _("Looking for recordings and their texts"), self.begin)

    def stop(self) -> None:
        """What was fetched stays."""
        self._looking.cancel()
        super().stop()

    def take(self, event: object) -> None:
        match event:
            case Retrying() | Progress():
                self.show_log.setVisible(show_fetching(event, self.state, self.progress))
            case Finished() if event.failed:
                self._left_out = failed_words(event)
            case Found() | Extracting():
                show_preparing(event, self.state, self.progress)
            case Got():
                self._use(event)

    def _use(self, got: Got) -> None:
        """The Trainer lists what was fetched from now on, too, and can delete it."""
        self.others = Others.PREPARED
        if got.folder is not None and got.folder not in self._settings.corpora:
            self._settings.corpora = [*self._settings.corpora, got.folder]
        sentence = ngettext(
            "{n} recording of other people is ready, to be mixed in and to measure by.",
            "{n} recordings of other people are ready, to be mixed in and to measure by.",
            got.n,
        )
        self.done.emit(" ".join(filter(None, (self._left_out, sentence.format(n=got.n)))), None)
        self._left_out = ""
