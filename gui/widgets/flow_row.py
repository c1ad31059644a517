"""A row that goes on below where there is no room for all of it: large text must not push buttons out of the window."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_Flag = QSizePolicy.PolicyFlag
_FEWEST_LETTERS = 24  # what takes the rest of a line has at least room for so many


@dataclass(frozen=True)
class _Blank:
    """width: of a fixed one, in pixels. grows: it takes what is left of its line."""

    width: int = 0
    grows: bool = False

    is_shown = True

    @property
    def hint(self) -> QSize:
        return QSize(self.width, 0)

    def least(self, hint: QSize) -> QSize:
        return hint

    def height_for(self, width: int, hint: QSize) -> int:
        return 0

    def place(self, place: QRect) -> None:
        pass


@dataclass(frozen=True)
class _Part:
    """A widget with what Qt's layouts ask of one. Their own QWidgetItem will not do: Python's collector deletes it on
    whatever thread it runs, and the widget with it."""

    widget: QWidget

    @property
    def is_shown(self) -> bool:
        return not self.widget.isHidden()

    @property
    def grows(self) -> bool:
        return _has(self.widget.sizePolicy().horizontalPolicy(), _Flag.ExpandFlag)

    @property
    def hint(self) -> QSize:
        widget = self.widget
        wanted = widget.sizeHint().expandedTo(widget.minimumSizeHint())
        return wanted.boundedTo(widget.maximumSize()).expandedTo(widget.minimumSize())

    def least(self, hint: QSize) -> QSize:
        """The smallest size that the widget puts up with. hint: its own."""
        widget, policy, least = self.widget, self.widget.sizePolicy(), self.widget.minimumSizeHint()
        width = least.width() if _has(policy.horizontalPolicy(), _Flag.ShrinkFlag) else hint.width()
        height = least.height() if _has(policy.verticalPolicy(), _Flag.ShrinkFlag) else hint.height()
        return QSize(
            widget.minimumWidth() or min(max(0, width), widget.maximumWidth()),
            widget.minimumHeight() or min(max(0, height), widget.maximumHeight()),
        )

    def height_for(self, width: int, hint: QSize) -> int:
        widget = self.widget
        if not widget.hasHeightForWidth():
            return hint.height()
        layout = widget.layout()
        height = layout.totalHeightForWidth(width) if layout is not None else widget.heightForWidth(width)
        return max(widget.minimumHeight(), min(height, widget.maximumHeight()))

    def place(self, place: QRect) -> None:
        """In the middle of the place where the widget does not grow to fill it."""
        widget, policy, hint = self.widget, self.widget.sizePolicy(), self.hint
        width = place.width() if _has(policy.horizontalPolicy(), _Flag.GrowFlag) else min(place.width(), hint.width())
        height = place.height() if _has(policy.verticalPolicy(), _Flag.GrowFlag) else min(place.height(), hint.height())
        size = QSize(width, height).boundedTo(widget.maximumSize())
        left = place.x() + (place.width() - size.width()) // 2
        top = place.y() + (place.height() - size.height()) // 2
        widget.setGeometry(QRect(QPoint(left, top), size))


@dataclass(frozen=True)
class _Wish:
    """A part and, asked once per layout, its hint and the width that it wants, in pixels."""

    part: _Part | _Blank
    hint: QSize
    width: int

    def height_for(self, width: int) -> int:
        return self.part.height_for(width, self.hint)


def _has(policy: QSizePolicy.Policy, flag: _Flag) -> bool:
    """Whether a widget of this policy may shrink below its hint or grow beyond it, or is to take what is left."""
    return bool(policy.value & flag.value)


class FlowRow(QWidget):
    """Widgets side by side. Blanks made by `addStretch` count only while everything is on one line.

    A widget and no layout: a layout written in Python would not own what is put into it, and Python would delete that
    whenever and on whatever thread it collects its garbage. centred: lines stand in the middle.
    """

    def __init__(self, parent: QWidget | None = None, centred: bool = False):
        super().__init__(parent)
        self._parts: list[_Part | _Blank] = []
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
        self._parts.insert(place, _Part(widget))
        if not is_hidden:
            widget.show()
        self.updateGeometry()

    def addStretch(self, _share: int = 1) -> None:
        self._parts.append(_Blank(grows=True))

    def addSpacing(self, width: int) -> None:
        self._parts.append(_Blank(width))

    # --- what a layout asks ---

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = self._lines(width)
        inner = sum(self._height(line, self._widths(line, width, len(lines))) for line in lines)
        return inner + self._gap * max(0, len(lines) - 1)

    def sizeHint(self) -> QSize:
        sizes = [part.hint for part in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        sizes = [part.least(part.hint) for part in self._shown()]
        return QSize(
            max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0)
        )

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
        return super().event(event)

    def _place(self) -> None:
        lines, y = self._lines(self.width()), 0
        for line in lines:
            widths = self._widths(line, self.width(), len(lines))
            height = self._height(line, widths)
            used = sum(widths) + self._gap * (len(line) - 1)
            x = (self.width() - used) // 2 if self._centred else 0
            for wish, width in zip(line, widths, strict=True):
                wish.part.place(QRect(QPoint(x, y), QSize(width, height)))
                x += width + self._gap
            y += height + self._gap

    # --- lines ---

    def _shown(self) -> list[_Part | _Blank]:
        return [part for part in self._parts if part.is_shown]

    def _is_stretched(self, part: _Part | _Blank) -> bool:
        return isinstance(part, _Part) and part.widget in self._stretched

    def _wish(self, part: _Part | _Blank, width: int) -> _Wish:
        hint = part.hint
        wanted = hint.width()
        if self._is_stretched(part):
            wanted = min(wanted, _FEWEST_LETTERS * part.widget.fontMetrics().averageCharWidth())
        return _Wish(part, hint, min(max(wanted, part.least(hint).width()), width))

    def _lines(self, width: int) -> list[list[_Wish]]:
        shown = [self._wish(part, width) for part in self._shown()]
        needed = sum(wish.width for wish in shown) + self._gap * max(0, len(shown) - 1)
        if needed <= width:
            return [shown] if shown else []
        lines: list[list[_Wish]] = []
        left = 0
        for wish in shown:
            if isinstance(wish.part, _Blank):
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
        growing = [i for i, wish in enumerate(line) if self._is_stretched(wish.part)]
        if not growing and n_lines == 1:
            growing = [i for i, wish in enumerate(line) if wish.part.grows]
        for place in growing:
            widths[place] += left // len(growing)
        return widths

    @staticmethod
    def _height(line: list[_Wish], widths: list[int]) -> int:
        return max(wish.height_for(width) for wish, width in zip(line, widths, strict=True))
