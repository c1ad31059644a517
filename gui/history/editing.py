"""An entry of the history in the editor: opened from the list, kept at each change."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.history.entry import Entry
from engine.transcript.document import Document
from gui.core.i18n import _
from gui.core.settings import Settings
from gui.history.words import file_name, title_words
from gui.session.history_store import HistoryStore
from gui.widgets.lazy_page import LatePage


class HistoryEditing(QObject):
    """place: the widget to show, the editor in it is imported when it is first wanted. `left` when it is done with.

    `edited(key)` when a text was changed there: what else shows it is out of date.
    """

    left = Signal()
    edited = Signal(int)

    def __init__(self, store: HistoryStore, settings: Settings):
        super().__init__()
        self._store, self._settings = store, settings
        self.place = LatePage("gui.editor.editor", self._make, _("Getting the editor ready"))
        self.place.made.connect(self._show)
        self._wanted: tuple[Entry, Document] | None = None
        self._open: tuple[Entry, Document] | None = None

    @property
    def editor(self) -> QWidget | None:
        """None until the first entry was opened."""
        return self.place.page

    @property
    def key(self) -> int | None:
        """Of the entry that is open."""
        return self._open[0].key if self._open is not None else None

    def open(self, entry: Entry) -> None:
        """As soon as its text has been fetched."""
        self._store.ask(lambda history: (entry, history.document(entry.key)), self._take)

    def _take(self, fetched: tuple[Entry, Document | None]) -> None:
        entry, document = fetched
        self._wanted = (entry, document or Document.of([], entry.source.name, entry.duration_s or 0.0))
        self.place.prepare()
        if self.editor is not None:
            self._show()

    def _make(self) -> QWidget:
        from gui.editor.editor import Editor

        editor = Editor(self._settings)
        editor.changed.connect(self._keep)
        editor.back.connect(self._leave)
        return editor

    def _show(self) -> None:
        if self._wanted is None or self.editor is None:
            return
        self.editor.flush()
        self._open, self._wanted = self._wanted, None
        entry, document = self._open
        audio = entry.source if entry.source.exists() else None
        self.editor.open(document, audio, title_words(entry), file_name(entry))

    def _keep(self, document: Document) -> None:
        if self._open is not None:
            entry, _opened = self._open
            self._store.write(lambda history: history.keep_text(entry.key, document))
            self.edited.emit(entry.key)

    def _leave(self) -> None:
        self.close()
        self.left.emit()

    def close(self) -> None:
        """Keeps what was changed, and is silent."""
        if self.editor is not None:
            self.editor.close_work()
        self._open = None
