"""How many sentences there are, the button that tunes, and how far it is; after it, what came of it."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QWidget

from gui.core.i18n import _
from gui.core.shortcuts import bind
from gui.tuning.job import Step
from gui.tuning.training_missing import TrainingMissing
from gui.tuning.words import kept_words, measured_words, others_words, own_words, step_words
from gui.widgets.form import ProgressBar, column_of, heading, push_button, row_of, words
from gui.widgets.lists import Table
from gui.widgets.theme import GRID, theme
from trainer.tuning.events import BeforeAfter

WANTED = 20


def show_step(step: Step, state: QLabel, progress: ProgressBar, words_by_kind: Mapping[str, str]) -> None:
    """How far a tuning is. words_by_kind: what is done by kind of step, where that is not the same for all tunings."""
    progress.show_share(step.fraction)
    state.setText(step_words(step, words_by_kind.get(step.kind, "")))


class TuningPanel(QWidget):
    """`tune_wanted`, `stop_wanted`."""

    tune_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.state, self.missing = words(), TrainingMissing()
        self.progress = ProgressBar(_("Progress of the tuning"))
        hint = _("Takes some minutes; you can go on reading")
        self.tune = push_button(_("Tune the model to my voice"), hint, "primary", "tune")
        self.stop = push_button(_("Stop"), _("Save and stop; it can go on later"), command="tune")
        bind(self, "tune", self._toggle)
        column_of(self, self.missing, self.progress, row_of((self.state, 1), self.tune, self.stop, gap=2 * GRID))
        self.tune.clicked.connect(self.tune_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.show_idle(0, False)

    def _toggle(self) -> None:
        (self.stop if self.stop.isVisible() else self.tune).click()

    def show_idle(self, n: int, was_left: bool, waits: bool = False, n_left_out: int = 0, refused: str = "") -> None:
        """n: sentences to learn from; n_left_out: kept besides; was_left: whether a tuning can go on; waits: for other
        people's recordings; refused: why the model in use cannot be tuned."""
        self.tune.setVisible(True)
        self.stop.setVisible(False)
        self.tune.setEnabled(n >= WANTED and not waits and not self.missing.is_missing and not refused)
        self.progress.show_count(min(n, WANTED), WANTED)
        sentence = kept_words(n, WANTED, n_left_out)
        if was_left and n >= WANTED:
            sentence = _("The tuning was interrupted and saved. It goes on where it stopped.")
        self.state.setText(refused or sentence)

    def show_running(self, step: Step, stopping: bool) -> None:
        self.tune.setVisible(False)
        self.stop.setVisible(True)
        self.stop.setEnabled(not stopping)
        show_step(step, self.state, self.progress, {"learning": _("The model is learning your voice")})
        if stopping:
            self.state.setText(_("Saving and stopping"))


class ResultView(QWidget):
    """What came of a tuning. keep, discard: buttons for the owner to connect."""

    def __init__(self) -> None:
        super().__init__()
        self.title = heading(_("The tuned model"))
        self.own, self.measured, self.others = words(), words(quiet=True), words()
        self.own.setFont(theme().font(1.2, QFont.Weight.Medium))
        titles = [_("Said"), _("Recognised before"), _("Recognised now")]
        self.table = Table(_("Sentences that it did not learn from"), titles)
        self.table.verticalHeader().setMinimumSectionSize(5 * GRID)
        self.table.wrap_rows()
        self.keep = push_button(_("Keep it and dictate with it"), _("It becomes one of your models"), "primary")
        self.discard = push_button(_("Throw it away"), _("Dictation stays as it was; it can be brought back at once"))
        texts, buttons = (self.title, self.own, self.others, self.measured), row_of(self.keep, self.discard, None)
        column_of(self, *texts, (self.table, 1), buttons, gap=GRID + GRID // 2, margins=(0, GRID, 0, 0))

    def show_result(self, result: BeforeAfter) -> None:
        self.own.setText(own_words(result))
        self.measured.setText(measured_words(result))
        self.others.setText(others_words(result))
        self.table.setRowCount(len(result.texts))
        for row, texts in enumerate(result.texts):
            self.table.put(row, texts)
        self.keep.setEnabled(result.share > 0)
