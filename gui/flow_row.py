"""A row that goes on below where there is no room for all of it: large text must not push buttons out of the window."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLayoutItem, QSizePolicy, QSpacerItem, QWidget, QWidgetItem

_FEWEST_LETTERS = 24  # what takes the rest of a line has at least room for so many


class FlowRow(QWidget):
    """Widgets side by side. Blanks made by `addStretch` count only while everything is on one line.

    A widget and no layout: a layout written in Python would not own what is put into it, and Python would delete that
    whenever and on whatever thread it collects its garbage. centred: lines stand in the middle.
    """

    def __init__(self, parent: QWidget | None = None, centred: bool = False):
        super().__init__(parent)
        self._parts: list[QWidget | QSpacerItem] = []
        self._stretched: list[QWidget] = []
        self._gap, self._centred = 0, centred
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def setSpacing(self, gap: int) -> None:
        self._gap = gap

    def addWidget(self, widget: QWidget, stretch: int = 0) -> None:
        """stretch: it takes what is left of its line."""
        self.insertWidget(len(self._parts), widget)
        if stretch:
            self._stretched.append(widget)

    def insertWidget(self, place: int, widget: QWidget) -> None:
        is_hidden = widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide) and widget.isHidden()
        widget.setParent(self)
        self._parts.insert(place, widget)
        if not is_hidden:
            widget.show()
        self.updateGeometry()

    def addStretch(self) -> None:
        self._parts.append(QSpacerItem(0, 0, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum))

    def addSpacing(self, width: int) -> None:
        self._parts.append(QSpacerItem(width, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum))

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
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(
            max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.heightForWidth(self.width()) > self.height():  # reckoned for a width before
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
        return super().event(event)

    def _place(self) -> None:
        lines, y = self._lines(self.width()), 0
        for line in lines:
            widths = self._widths(line, self.width(), len(lines))
            height = self._height(line, widths)
            used = sum(widths) + self._gap * (len(line) - 1)
            x = (self.width() - used) // 2 if self._centred else 0
            for item, width in zip(line, widths, strict=True):
                item.setGeometry(QRect(QPoint(x, y), QSize(width, height)))
                x += width + self._gap
            y += height + self._gap

    # --- lines ---

    def _shown(self) -> list[QLayoutItem]:
        items = [part if isinstance(part, QSpacerItem) else QWidgetItem(part) for part in self._parts]
        return [item for item in items if not item.isEmpty() or item.spacerItem() is not None]

    def _wanted(self, item: QLayoutItem, width: int) -> int:
        wanted = item.sizeHint().width()
        if item.widget() in self._stretched:
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
        growing = [i for i, item in enumerate(line) if item.widget() in self._stretched]
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
