"""The files that were opened last, out of the history, to be opened once more."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from engine.history.entry import Entry, Kind
from gui.core.i18n import _
from gui.core.shortcuts import bind
from gui.core.words import shown_name
from gui.dictation.dictation_page import DictationPage
from gui.session.history_store import HistoryStore
from gui.session.session import Session
from gui.widgets.label import tip

_MOST, _LOOKED_THROUGH = 10, 200  # files, entries


class RecentFiles(QObject):
    """A menu under the button beside “Open”; what is no longer there is left out."""

    def __init__(self, page: DictationPage, session: Session, store: HistoryStore):
        super().__init__()
        self._session, self._store, self._button = session, store, page.toolbar.recent
        self.menu = QMenu(page)
        self._button.clicked.connect(self.offer)
        bind(page, "recent", self.offer)

    def offer(self) -> None:
        self._store.ask(_recent, self._show)

    def _show(self, files: list[Path]) -> None:
        self.menu.clear()
        for path in files:
            action = self.menu.addAction(shown_name(path).replace("&", "&&"))
            action.setToolTip(tip(str(path)))
            action.triggered.connect(lambda _checked=False, path=path: self._session.open_files([path]))
        if not files:
            self.menu.addAction(_("No files were opened yet")).setEnabled(False)
        self.menu.popup(self._button.mapToGlobal(self._button.rect().bottomLeft()))


def _recent(history) -> list[Path]:
    """On the history's thread."""
    entries: list[Entry] = history.entries(history.keys()[:_LOOKED_THROUGH])
    files = dict.fromkeys(entry.source for entry in entries if entry.kind is Kind.FILE)
    found = []
    for path in files:
        if len(found) < _MOST and path.is_file():
            found.append(path)
    return found
