"""The list of the history as Qt wants it: only the keys of all entries are held, and of the entries those in sight."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt, QTimer, Signal

from engine.history.entry import Entry, Order, Show
from gui.history.words import spoken, tip
from gui.session.history_store import HistoryStore
from gui.widgets import label

ENTRY = Qt.ItemDataRole.UserRole
FRACTION = Qt.ItemDataRole.UserRole + 1
AROUND = 40  # entries fetched beyond those in sight, so that scrolling shows no gaps
_MOST_HELD = 2000


class HistoryModel(QAbstractListModel):
    """`listed` when the list is as what was asked for: query, order, show."""

    listed = Signal()

    def __init__(self, store: HistoryStore):
        super().__init__()
        self._store = store
        self.query, self.order, self.show = "", Order.NEWEST, Show.ALL
        self.keys: list[int] = []
        self._places: dict[int, int] = {}
        self._entries: dict[int, Entry] = {}
        self._stale: set[int] = set()
        self._wanted: set[int] = set()
        self._fractions: dict[int, float] = {}
        self._fetch_soon = QTimer(self, singleShot=True, interval=0, timeout=self._fetch)
        self._list_soon = QTimer(self, singleShot=True, interval=50, timeout=self.refresh)
        self._n_asked = 0
        store.changed.connect(self._list_soon.start)

    # --- what the view asks ---

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.keys)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.keys):
            return None
        key = self.keys[index.row()]
        entry = self._entries.get(key)
        if entry is None or key in self._stale:
            self._wanted.add(index.row())
            self._fetch_soon.start()
        if role == ENTRY:
            return entry
        if role == FRACTION:
            return self._fractions.get(key)
        if entry is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(entry, self._fractions.get(key))
        return label.tip(tip(entry)) if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable  # its name, in its row

    def entry(self, key: int) -> Entry | None:
        """As it was last fetched."""
        return self._entries.get(key)

    def place(self, key: int) -> QModelIndex:
        """Where an entry is listed; not valid where it is not."""
        row = self._places.get(key)
        return self.index(row) if row is not None else QModelIndex()

    # --- what is listed ---

    def look_for(self, query: str, order: Order, show: Show) -> None:
        self.query, self.order, self.show = query, order, show
        self._entries.clear()  # what is shown of a text depends on what is looked for
        self.refresh()

    def refresh(self) -> None:
        self._n_asked += 1
        asked = (self._n_asked, self.query, self.order, self.show)
        self._store.ask(lambda history: (asked, history.keys(*asked[1:])), self._take_keys)

    def _take_keys(self, answer: tuple[tuple, list[int]]) -> None:
        (number, *_rest), keys = answer
        if number != self._n_asked:
            return
        self._stale = set(self._entries)
        if keys != self.keys:
            self.beginResetModel()
            self.keys = keys
            self._places = {key: row for row, key in enumerate(keys)}
            self.endResetModel()
        elif keys:
            self.dataChanged.emit(self.index(0), self.index(len(keys) - 1))
        self.listed.emit()

    def _fetch(self) -> None:
        """Those in sight that are not there or may have changed, and their neighbours."""
        rows, self._wanted = self._wanted, set()
        if not rows:
            return
        first, last = max(0, min(rows) - AROUND), min(len(self.keys), max(rows) + AROUND + 1)
        keys = [key for key in self.keys[first:last] if key not in self._entries or key in self._stale]
        query = self.query
        self._store.ask(lambda history: (query, history.entries(keys, query)), self._take_entries)

    def _take_entries(self, answer: tuple[str, list[Entry]]) -> None:
        query, entries = answer
        if query != self.query:
            return
        if len(self._entries) > _MOST_HELD:
            self._entries.clear()
        for entry in entries:
            self._entries[entry.key] = entry
            self._stale.discard(entry.key)
        rows = [self._places[entry.key] for entry in entries if entry.key in self._places]
        if rows:
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))

    def set_fraction(self, key: int | None, fraction: float | None) -> None:
        """How much of the one that is being read has been read; None for none."""
        fractions = {key: fraction} if key is not None and fraction is not None else {}
        if fractions != self._fractions:
            changed = {*self._fractions, *fractions}
            self._fractions = fractions
            for place in map(self.place, changed):
                if place.isValid():
                    self.dataChanged.emit(place, place)
