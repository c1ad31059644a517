"""A panel in which something long runs: a bar, the state in words, and a button that stops it."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.system.worker import Cancelled
from gui.core.i18n import _
from gui.core.tasks import Work
from gui.widgets.form import ProgressBar, push_button, words

Steps = Callable[[], Iterator[object]]


class JobPanel(QWidget):
    """`failed(error, try_again)`; `changed`: something began or ended.

    progress: the bar's name; stop: what Cancel does. A panel of this kind says what `take` makes of each event, what
    `finish` does at the end, and what `show_state` shows and hides.
    """

    failed = Signal(object, object)
    changed = Signal()

    def __init__(self, progress: str, stop: str):
        super().__init__()
        self._again: Callable[[], None] | None = None
        self.state, self.progress = words(), ProgressBar(progress)
        self.cancel = push_button(_("Cancel"), stop)
        self.work = Work(self, yielded=self.take, ended=self._end)
        self.cancel.clicked.connect(self.work.cancel)

    @property
    def busy(self) -> bool:
        return self.work.running

    def stop(self) -> None:
        self.work.cancel()

    def begin_job(
        self, steps: Steps, sentence: str, again: Callable[[], None] | None, share: float | None = None
    ) -> None:
        """again: what “Try again” does. share: of the whole that is done, None where it is not known."""
        self._again = again
        self.state.setText(sentence)
        self.progress.show_share(share)
        self.work.start(steps)
        self.tell_changed()

    def tell_changed(self) -> None:
        self.show_state()
        self.changed.emit()

    def _end(self, outcome: Exception | None) -> None:
        self.finish(outcome)
        if outcome is not None and not isinstance(outcome, Cancelled):
            self.failed.emit(outcome, self._again)
        self.tell_changed()

    def take(self, event: object) -> None:
        raise NotImplementedError

    def finish(self, outcome: Exception | None) -> None:
        """Before the end is told. outcome: None, Cancelled, or what went wrong."""

    def show_state(self) -> None:
        raise NotImplementedError
