"""A row that goes on below where there is no room for all of it: large text must not push buttons out of the window."""

from typing import NamedTuple

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLayoutItem, QSizePolicy, QSpacerItem, QWidget, QWidgetItem

_FEWEST_LETTERS = 24  # what takes the rest of a line has at least room for so many


class _Blank(QSpacerItem):
    """width: of a fixed one, in pixels; None for one that takes what is left of its line."""

    def __init__(self, width: int | None = None):
        super().__init__(width or 0, 0)
        self.grows = width is None


class _Wish(NamedTuple):
    """An item and, asked once per layout, its hint and the width that it wants, in pixels."""

    item: QLayoutItem
    hint: QSize
    width: int

    def height_for(self, width: int) -> int:
        return self.item.heightForWidth(width) if self.item.hasHeightForWidth() else self.hint.height()

    @property
    def grows(self) -> bool:
        if isinstance(self.item, _Blank):
            return self.item.grows
        return bool(self.item.expandingDirections() & Qt.Orientation.Horizontal)


class FlowRow(QWidget):
    """Widgets side by side. Blanks made by `addStretch` count only while everything is on one line.

    A widget and no layout, so that it can be hidden, and its widgets are its own from the moment they are put into it.
    centred: lines stand in the middle.
    """

    def __init__(self, centred: bool = False):
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._stretched: list[QWidget] = []
        self._gap, self._centred = 0, centred
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def setSpacing(self, gap: int) -> None:
        self._gap = gap

    def addWidget(self, widget: QWidget, stretch: int = 0) -> None:
        """stretch: it takes what is left of its line."""
        self.insertWidget(len(self._items), widget)
        if stretch:
            self._stretched.append(widget)

    def insertWidget(self, place: int, widget: QWidget) -> None:
        is_hidden = widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide) and widget.isHidden()
        widget.setParent(self)
        self._items.insert(place, QWidgetItem(widget))
        if not is_hidden:
            widget.show()
        self.updateGeometry()

    def addStretch(self, _share: int = 1) -> None:
        self._items.append(_Blank())

    def addSpacing(self, width: int) -> None:
        self._items.append(_Blank(width))

    # --- what a layout asks ---

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = self._lines(width)
        inner = sum(self._height(line, self._widths(line, width, len(lines))) for line in lines)
        return inner + self._gap * max(0, len(lines) - 1)

    def sizeHint(self) -> QSize:
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        least = QSize(0, 0)
        for item in self._shown():
            least = least.expandedTo(item.minimumSize())
        return least

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.heightForWidth(self.width()) > self.height():  # computed for an earlier width
            self.updateGeometry()
        self._place()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.updateGeometry()
        self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._place()
        elif event.type() == QEvent.Type.ChildRemoved and hasattr(self, "_items"):  # not while Python collects the row
            # Qt would not ask what is gone.
            self._items = [item for item in self._items if item.widget() is not event.child()]
        return super().event(event)

    def _place(self) -> None:
        lines, y = self._lines(self.width()), 0
        for line in lines:
            widths = self._widths(line, self.width(), len(lines))
            height = self._height(line, widths)
            used = sum(widths) + self._gap * (len(line) - 1)
            x = (self.width() - used) // 2 if self._centred else 0
            for wish, width in zip(line, widths, strict=True):
                wish.item.setGeometry(QRect(x, y, width, height))
                x += width + self._gap
            y += height + self._gap

    # --- lines ---

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if isinstance(item, _Blank) or not item.isEmpty()]

    def _wish(self, item: QLayoutItem, width: int) -> _Wish:
        hint = item.sizeHint()
        wanted = hint.width()
        if item.widget() in self._stretched:
            wanted = min(wanted, _FEWEST_LETTERS * item.widget().fontMetrics().averageCharWidth())
        return _Wish(item, hint, min(max(wanted, item.minimumSize().width()), width))

    def _lines(self, width: int) -> list[list[_Wish]]:
        shown = [self._wish(item, width) for item in self._shown()]
        needed = sum(wish.width for wish in shown) + self._gap * max(0, len(shown) - 1)
        if needed <= width:
            return [shown] if shown else []
        lines: list[list[_Wish]] = []
        left = 0
        for wish in shown:
            if isinstance(wish.item, _Blank):
                continue
            if not lines or wish.width > left:
                lines.append([])
                left = width
            lines[-1].append(wish)
            left -= wish.width + self._gap
        return lines

    def _widths(self, line: list[_Wish], width: int, n_lines: int) -> list[int]:
        widths = [wish.width for wish in line]
        left = max(0, width - sum(widths) - self._gap * (len(line) - 1))
        growing = [i for i, wish in enumerate(line) if wish.item.widget() in self._stretched]
        if not growing and n_lines == 1:
            growing = [i for i, wish in enumerate(line) if wish.grows]
        for place in growing:
            widths[place] += left // len(growing)
        return widths

    @staticmethod
    def _height(line: list[_Wish], widths: list[int]) -> int:
        return max(wish.height_for(width) for wish, width in zip(line, widths, strict=True))
