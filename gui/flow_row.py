"""A row that goes on below where there is no room for all of it: large text must not push buttons out of the window."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QSpacerItem, QWidget, QWidgetItem

_FEWEST_LETTERS = 24  # what takes the rest of a line has at least room for so many


class FlowRow(QLayout):
    """Used as a QHBoxLayout is. Blanks made by `addStretch` count only while everything is on one line.

    centred: lines stand in the middle.
    """

    def __init__(self, parent: QWidget | None = None, centred: bool = False):
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._stretched: list[QLayoutItem] = []
        self._centred = centred
        self.setContentsMargins(0, 0, 0, 0)

    def addWidget(self, widget: QWidget, stretch: int = 0) -> None:
        """stretch: it takes what is left of its line."""
        self.insertWidget(len(self._items), widget)
        if stretch:
            self._stretched.append(self._items[-1])

    def insertWidget(self, place: int, widget: QWidget) -> None:
        self.addChildWidget(widget)
        self._items.insert(place, QWidgetItem(widget))
        self.invalidate()

    def addStretch(self) -> None:
        self.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum))

    def addSpacing(self, width: int) -> None:
        self.addItem(QSpacerItem(width, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum))

    # --- what Qt asks of a layout ---

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, place: int) -> QLayoutItem | None:
        return self._items[place] if 0 <= place < len(self._items) else None

    def takeAt(self, place: int) -> QLayoutItem | None:
        return self._items.pop(place) if 0 <= place < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        lines = self._lines(width - margins.left() - margins.right())
        inner = sum(self._height(line, self._widths(line, width, len(lines))) for line in lines)
        return inner + self._gap * max(0, len(lines) - 1) + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        shown = self._shown()
        width = sum(item.sizeHint().width() for item in shown) + self._gap * max(0, len(shown) - 1)
        return self._with_margins(width, max((item.sizeHint().height() for item in shown), default=0))

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._shown()]
        return self._with_margins(
            max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0)
        )

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        inner = rect.marginsRemoved(self.contentsMargins())
        lines, y = self._lines(inner.width()), inner.y()
        for line in lines:
            widths = self._widths(line, inner.width(), len(lines))
            height = self._height(line, widths)
            used = sum(widths) + self._gap * (len(line) - 1)
            x = inner.x() + ((inner.width() - used) // 2 if self._centred else 0)
            for item, width in zip(line, widths, strict=True):
                item.setGeometry(QRect(QPoint(x, y), QSize(width, height)))
                x += width + self._gap
            y += height + self._gap

    # --- lines ---

    @property
    def _gap(self) -> int:
        return max(0, self.spacing())

    def _with_margins(self, width: int, height: int) -> QSize:
        margins = self.contentsMargins()
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty() or item.spacerItem() is not None]

    def _wanted(self, item: QLayoutItem, width: int) -> int:
        wanted = item.sizeHint().width()
        if item in self._stretched:
            wanted = min(wanted, _FEWEST_LETTERS * item.widget().fontMetrics().averageCharWidth())
        return min(max(wanted, item.minimumSize().width()), width)

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        shown = self._shown()
        needed = sum(self._wanted(item, width) for item in shown) + self._gap * max(0, len(shown) - 1)
        if needed <= width:
            return [shown] if shown else []
        lines: list[list[QLayoutItem]] = []
        left = 0
        for item in shown:
            wanted = self._wanted(item, width)
            if item.spacerItem() is not None:
                continue
            if not lines or wanted > left:
                lines.append([])
                left = width
            lines[-1].append(item)
            left -= wanted + self._gap
        return lines

    def _widths(self, line: list[QLayoutItem], width: int, n_lines: int) -> list[int]:
        widths = [self._wanted(item, width) for item in line]
        left = max(0, width - sum(widths) - self._gap * (len(line) - 1))
        growing = [i for i, item in enumerate(line) if item in self._stretched]
        if not growing and n_lines == 1:
            growing = [i for i, item in enumerate(line) if item.expandingDirections() & Qt.Orientation.Horizontal]
        for place in growing:
            widths[place] += left // len(growing)
        return widths

    @staticmethod
    def _height(line: list[QLayoutItem], widths: list[int]) -> int:
        return max(
            item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
            for item, width in zip(line, widths, strict=True)
        )
