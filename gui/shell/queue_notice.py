"""Says that a queue of files is done, to somebody who is not looking."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from gui.core.i18n import _, ngettext
from gui.session.jobs import Ending, Job
from gui.session.session import Session
from gui.widgets.message_bar import Action, MessageList


class QueueNotice(QObject):
    """In a message where it was more than one, by a mark on the window in the desktop's bar, and where there is a tray
    icon as a notification.

    notify(sentence): the desktop's notification; show_history: turns to its page.
    """

    def __init__(
        self,
        session: Session,
        window: QWidget,
        messages: MessageList,
        notify: Callable[[str], None],
        show_history: Callable[[], None],
    ):
        super().__init__()
        self._session, self._window, self._messages = session, window, messages
        self._notify, self._show_history = notify, show_history
        self._n_done = self._n_failed = 0
        session.job_ended.connect(self._count)
        session.status_changed.connect(self._look)

    def _count(self, job: Job) -> None:
        if not job.is_live:
            self._n_done += job.ending is Ending.DONE
            self._n_failed += job.ending is Ending.FAILED
            self._look()  # the state may have changed before

    def _look(self) -> None:
        status = self._session.status
        if status.n_waiting or status.closing or not (self._n_done or self._n_failed):
            return
        n_done, n_failed, self._n_done, self._n_failed = self._n_done, self._n_failed, 0, 0
        sentence = queue_done_words(n_done, n_failed)
        if not self._window.isActiveWindow():
            if n_done + n_failed > 1:  # of one the page has the text, or why there is none
                icon = "alert-outline" if n_failed else "check-circle-outline"
                self._messages.say(sentence, icon, [Action(_("Show history"), self._show_history)])
            QApplication.alert(self._window)
            self._notify(sentence)


def queue_done_words(n_done: int, n_failed: int) -> str:
    """How many files were transcribed, and how many could not be."""
    sentences = []
    if n_done:
        sentences.append(ngettext("{n} file is transcribed.", "{n} files are transcribed.", n_done).format(n=n_done))
    if n_failed:
        failed = ngettext("{n} file could not be transcribed.", "{n} files could not be transcribed.", n_failed)
        sentences.append(failed.format(n=n_failed))
    return " ".join(sentences)
