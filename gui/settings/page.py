"""The page of settings: a list of sections, and the section that is chosen."""

import importlib
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from gui.core.i18n import _
from gui.settings.sections import SECTIONS, Around, Section
from gui.widgets.form import ScrollArea, column_of, fill
from gui.widgets.theme import GRID, icon_size, theme

for _section in SECTIONS:  # while the page itself is imported, on another thread
    importlib.import_module(_section.module)

LIST_PX, ROW_PX = 24 * GRID, 5 * GRID
_SIDE_PX = 5 * GRID  # of a row, around icon and text


class SettingsPage(QWidget):
    """A section is made when it is first looked at."""

    def __init__(self, around: Around, sections: Sequence[Section] = SECTIONS):
        super().__init__()
        self.around, self._sections = around, sections
        self.made: dict[str, QWidget] = {}
        self.list = QListWidget()
        self.list.setObjectName("sections")
        self.list.setAccessibleName(_("Sections of the settings"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pages = QStackedWidget()
        for section in sections:
            item = QListWidgetItem(_(section.title))
            item.setToolTip(_(section.title))
            self.list.addItem(item)
            self.pages.addWidget(ScrollArea())
        row = QHBoxLayout(self, spacing=3 * GRID)
        row.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        fill(row, self.list, (column_of(None, (self.pages, 1), self.around.messages), 1))
        theme().changed.connect(self._paint_icons)
        self._measure()
        self._paint_icons()
        self.list.currentRowChanged.connect(self._show)
        self.list.setCurrentRow(0)
        self.setFocusProxy(self.list)

    def _measure(self) -> None:
        """As wide as the longest word wants it, as high as the lines; Qt would ignore the style sheet."""
        metrics = self.list.fontMetrics()
        titles = [_(section.title) for section in self._sections]
        longest = max(metrics.horizontalAdvance(word) for title in titles for word in title.split())
        width = max(LIST_PX, longest + icon_size().width() + _SIDE_PX)
        self.list.setFixedWidth(width)
        self.list.setIconSize(icon_size())
        room = QRect(0, 0, width - icon_size().width() - _SIDE_PX, 10_000)
        for row, title in enumerate(titles):
            height = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), title).height()
            self.list.item(row).setSizeHint(QSize(0, max(ROW_PX, height + 2 * GRID)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.made:
            self._measure()

    def _paint_icons(self) -> None:
        for row, section in enumerate(self._sections):
            self.list.item(row).setIcon(theme().icon(section.icon))

    def _show(self, row: int) -> None:
        section, area = self._sections[row], self.pages.widget(row)
        if section.name not in self.made:
            self.made[section.name] = section.make(self.around)
            area.setWidget(self.made[section.name])
            self.around.messages.keep_still(area)
        self.pages.setCurrentIndex(row)

    def show_section(self, name: str) -> QWidget:
        """As if the person had chosen it; gives its widget."""
        self.list.setCurrentRow([section.name for section in self._sections].index(name))
        return self.made[name]

    def save_last(self) -> None:
        """Before the program ends."""
        for widget in self.made.values():
            if hasattr(widget, "save_last"):
                widget.save_last()
