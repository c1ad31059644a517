"""The queue of files: how far it is, how long it will take, and what can be done with it."""

from PySide6.QtWidgets import QFrame

from gui.core.i18n import _
from gui.core.shortcuts import bind
from gui.session.session import Session
from gui.session.status import Reading, Status
from gui.widgets.form import ProgressBar, column_of, group, push_button, row_of
from gui.widgets.icon_buttons import show_as
from gui.widgets.label import Label
from gui.widgets.theme import GRID


class QueuePanel(QFrame):
    """Shown while files are read or wait. cancel: the button, for the owner to connect."""

    def __init__(self, session: Session):
        super().__init__()
        self._session = session
        self.setObjectName("message")
        self.setAccessibleName(_("Queue"))
        self.words = Label(name=_("State of the queue"), wraps=True)
        self.progress = ProgressBar(_("Progress"))
        hint = _("Files wait; what is dictated is transcribed all the same")
        self.pause = push_button(_("Pause"), hint, "link", "pause_queue", "pause")
        hint = _("Takes all files out of the queue; they stay in the history")
        self.cancel = push_button(_("Cancel all"), hint, "link", icon="close")
        bind(self, "pause_queue", self.pause.click)
        self.pause.clicked.connect(self._toggle)
        beside = group(self.words, self.progress)
        column_of(self, row_of((beside, 1), GRID, self.pause, self.cancel), margins=(2 * GRID, GRID, GRID, GRID))
        session.status_changed.connect(self.show_status)
        self.hide()  # shown before it has a parent, it would be a window

    def _toggle(self) -> None:
        self._session.pause(not self._session.is_paused)

    def show_status(self, status: Status) -> None:
        self.setVisible(status.n_waiting > 0 or status.n_found is not None)
        self.words.setText(status.queue_words)
        self.progress.show_share(0.0 if status.fraction is None and status.paused else status.fraction)
        self.progress.setVisible(status.reading is not Reading.NONE or status.n_found is not None)
        self.pause.setVisible(status.n_waiting > 0)
        is_paused = self._session.is_paused
        show_as(self.pause, *((_("Go on"), "play") if is_paused else (_("Pause"), "pause")), "accent")
