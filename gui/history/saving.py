"""The texts of marked entries as files: one where the person says, several into a folder, named as their entries."""

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from engine.errors import NoTimes, TranscriptDamaged
from engine.history.entry import Entry
from engine.system.atomic_files import free_path
from engine.transcript.document import Document
from engine.transcript.export import TIMED, write
from gui.core.file_names import text_formats
from gui.core.i18n import _, ngettext
from gui.core.settings import Settings
from gui.core.tasks import Work
from gui.editor.save_menu import Saver
from gui.history.words import file_name, full_title
from gui.session.history_store import HistoryStore
from gui.widgets.dialogs import ask_folder, ask_save_path
from gui.widgets.message_bar import MessageList

log = logging.getLogger(__name__)
_AT_ONCE = 20  # texts that are in memory at the same time


class HistorySaving(QObject):
    """`changed` when it begins, gets on and ends: n_done of n_all.

    ask_save_path, ask_folder: the file dialogs.
    """

    changed = Signal()

    def __init__(self, store: HistoryStore, settings: Settings, messages: MessageList):
        super().__init__()
        self._store, self._settings, self._messages = store, settings, messages
        self.ask_save_path, self.ask_folder = ask_save_path, ask_folder
        self._saver = Saver(settings)
        self._saver.saved.connect(messages.say_saved)
        self._saver.failed.connect(messages.say_failure)
        self._work = Work(self, yielded=self._count, ended=self._end_portion)
        self._left: deque[Entry] = deque()
        self._folder, self._form = Path(), ""
        self.n_all = self._n_saved = self._n_without = 0
        self.busy = False

    @property
    def n_done(self) -> int:
        return self._n_saved + self._n_without

    def save_one(self, parent: QWidget, entry: Entry) -> None:
        """Asks for a file, whose ending tells the format."""
        path = self.ask_save_path(parent, self._settings.folder, file_name(entry))
        if path is None:
            return
        self._settings.folder = path.parent
        self._store.ask(lambda history: history.document(entry.key), partial(self._save_one, entry, path))

    def _save_one(self, entry: Entry, path: Path, document: Document | None) -> None:
        if document is not None and document.text.strip():
            self._saver.save_document(path, document, full_title(entry))
        else:
            self._messages.say(_without_words(1, "txt"))

    def formats_menu(self, parent: QWidget, entries: Sequence[Entry]) -> QMenu:
        """As what several texts can be saved."""
        menu = QMenu(parent)
        for form, words in text_formats().items():
            menu.addAction(f"{words} (*.{form})", partial(self.save_all, parent, entries, form))
        return menu

    def save_all(self, parent: QWidget, entries: Sequence[Entry], form: str) -> None:
        """Asks for a folder; nothing that is there is overwritten. form: of engine.transcript.export.FORMATS."""
        folder = self.ask_folder(parent, _("Save the texts into a folder"), self._settings.folder)
        if folder is None or self.busy:
            return
        self._settings.folder = folder
        self._begin(entries, folder, form)

    def cancel(self) -> None:
        """What is written stays."""
        self._left.clear()

    # --- several ---

    def _begin(self, entries: Sequence[Entry], folder: Path, form: str) -> None:
        self._left, self._folder, self._form = deque(entries), folder, form
        self.n_all, self._n_saved, self._n_without = len(entries), 0, 0
        self.busy = True
        self._next()

    def _next(self) -> None:
        self.changed.emit()
        portion = [self._left.popleft() for _number in range(min(_AT_ONCE, len(self._left)))]
        if portion:
            self._store.ask(lambda history: [(entry, _document(history, entry)) for entry in portion], self._write)
        else:
            self._end()

    def _write(self, fetched: list[tuple[Entry, Document | None]]) -> None:
        self._work.start(partial(_written, fetched, self._folder, self._form, self._settings.bind_short_words))

    def _count(self, path: Path | None) -> None:
        if path is None:
            self._n_without += 1
        else:
            self._n_saved += 1

    def _end_portion(self, failure: Exception | None) -> None:
        if failure is None:
            self._next()
            return
        self._left.clear()
        self.busy = False
        self.changed.emit()
        self._messages.say_failure(failure)

    def _end(self) -> None:
        self.busy = False
        self.changed.emit()
        sentence = ngettext("{n} text was saved.", "{n} texts were saved.", self._n_saved).format(n=self._n_saved)
        if self._n_without:
            sentence = f"{sentence} {_without_words(self._n_without, self._form)}"
        if self._n_saved:
            self._messages.say_saved(self._folder, sentence)
        else:
            self._messages.say(sentence)


def _without_words(n: int, form: str) -> str:
    if form in TIMED:
        sentence = ngettext("{n} entry has no text with times.", "{n} entries have no text with times.", n)
    else:
        sentence = ngettext("{n} entry has no text.", "{n} entries have no text.", n)
    return sentence.format(n=n)


def _document(history, entry: Entry) -> Document | None:
    """One that cannot be read must not keep the others from being saved."""
    try:
        return history.document(entry.key)
    except TranscriptDamaged as error:
        log.warning("a text that is not saved", exc_info=error)
        return None


def _written(
    fetched: Sequence[tuple[Entry, Document | None]], folder: Path, form: str, binds_short_words: bool
) -> Iterator[Path | None]:
    """Each file; None for an entry without a text, or without times for a format that needs them.

    Raises DiskFull or NotWritable.
    """
    for entry, document in fetched:
        if document is None or not document.text.strip():
            yield None
            continue
        path = free_path(folder, file_name(entry), f".{form}", number=" ({})")
        try:
            write(path, document, form=form, title=full_title(entry), binds_short_words=binds_short_words)
        except NoTimes:
            yield None
        else:
            yield path
