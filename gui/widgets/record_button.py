"""The one large round button, and around it how loud it is."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from gui.core.i18n import _
from gui.core.shortcuts import KEYS, shown, with_keys
from gui.widgets.theme import GRID, theme

DISC_PX = 9 * GRID
RING_PX = 12 * GRID
SIZE_PX = 13 * GRID
_RING_WIDTH = 5.0
_ICON_PX = 4 * GRID
_QUIETEST_DB = -54.0  # below it is the noise of a room
_FALL_PER_FRAME = 0.06
_FRAME_MS = 33


def loudness(rms: float) -> float:
    """Root mean square 0..1 -> share of the ring 0..1, even in decibels as hearing is."""
    if rms <= 0:
        return 0.0
    return min(1.0, max(0.0, 1 - 20 * math.log10(rms) / _QUIETEST_DB))


class RecordButton(QPushButton):
    """Starts and stops. `show_level` as sound comes; the ring falls back by itself.

    level: share of the ring that is lit, 0 to 1.
    """

    def __init__(self, parent: QWidget | None = None, keys: str = ""):
        """keys: told in the tooltip, instead of those of the command `record`."""
        super().__init__(parent)
        self.setFixedSize(SIZE_PX, SIZE_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew as the mouse comes and goes
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.level, self._keys = 0.0, keys
        self.is_overdriven = False
        self._recording = False
        self._fall = QTimer(self, interval=_FRAME_MS, timeout=self._fall_back)
        theme().changed.connect(self.update)
        KEYS.changed.connect(self._tell_keys)
        self.set_recording(False)

    def set_recording(self, recording: bool) -> None:
        self._recording = recording
        name = _("Stop") if recording else _("Record")
        self.setAccessibleName(name)
        self._tell_keys()
        if not recording:
            self.level, self.is_overdriven = 0.0, False
            self._fall.stop()
        self.update()

    def show_overdriven(self, overdriven: bool) -> None:
        """Whether the ring is red, since what it shows is too loud."""
        self.is_overdriven = overdriven
        self.update()

    def _tell_keys(self) -> None:
        name = self.accessibleName()
        self.setToolTip(f"{name} ({shown(self._keys)})" if self._keys else with_keys(name, "record"))

    def show_level(self, _peak: float, rms: float) -> None:
        if self._recording:
            self.level = max(self.level, loudness(rms))
            self._fall.start()
            self.update()

    def _fall_back(self) -> None:
        self.level = max(0.0, self.level - _FALL_PER_FRAME)
        if self.level == 0:
            self._fall.stop()
        self.update()

    def sizeHint(self) -> QSize:
        """A page whose height goes by its width asks for this, fixed size or not."""
        return QSize(SIZE_PX, SIZE_PX)

    def hitButton(self, position) -> bool:
        """Round: its corners are not it."""
        away = QPointF(position) - QPointF(self.rect().center())
        return math.hypot(away.x(), away.y()) <= RING_PX / 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QRectF(self.rect()).center()
        ring = _square(centre, RING_PX - _RING_WIDTH)
        painter.setPen(QPen(QColor(colours.line), _RING_WIDTH))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(ring)
        if self.level > 0:
            # From the bottom up on both sides; Qt counts sixteenths of a degree from three o'clock.
            half = round(180 * 16 * self.level)
            lit = QColor(colours.alarm if self.is_overdriven else colours.accent)
            painter.setPen(QPen(lit, _RING_WIDTH, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(ring, -90 * 16 - half, 2 * half)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawEllipse(_square(centre, SIZE_PX - 2))
        lit = self.underMouse() or self.isDown()
        painter.setPen(Qt.PenStyle.NoPen)
        disc = colours.accent_hover if lit else colours.accent
        painter.setBrush(QColor(disc if self.isEnabled() else colours.line))
        painter.drawEllipse(_square(centre, DISC_PX))
        if self._recording:
            painter.setBrush(QColor(colours.on_accent))
            painter.drawRoundedRect(_square(centre, 3 * GRID), 4, 4)
        else:
            icon = theme().icon("microphone", colours.on_accent if self.isEnabled() else colours.quiet_text)
            icon.paint(painter, _square(centre, _ICON_PX).toRect())
        painter.end()


def _square(centre: QPointF, side: float) -> QRectF:
    return QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
