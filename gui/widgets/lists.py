"""Lists and tables of the panels."""

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gui.core.i18n import _
from gui.widgets.dialogs import ask_folder
from gui.widgets.form import column_of, push_button, row_of
from gui.widgets.label import tip
from gui.widgets.theme import GRID

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ROWS = 4  # shown at once, at most


class Table(QTableWidget):
    """Rows to be read and chosen, as wide as its place. `delete_wanted` on the key Delete.

    name: for screen readers. numbers: columns whose cells stand at the right. narrow: columns as wide as their text.
    """

    delete_wanted = Signal()

    def __init__(self, name: str, titles: Sequence[str], numbers: Collection[int] = (), narrow: Collection[int] = ()):
        super().__init__(0, len(titles))
        self._numbers = numbers
        self.setHorizontalHeaderLabels(titles)
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in narrow:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for column in numbers:
            self.horizontalHeaderItem(column).setTextAlignment(_RIGHT)

    def wrap_rows(self) -> None:
        """Each row as high as its texts are."""
        self.setWordWrap(True)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def put(self, row: int, texts: Sequence[str]) -> list[QTableWidgetItem]:
        """The cells of a row, whose tooltips have all of their text."""
        items = [QTableWidgetItem(text) for text in texts]
        for column, item in enumerate(items):
            item.setToolTip(tip(item.text()))
            if column in self._numbers:
                item.setTextAlignment(_RIGHT)
            self.setItem(row, column, item)
        return items

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)


class FolderList(QWidget):
    """Folders that a person puts together: added by a dialog, taken off again; the folders stay as they are.

    `changed` when one was added or taken off; `chosen_changed` when another is selected. ask_folder: the dialog."""

    changed = Signal()
    chosen_changed = Signal()

    def __init__(self, name: str, title: str, hint: str, start: Path | None = None):
        """name: for screen readers; title: of the dialog; hint: what may be added; start: where the dialog begins."""
        super().__init__()
        self._title, self._start, self.ask_folder = title, start or Path.home(), ask_folder
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setToolTip(tip(hint))
        self.list.setTabKeyNavigation(False)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.add = push_button(_("Add a folder…"), hint)
        self.take_off = push_button(_("Remove from list"), f"{_('The folder itself stays as it is')} (Del)")
        self.buttons = row_of(self.add, self.take_off, None)
        column_of(self, self.list, self.buttons)
        self.add.clicked.connect(self._add)
        self.take_off.clicked.connect(self._take_off)
        QShortcut(QKeySequence.StandardKey.Delete, self.list, self._take_off, context=Qt.ShortcutContext.WidgetShortcut)
        self.list.itemSelectionChanged.connect(self.show_state)
        self.list.itemSelectionChanged.connect(self.chosen_changed)
        self.show_state()

    @property
    def folders(self) -> list[Path]:
        return [self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())]

    @property
    def chosen(self) -> Path | None:
        items = self.list.selectedItems()
        return items[0].data(Qt.ItemDataRole.UserRole) if items else None

    def show_folders(self, folders: Sequence[Path]) -> None:
        """Another list; nobody is told."""
        self.list.clear()
        for folder in folders:
            item = QListWidgetItem(str(folder))
            item.setData(Qt.ItemDataRole.UserRole, folder)
            item.setToolTip(tip(str(folder)))
            self.list.addItem(item)
        self.show_state()

    def show_state(self) -> None:
        rows = min(_ROWS, self.list.count())
        self.list.setVisible(rows > 0)
        self.list.setFixedHeight(rows * 4 * GRID + GRID)
        self.take_off.setVisible(rows > 0)
        self.take_off.setEnabled(self.chosen is not None)

    def _add(self) -> None:
        folder = self.ask_folder(self, self._title, self._start)
        if folder is not None and folder not in self.folders:
            self._start = folder.parent
            self.show_folders([*self.folders, folder])
            self.changed.emit()

    def _take_off(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.show_folders([folder for folder in self.folders if folder != chosen])
            self.changed.emit()
