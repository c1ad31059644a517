"""Training: a short form, two buttons, and the curve as it falls."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from engine.errors import DiktovkaError
from engine.paths import CHECKPOINT_FILE
from engine.system.worker import Cancelled
from gui.core.i18n import _
from gui.core.shortcuts import bind
from gui.corpora.corpus_panel import CorpusPanel, show_preparing
from gui.training.example_table import ExampleTable
from gui.training.job import State, TrainingJob
from gui.training.loss_plot import LossPlot
from gui.training.training_form import TrainingForm
from gui.training.training_words import (
    aligned_words,
    ending_words,
    figures_words,
    left_out_words,
    note_words,
    result_words,
    step_words,
    stopped_words,
)
from gui.tuning.training_missing import TrainingMissing
from gui.widgets.form import ProgressBar, column_of, group, keep_place, push_button, row_of, words
from gui.widgets.theme import GRID
from trainer.corpus.events import Extracting, Found
from trainer.corpus.prepare import Prepared
from trainer.training.events import Aligned, CorpusChanged, Device, EpochDone, Saved, StepDone, Stopped
from trainer.training.example_log import example_rows, read_examples
from trainer.training.loss_curve import Curve
from trainer.training.request import REQUEST
from trainer.training.run import STATE
from trainer.training.run_result import BEST, read_result, result_folder


class TrainingPanel(QWidget):
    """`use_wanted(folder)`: dictate with that checkpoint. `failed(error, try_again)`; `changed`: began or ended.

    bar: progress and buttons, to be put below what scrolls, so that they are always in sight.
    """

    use_wanted = Signal(object)
    failed = Signal(object, object)
    changed = Signal()

    def __init__(self, corpus: CorpusPanel):
        super().__init__()
        self._corpus = corpus
        self.curve, self._ending, self._is_complete = Curve(), "", False
        self._shown_run: Path | None = None
        self.job = TrainingJob()
        self.form = TrainingForm()
        self.missing = TrainingMissing()
        self._left_out, self._notes = 0, {}
        self.train = push_button(_("Train"), _("Begin, or go on with the chosen run"), "primary", "train")
        hint = _("Save, make the result and stop; it can go on later")
        self.stop = push_button(_("Stop"), hint, command="train")
        hint = _("Save and stop at once, without comparing the best and the last epoch")
        self.stop_now = push_button(_("Stop now"), hint, command="train")
        hint = _("Hold the training, so that the machine is free for a while")
        self.pause = push_button(_("Pause"), hint, command="pause")
        self.resume = push_button(_("Resume"), _("Go on after the pause"), command="pause")
        self.use = push_button(_("Use this model"), _("Dictate with the best state of this run from now on"))
        self.state, self.result = words(), words()
        self.note, self.figures = words(quiet=True), words(quiet=True)
        self.progress = ProgressBar(_("Progress of the training"))
        keep_place(self.progress)  # the plots would be laid out and drawn anew when a training ends
        self.plot = LossPlot()
        self.examples = ExampleTable()
        self.examples.setMinimumHeight(16 * GRID)
        self._lay_out()
        self._connect()
        self.show_state()

    def _lay_out(self) -> None:
        buttons = row_of(self.train, self.stop, self.stop_now, self.pause, self.resume, self.use, None)
        self.bar = group(self.progress, self.state, buttons)
        texts = (self.result, self.note, self.figures)
        curve = ((self.plot, 3), (self.examples, 1))
        column_of(self, self.missing, self.form, *texts, *curve, margins=(0, 0, GRID, 0)).addStretch(0)

    def _connect(self) -> None:
        self.train.clicked.connect(self.begin)
        self.stop.clicked.connect(self.job.stop)
        self.stop_now.clicked.connect(self.job.leave)
        self.pause.clicked.connect(self.job.pause)
        self.resume.clicked.connect(self.job.resume)
        self.use.clicked.connect(self._use)
        bind(self, "train", self.toggle)
        bind(self, "pause", self.toggle_pause)
        self.job.yielded.connect(self.take)
        self.job.changed.connect(self.show_state)
        self.job.ended.connect(self.end)
        self.form.run_chosen.connect(self.show_run)
        self._corpus.changed.connect(self.show_state)

    @property
    def busy(self) -> bool:
        return self.job.state is not State.IDLE

    # --- what the person wants ---

    def toggle(self) -> None:
        if self.job.state is State.IDLE:
            self.begin()
        else:
            self.job.stop()

    def toggle_pause(self) -> None:
        if self.job.state is State.PAUSED:
            self.job.resume()
        else:
            self.job.pause()

    def forget_what_is_gone(self) -> None:
        """A run that was deleted is neither offered nor shown any more."""
        self.form.refresh()
        if self._shown_run is not None and not self._shown_run.exists():
            self.form.choose_run(None)

    def begin(self) -> None:
        """Trains what the form says; not while the recordings are being fetched or checked."""
        if self._corpus.busy or self.missing.is_missing:
            return
        try:
            request = self.form.request(self._corpus.corpora)
        except DiktovkaError as error:
            self.failed.emit(error, None)
            return
        if request is None or self.job.state is not State.IDLE:
            return
        self._ending, self._is_complete, self._left_out, self._notes = "", False, 0, {}
        self.result.clear()
        self.form.more.toggle.setChecked(False)  # the curve is what is looked at now
        if request.out != self._shown_run:
            self.show_run(request.out)
        self.job.begin(request)
        self.changed.emit()

    def _use(self) -> None:
        self.use_wanted.emit(result_folder(self._shown_run))

    def show_run(self, home: Path | None) -> None:
        """Its curve so far; an empty one for a new run."""
        self._shown_run = home
        self.curve = Curve.of_run(home) if home else Curve()
        self.plot.show_curve(self.curve)
        self.figures.setText(figures_words(self.curve))
        self.examples.show_rows(read_examples(home) if home else [])
        self._show_result()
        self._ending, self._left_out, self._notes = "", 0, {}
        self.show_state()

    def _show_result(self) -> None:
        result = read_result(self._shown_run) if self._shown_run else None
        self.result.setText(result_words(result) if result else "")

    # --- what the training tells ---

    def take(self, event: object) -> None:
        if self.curve.take(event):
            self.plot.touch()
        match event:
            case Found() | Extracting() | Prepared():
                self._corpus.take(event)
                self._preparing(event)
            case Aligned():
                self.progress.show_count(event.done, event.total)
                self.state.setText(aligned_words(event))
            case CorpusChanged() | Device():
                self._note(type(event), note_words(event))
            case StepDone(loss=None):
                self._left_out += 1
                self._note(StepDone, left_out_words(self._left_out, event))
            case StepDone():
                self._show_step(event)
            case EpochDone():
                self.examples.add(example_rows(event))
                self.figures.setText(figures_words(self.curve))
            case Saved(best=True):
                self.use.setVisible(True)
            case Stopped():
                settings = self.job.request.settings
                self._is_complete = event.epochs >= settings.epochs
                self._ending = ending_words(event.epochs, settings.epochs, settings.patience)

    def _note(self, kind: type, sentence: str) -> None:
        """One sentence of each kind of event."""
        self._notes[kind] = sentence
        self._show_notes()

    def _show_notes(self) -> None:
        self.note.setText("\n".join(self._notes.values()))
        self.note.setVisible(bool(self._notes))

    def _preparing(self, event: object) -> None:
        if isinstance(event, Prepared):
            self.progress.show_share(None)
            self.state.setText(_("Getting the network ready"))
        else:
            show_preparing(event, self.state, self.progress)

    def _show_step(self, step: StepDone) -> None:
        if self.job.state is not State.RUNNING:
            return
        epochs, done = self.job.request.settings.epochs, self.curve.epochs_done
        self.progress.show_share(done / epochs)
        self.state.setText(step_words(step, epochs, self.job.left_s(done)))

    def end(self, outcome: Exception | None) -> None:
        request = self.job.request
        if isinstance(outcome, Cancelled):
            if not self._is_complete:  # else it had come to its end by itself
                self._ending = stopped_words((request.out / STATE).exists())
        elif outcome is not None:
            self.failed.emit(outcome, self.begin)
        self._show_result()
        if (request.out / REQUEST).exists():  # the form stays at this run, so that Train goes on with it
            with QSignalBlocker(self.form):  # its curve is shown already
                self.form.choose_run(request.out)
        self.show_state()
        self.changed.emit()

    def show_state(self) -> None:
        state = self.job.state
        idle = state is State.IDLE
        self.form.setEnabled(idle)
        self.train.setVisible(idle)
        has_corpus = bool(self._corpus.corpora) or self.form.run.currentData() is not None
        self.train.setEnabled(has_corpus and not self._corpus.busy and not self.missing.is_missing)
        self.stop.setVisible(state in (State.STARTING, State.RUNNING, State.PAUSED))
        self.stop_now.setVisible(state in (State.STOPPING, State.LEAVING))
        self.stop_now.setEnabled(state is State.STOPPING)
        self.pause.setVisible(state in (State.STARTING, State.RUNNING))
        self.pause.setEnabled(state is State.RUNNING)
        self.resume.setVisible(state is State.PAUSED)
        self.use.setVisible(self._shown_run is not None and (self._shown_run / BEST / CHECKPOINT_FILE).is_file())
        self.result.setVisible(idle and bool(self.result.text()))
        self.progress.setVisible(not idle)
        self._show_notes()
        for widget in (self.plot, self.figures, self.examples):
            widget.setVisible(self._shown_run is not None)
        if state in (State.STARTING, State.STOPPING, State.LEAVING):
            self.progress.show_share(None)
        self.state.setText(self._words(has_corpus))

    def _words(self, has_corpus: bool) -> str:
        match self.job.state:
            case State.STARTING:
                return _("Looking for recordings and their texts")
            case State.RUNNING:
                return _("Training")
            case State.PAUSED:
                return _("Paused")
            case State.STOPPING:
                return _("Saving, and looking which epoch recognises best")
            case State.LEAVING:
                return _("Saving and stopping")
        if self._ending:
            return self._ending
        if self.missing.is_missing:
            return ""
        return _("Ready to train.") if has_corpus else _("First choose recordings to train on, on the page Recordings.")
