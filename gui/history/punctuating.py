"""Marks and capitals for entries that were read without them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from engine.history.entry import Entry
from engine.punctuation.lazy_punctuator import LazyPunctuator
from gui.core.i18n import _, ngettext

if TYPE_CHECKING:
    from gui.history.page import HistoryPage


class HistoryPunctuating:
    """One entry after the other on the history's thread, where what is dictated meanwhile is kept in between."""

    def __init__(self, page: HistoryPage):
        self._page = page
        self._n_left = 0
        self._changed: list[int] = []

    @property
    def busy(self) -> bool:
        return self._n_left > 0

    def punctuate(self, entries: Sequence[Entry]) -> None:
        """Does nothing while it is busy."""
        if self.busy:
            return
        self._n_left, self._changed = len(entries), []
        for entry in entries:
            act = partial(_punctuate, entry.key, self._page.session.punctuator)
            self._page.keeper.store.write(act, self._take)

    def _take(self, key: object) -> None:
        self._n_left -= 1
        if isinstance(key, int):
            self._changed.append(key)
            self._page.editing.edited.emit(key)
        if not self.busy:
            self._tell(self._changed)

    def _tell(self, changed: list[int]) -> None:
        error, messages = self._page.session.punctuator.error, self._page.messages
        if error is not None:
            messages.say_failure(error)
        elif not changed:
            messages.say(_("There is nothing to be punctuated: the text has its marks."), "format-quote-close")
        else:
            text = ngettext("The text was punctuated.", "{n} texts were punctuated.", len(changed))
            messages.say_done(text.format(n=len(changed)), partial(self._swap, changed), "format-quote-close")

    def _swap(self, keys: Sequence[int]) -> None:
        for key in keys:
            self._page.keeper.store.write(lambda history, key=key: history.swap(key))


def _punctuate(key: int, lazy: LazyPunctuator, history) -> int | None:
    """The entry's key if its text was changed."""
    from engine.transcript.punctuate import punctuated

    punctuator, document = lazy.load(), history.document(key)
    if punctuator is None or document is None:
        return None
    changed = punctuated(document, punctuator)
    if changed == document:
        return None
    history.rewrite(key, changed)
    return key
