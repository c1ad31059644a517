"""Tuning the model on the kept sentences: begun, stopped, gone on with; its result kept or thrown away."""

from pathlib import Path

from engine.decode.beam_loader import Language
from engine.paths import data_dir, my_voice_dir
from gui.core.i18n import _
from gui.core.settings import Settings
from gui.session.session import Session
from gui.tuning.job import Step, TuningJob
from gui.tuning.outcome import TuningOutcome
from gui.tuning.panel import WANTED, ResultView, TuningPanel
from gui.tuning.words import why_untunable
from gui.voice.other_voices_panel import OtherVoicesPanel
from trainer.corpus.prepare import prepared_corpora
from trainer.training.model_list import kind_of
from trainer.tuning.tuning import TuneRequest


class VoiceTuning(TuningOutcome):
    """Its panel, what it says of other people's speech, and the view of its result."""

    def __init__(self, session: Session, settings: Settings, own_folder: Path, others: OtherVoicesPanel):
        """own_folder: of the person's recordings."""
        job = TuningJob(data_dir() / "tuning" / my_voice_dir().name)
        super().__init__(job, _("My voice {date}"), _("The tuned model was thrown away."))
        self._session, self._settings, self._own_folder = session, settings, own_folder
        self._n_kept, self._without = 0, frozenset()
        self.others, self.panel, self.result_view = others, TuningPanel(), ResultView()
        others.failed.connect(self.failed)
        others.done.connect(self.done)
        others.changed.connect(self._others_changed)
        self.panel.tune_wanted.connect(self.begin)
        self.panel.stop_wanted.connect(self.stop)
        settings.changed.connect(self._follow_settings)
        self.job.step.connect(self._show_step)
        self.result_view.keep.clicked.connect(self.keep)
        self.result_view.discard.clicked.connect(self.throw_away)
        self.look()

    def show_kept(self, n: int, without: frozenset[str]) -> None:
        """n: sentences to learn from; without: names of the recordings that are left out."""
        self._n_kept, self._without = n, without
        self._show_idle()

    @property
    def busy(self) -> bool:
        return super().busy or self.others.busy

    def _show_idle(self) -> None:
        if not self.job.running:
            refused = why_untunable(self._settings.model)
            waits, n_left_out = self.others.getting, len(self._without)
            self.panel.show_idle(self._n_kept, self.job.was_left, waits, n_left_out, refused)
        self.others.show_wanted(not self.job.running and self._n_kept >= WANTED)

    def _follow_settings(self, name: str) -> None:
        if name == "model":
            self._show_idle()

    def _others_changed(self) -> None:
        self._show_idle()
        self.changed.emit()

    # --- tuning ---

    def begin(self) -> None:
        """Goes on where the last one was left, if it was with the same sentences and the same model."""
        if self.job.running or self.others.getting:
            return
        model, corpora, own_folder, folder = self._session.model, self.others.sources, self._own_folder, self.job.folder

        language, without = Language(self._settings.language_model), self._without

        def request() -> TuneRequest:
            features, network = kind_of(model)
            found = tuple(prepared_corpora(corpora, features, network.n_stacked))
            return TuneRequest(folder, model, (own_folder,), corpora=found, language=language, without=without)

        self.job.begin(request)
        self._show_idle()

    again = begin

    def stop(self) -> None:
        """What was learned so far is saved."""
        self.job.stop()
        self.job.tell()

    def _show_step(self, step: Step) -> None:
        if self.job.running:
            self.panel.show_running(step, self.job.stopping)

    def look(self) -> None:
        super().look()
        if self.result is not None:
            self.result_view.show_result(self.result)
        self._show_idle()
        self.others.look()

    def use(self, home: Path) -> None:
        self._session.use_model(home)
        self.done.emit(_("Dictation uses the model {name} from now on.").format(name=home.name), None)
