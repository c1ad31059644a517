"""The page where a model is made: recordings, training, models; each on a page of its own."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QStackedWidget, QWidget

from gui.core.i18n import _
from gui.core.settings import Settings
from gui.core.shortcuts import bind
from gui.core.tasks import Task
from gui.corpora.corpus_panel import CorpusPanel
from gui.session.session import Session
from gui.training.job import State
from gui.training.models_panel import ModelsPanel
from gui.training.teach_panel import TeachPanel
from gui.training.training_panel import TrainingPanel
from gui.tuning.choose_model import ModelChoice
from gui.widgets.form import ScrollArea, column_of, push_button, row_of
from gui.widgets.message_bar import MessageList
from gui.widgets.theme import GRID
from trainer.corpus.folders import finish_removing
from trainer.corpus.prepare import tidy_caches
from trainer.training import model_list


class TrainerPage(QWidget):
    """`closed` after `close_work`, when nothing runs any more."""

    closed = Signal()

    def __init__(self, session: Session, settings: Settings):
        super().__init__()
        self._session, self._settings = session, settings
        self._closing = self.has_closed = False
        self.corpus = CorpusPanel(settings)
        self.training = TrainingPanel(self.corpus)
        self.models = ModelsPanel(settings, lambda: session.model, self._in_training)
        self.teach = TeachPanel(lambda: session.model, lambda: self.corpus.corpora)
        self.messages = MessageList()
        self.choice = ModelChoice(session, self.messages, self.models.refresh)
        self.use_model = self.choice.use  # without a question
        self._lay_out()
        self._connect()
        self.tidying = [Task(steps) for steps in (model_list.empty_trash, finish_removing, tidy_caches)]
        for task in self.tidying:
            task.start()

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        self.steps = QButtonGroup(self)
        for number, (text, hint, command, panel) in enumerate(
            (
                (_("Recordings"), _("What to train on"), "recordings", self.corpus),
                (_("Training"), _("Train a model, and watch it learn"), "training", self.training),
                (_("Words"), _("Teach a model words that it recognises wrong"), "words", self.teach),
                (_("Models"), _("All models; which of them dictation uses"), "models", self.models),
            )
        ):
            button = self._step(text, hint, command)
            self.steps.addButton(button, number)
            self.pages.addWidget(ScrollArea(panel))
        steps = row_of(*self.steps.buttons(), None, gap=GRID // 2)
        self.steps.button(0).setChecked(True)
        self.steps.idClicked.connect(self.pages.setCurrentIndex)
        below = (self.messages, self.training.bar)  # at the very bottom, so that no message moves it
        column_of(self, steps, (self.pages, 1), *below, gap=2 * GRID, margins=(3 * GRID, GRID, 3 * GRID, 2 * GRID))
        self.messages.keep_still(*(self.pages.widget(number) for number in range(self.pages.count())))
        self.pages.currentChanged.connect(self._show_bar)
        self._show_bar()

    def _show_bar(self) -> None:
        """What starts and stops a training stands below that page alone."""
        self.training.bar.setVisible(self.pages.currentWidget().widget() is self.training)

    def _step(self, text: str, hint: str, command: str) -> QPushButton:
        button = push_button(text, hint, "step", command)
        button.setCheckable(True)
        bind(self, command, button.click)
        return button

    def _connect(self) -> None:
        teaching = self.teach.teaching
        for panel in (self.corpus, self.training, teaching, self.models):
            panel.failed.connect(self.messages.say_failure)
        self.training.use_wanted.connect(self.choice.choose)
        self.models.use_wanted.connect(self.choice.choose)
        teaching.use_wanted.connect(self.use_model)  # it was asked about by its own figures
        teaching.doubted.connect(self.choice.ask)
        self.corpus.changed.connect(self._something_changed)
        self.corpus.train.clicked.connect(lambda: self.show_page(self.training))
        self.training.changed.connect(self._something_changed)
        self.training.job.changed.connect(self._spare_recordings)
        teaching.changed.connect(self._something_changed)
        for panel in (teaching, self.models):
            panel.done.connect(self.messages.say_done)
        self.models.exported.connect(self._tell_exported)
        self.models.list_changed.connect(self._list_changed)
        self.pages.currentChanged.connect(self.models.refresh)
        self.training.form.delete_wanted.connect(self.models.delete_home)

    def show_page(self, panel: QWidget) -> None:
        """One of corpus, training, teach and models."""
        number = (self.corpus, self.training, self.teach, self.models).index(panel)
        self.steps.button(number).click()

    def _in_training(self) -> Path | None:
        return self.training.job.request.out if self.training.busy else None

    # --- what happens ---

    def _tell_exported(self, folder: Path) -> None:
        self.messages.say_saved(folder, _("The model was copied."))

    def _list_changed(self) -> None:
        if not self.training.busy:
            self.training.forget_what_is_gone()
        self.training.show_state()
        self._close_when_quiet()

    def _something_changed(self) -> None:
        self._spare_recordings()
        self.models.refresh()
        self._close_when_quiet()

    def _spare_recordings(self) -> None:
        """What a training learns from is not deleted, and what it makes ready is not made ready here too."""
        state = self.training.job.state
        self.corpus.lock = state is not State.IDLE
        self.corpus.being_prepared = state in (State.STARTING, State.LEAVING)
        self.corpus.show_state()

    # --- ending ---

    def close_work(self) -> None:
        """Asks all that runs to stop at once; a training saves its state first."""
        self._closing = True
        self.corpus.stop()
        self.training.job.leave()
        self.teach.close_work()
        self.models.stop()
        self._close_when_quiet()

    def _close_when_quiet(self) -> None:
        is_busy = any(panel.busy for panel in (self.corpus, self.training, self.models, self.teach))
        if self._closing and not is_busy and not self.has_closed:
            self.has_closed = True
            self.closed.emit()
