"""A model on its way from the public hub: how far it is, and a button that stops it."""

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import Signal

from gui.core.i18n import _
from gui.core.words import size_words
from gui.corpora.download_words import retrying_words
from gui.widgets.form import column_of, row_of
from gui.widgets.job_panel import JobPanel
from trainer.download.events import ModelAdded, ModelProgress, Retrying
from trainer.download.public_models import PublicModel


class ModelDownload(JobPanel):
    """It shows only while something is fetched. `added(folder)`.

    outside: trainer.download.transfer.Outside, in place of the real network.
    """

    added = Signal(object)

    def __init__(self) -> None:
        super().__init__(_("Progress of the download"), _("Stop fetching; the next download goes on from there"))
        self.outside = None
        self._model: PublicModel | None = None
        column_of(self, self.progress, row_of((self.state, 1), self.cancel))
        self.hide()

    def begin(self, model: PublicModel) -> None:
        """Does nothing while another is fetched."""
        if self.work.running:
            return
        self._model = model
        sentence = _("Asking for {name}").format(name=model.title)
        self.begin_job(partial(_fetched, model, self.outside), sentence, partial(self.begin, model))

    def show_state(self) -> None:
        self.setVisible(self.busy)

    def take(self, event: object) -> None:
        match event:
            case Retrying():
                self.state.setText(retrying_words(event))
            case ModelProgress(is_checking=True):
                self.progress.show_share(None)
                self.state.setText(_("Checking {name}").format(name=self._model.title))
            case ModelProgress(retrying=None) if event.total_bytes:
                self.progress.show_share(event.done_bytes / event.total_bytes)
                sentence = _("Downloading {name}: {done} of {total}")
                done, total = size_words(event.done_bytes), size_words(event.total_bytes)
                self.state.setText(sentence.format(name=self._model.title, done=done, total=total))
            case ModelAdded():
                self.added.emit(event.home)


def _fetched(model: PublicModel, outside) -> Iterator[object]:
    from trainer.download.hub import add_public

    yield from add_public(model, outside)
