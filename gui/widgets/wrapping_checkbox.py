"""A box to tick whose text takes as many lines as it needs."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter

from gui.widgets.theme import GRID

_EDGE_PX = GRID // 2
_LEAST_PX = 20 * GRID
_WRAP = (
    Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
)


class Tick(QCheckBox):
    def __init__(self, text: str):
        super().__init__(text)
        policy = QSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def _left_px(self) -> int:
        """Where the text begins."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        return box.right() + 1 + GRID

    def _text_size(self, width: int) -> QSize:
        return self.fontMetrics().boundingRect(QRect(0, 0, width, 10_000), int(_WRAP), self.text()).size()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        text = self._text_size(10_000)
        return QSize(self._left_px + text.width() + 2 * _EDGE_PX, max(text.height() + 2 * _EDGE_PX, 4 * GRID))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), _LEAST_PX), self.sizeHint().height())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        text = self._text_size(max(1, width - self._left_px - _EDGE_PX))
        return max(text.height() + 2 * _EDGE_PX, 4 * GRID)

    def hitButton(self, place: QPoint) -> bool:
        return self.rect().contains(place)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_CheckBox, option)
        room = self.rect().adjusted(self._left_px, 0, -_EDGE_PX, 0)
        painter.setPen(option.palette.color(self.foregroundRole()))
        painter.drawText(room, int(_WRAP), self.text())
