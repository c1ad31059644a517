"""Teach words: sentences are typed, spoken by the machine, learned; the error before and after; kept or thrown away."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPlainTextEdit, QStackedWidget, QWidget

from gui.core.i18n import _, ngettext
from gui.core.shortcuts import bind
from gui.training.teaching import Teaching
from gui.tuning.job import Step
from gui.tuning.panel import ResultView, show_step
from gui.tuning.training_missing import TrainingMissing
from gui.tuning.words import why_untunable
from gui.widgets.form import ProgressBar, column_of, group, heading, named, push_button, row_of, words
from gui.widgets.theme import GRID
from trainer.tuning.events import BeforeAfter
from trainer.tuning.lesson import Lesson, lesson

SAVED_AFTER_MS = 1000  # of no typing
EXAMPLE = "Гляциолог измеряет морену.\nАнтон защитил диссертацию по гляциологии."
_NAMED = 2  # lines that cannot be spoken


class TaughtResult(ResultView):
    """What the lesson brought: on the sentences themselves, and on other people's speech."""

    def __init__(self) -> None:
        super().__init__()
        self.title.setText(_("What the lesson brought"))

    def show_result(self, result: BeforeAfter) -> None:
        super().show_result(result)
        if result.helped:
            sentence = _(
                "These sentences are recognised better: of 100 letters {after} are wrong now, and {before} were before."
            )
        else:
            sentence = _("These sentences are recognised no better than before: {before} of 100 letters are wrong.")
        before, after = (f"{100 * rate.cer:.0f}" for rate in (result.own_before, result.own_after))
        self.own.setText(sentence.format(before=before, after=after))
        n = result.own_before.utterances
        measured = ngettext(
            "Measured on {n} recording in voices that it did not learn from.",
            "Measured on {n} recordings in voices that it did not learn from.",
            n,
        )
        self.measured.setText(measured.format(n=n))


class TeachPanel(QWidget):
    """The sentences, the lesson and what it brought. teaching: what is done with them, and whose signals tell of it.

    model: the one that dictation uses; corpora: recordings of people that are mixed in, as far as they are prepared.
    """

    def __init__(self, model: Callable[[], Path], corpora: Callable[[], list[Path]]):
        super().__init__()
        self.teaching = Teaching(model, corpora)
        self.text = named(QPlainTextEdit(self.teaching.typed_before()), _("Sentences to teach"))
        self.text.setPlaceholderText(EXAMPLE)
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(14 * GRID)
        self.count = words(quiet=True)
        self.missing = TrainingMissing()
        hint = _("Have them spoken and learned; takes some minutes")
        self.teach = push_button(_("Teach"), hint, "primary", "train")
        self.stop = push_button(_("Stop"), _("Save and stop; it can go on later"), command="train")
        self.state = words()
        self.progress = ProgressBar(_("Progress of the lesson"))
        self.result = TaughtResult()
        self._lesson, self._model, self._refused = Lesson((), ()), model, ""
        self._clock = QTimer(self, interval=SAVED_AFTER_MS, singleShot=True, timeout=self.save)
        self._lay_out()
        self._connect()
        self._count()
        self.show_state()

    def _lay_out(self) -> None:
        explained = _(
            "Type sentences with the words that are recognised wrong, one a line. The machine speaks them in many "
            "voices, and the model learns them beside the recordings of people that are prepared."
        )
        above = (heading(_("Teach words")), words(explained, quiet=True), (self.text, 1), self.count, self.missing)
        self.typing = group(*above, row_of(self.teach, self.stop, None), self.state, self.progress)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.typing)
        self.pages.addWidget(self.result)
        column_of(self, self.pages, margins=(0, 0, GRID, 0))

    def _connect(self) -> None:
        teaching = self.teaching
        self.text.textChanged.connect(self._count)
        self.text.textChanged.connect(self._clock.start)
        self.teach.clicked.connect(self.begin)
        self.stop.clicked.connect(teaching.job.stop)
        self.stop.clicked.connect(self.show_state)
        bind(self.typing, "train", self._toggle)
        teaching.job.step.connect(self._show_step)
        teaching.changed.connect(self.show_state)
        self.result.keep.clicked.connect(teaching.keep)
        self.result.discard.clicked.connect(teaching.throw_away)

    @property
    def busy(self) -> bool:
        return self.teaching.busy

    def close_work(self) -> None:
        """Asks what runs to stop; nothing typed is lost."""
        if self._clock.isActive():
            self.save()
        self.teaching.job.stop()

    def save(self) -> None:
        self._clock.stop()
        self.teaching.save(self.text.toPlainText())

    def begin(self) -> None:
        if self.teach.isEnabled() and not self.teaching.busy:
            self.teaching.begin(self.text.toPlainText())

    def _count(self) -> None:
        self._lesson = lesson(self.text.toPlainText())
        self.count.setText(lesson_words(self._lesson))
        self.teach.setEnabled(bool(self._lesson.texts) and not self.missing.is_missing and not self._refused)

    def _toggle(self) -> None:
        (self.stop if self.stop.isVisible() else self.teach).click()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.show_state()  # another model may be in use by now

    def show_state(self) -> None:
        teaching = self.teaching
        self._refused = why_untunable(self._model())
        self._count()
        running = teaching.job.running
        if teaching.result is not None:
            self.result.show_result(teaching.result)
        self.pages.setCurrentWidget(self.typing if teaching.result is None else self.result)
        self.text.setReadOnly(running)
        self.teach.setVisible(not running)
        self.stop.setVisible(running)
        self.stop.setEnabled(not teaching.job.stopping)
        self.progress.setVisible(running)
        if running and teaching.job.stopping:
            self.state.setText(_("Saving and stopping"))
        elif not running:
            left = _("The lesson was interrupted and saved. Teach goes on where it stopped.")
            self.state.setText(self._refused or (left if teaching.job.was_left else ""))
        self.state.setVisible(bool(self.state.text()))

    def _show_step(self, step: Step) -> None:
        if self.teaching.job.stopping:
            return
        words_by_kind = {
            "speaking": _("The machine is speaking the sentences"),
            "learning": _("The model is learning the sentences"),
        }
        show_step(step, self.state, self.progress, words_by_kind)
        self.state.show()


def lesson_words(lesson: Lesson) -> str:
    """How many sentences there are, and which lines cannot be spoken."""
    n = len(lesson.texts)
    sentences = [ngettext("{n} sentence.", "{n} sentences.", n).format(n=n)]
    for reject in lesson.rejects[:_NAMED]:
        sentence = _("“{line}” cannot be taught: {reason} ({detail}).")
        sentences.append(sentence.format(line=reject.path, reason=_(reject.reason), detail=reject.detail))
    if len(lesson.rejects) > _NAMED:
        sentences.append(_("and {n} more").format(n=len(lesson.rejects) - _NAMED))
    return " ".join(sentences)
