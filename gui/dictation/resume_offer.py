"""What the Dictation page says at the start of what was not finished last time, and of the history's failures."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject

from engine.history.entry import Entry
from gui.core.i18n import _, ngettext
from gui.core.problem import Problem
from gui.dictation.dictation_page import DictationPage
from gui.session.history_recorder import HistoryKeeper
from gui.widgets.message_bar import Action


class HistoryOffer(QObject):
    """show_history: turns to the page of the history."""

    def __init__(self, page: DictationPage, keeper: HistoryKeeper, show_history: Callable[[], None]):
        super().__init__()
        self._page, self._keeper, self._show_history = page, keeper, show_history
        keeper.found.connect(self._offer)
        keeper.store.failed.connect(self.tell)

    def tell(self, error: Exception) -> None:
        self._page.tell(Problem(error))

    def _offer(self, recordings: Sequence[Entry], n_files: int) -> None:
        show = Action(_("Show history"), self._show_history, stays=True)
        if recordings:
            text = ngettext(
                "A recording was interrupted when Diktovka ended last time. All that was said is there.",
                "{n} recordings were interrupted when Diktovka ended last time. All that was said is there.",
                len(recordings),
            ).format(n=len(recordings))
            read = Action(_("Transcribe now"), partial(self._keeper.read_again, recordings, is_quiet=False))
            self._page.messages.say(text, "microphone-outline", [read, show])
        if n_files:
            text = ngettext(
                "A file that was not finished last time is being transcribed; its text comes into the history.",
                "{n} files that were not finished last time are being transcribed; their texts come into the history.",
                n_files,
            ).format(n=n_files)
            self._page.messages.say(text, "playlist-play", [show])
