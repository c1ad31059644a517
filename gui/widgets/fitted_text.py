"""Text that fits where it stands: cut short with an ellipsis, or on as many lines as it needs."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStylePainter,
)

from gui.widgets.label import Label, tip
from gui.widgets.theme import GRID

_EDGE_PX = GRID // 2
_LEAST_PX = 20 * GRID
_WRAP = (
    Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
)


class Tick(QCheckBox):
    """A box to tick whose text wraps."""

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


class ElidedChoice(QComboBox):
    """A choice whose current text ends in an ellipsis where there is no room for it."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self._elided(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def _elided(self, option: QStyleOptionComboBox) -> str:
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self)
        return option.fontMetrics.elidedText(option.currentText, Qt.TextElideMode.ElideRight, room.width())


class ElidedLabel(Label):
    """A line whose middle, or another part, is left out where there is no room for it; the tooltip has all of it."""

    def __init__(self, left_out: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._whole, self._left_out = "", left_out
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        self._whole = text
        self.setToolTip(tip(text))
        self._elide()

    def minimumSizeHint(self) -> QSize:
        return QSize(GRID, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        elided = QFontMetrics(self.font()).elidedText(self._whole, self._left_out, self.width())
        if elided != self.text():
            self.setText(elided)
