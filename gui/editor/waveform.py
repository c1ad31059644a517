"""The waveform with the words under it: seen, zoomed, and clicked to hear from there."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.audio.sound_on_disk import PEAK_S, Sound
from engine.events import Word
from engine.transcript.word_places import is_doubtful
from gui.core.i18n import _
from gui.core.words import clock_time
from gui.widgets.theme import GRID, theme

LEAST_PX_PER_S, FIRST_PX_PER_S, MOST_PX_PER_S = 10.0, 120.0, 480.0
ZOOM_STEP = 1.5
STEP_S = 1.0
_TICKS_S = (0.5, 1, 2, 5, 10, 30, 60)
_TICK_PX = 8 * GRID
_WAVE_PX = 6 * GRID
_LONGEST_WORD_PX = 100 * GRID
_QUIETEST = 0.05  # a recording without any speech is not blown up to fill the height
_FOLLOW_SHARE = 0.85  # of the width; beyond it the view turns a page


class Waveform(QWidget):
    """`seek_wanted(seconds)` on a click, a drag or an arrow key; `play_wanted` on the space bar."""

    seek_wanted = Signal(float)
    play_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._sound: Sound | None = None
        self._words: Sequence[Word] = ()
        self._starts: list[float] = []
        self._longest_s, self._loudest = 0.0, 1.0
        self.position_s = self.left_s = 0.0
        self.px_per_s = FIRST_PX_PER_S
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Waveform"))
        self.setAccessibleDescription(_("Arrow keys move a second, Space plays, plus and minus zoom"))
        self.setToolTip(_("Click to hear from there; turn the wheel with Ctrl to zoom"))
        self._row_px = 0
        theme().changed.connect(self.update)
        self._measure()

    def _measure(self) -> None:
        self._row_px = round(QFontMetricsF(self.font()).height())
        self.setFixedHeight(_WAVE_PX + 3 * self._row_px + 2 * GRID)

    # --- what it shows ---

    def show_sound(self, sound: Sound | None) -> None:
        self._sound = sound
        if sound is not None:
            fitting = self.width() / max(sound.duration_s, 0.1)
            self.px_per_s = min(max(FIRST_PX_PER_S, fitting), MOST_PX_PER_S)
            self._loudest = max(_QUIETEST, -int(sound.peaks.min()) / 32768, int(sound.peaks.max()) / 32768)
        self.position_s = self.left_s = 0.0
        self.setEnabled(sound is not None)
        self.update()

    def show_words(self, words: Sequence[Word]) -> None:
        """In the order of their times."""
        # A copy: the list is changed letter by letter while a person types, and told anew when they pause.
        self._words, self._starts = tuple(words), [word.start_s for word in words]
        self._longest_s = max((word.end_s - word.start_s for word in words), default=0.0)
        self.update()

    def show_position(self, time_s: float) -> None:
        self.position_s = time_s
        if not self.left_s <= time_s <= self.left_s + _FOLLOW_SHARE * self.shown_s:
            self._scroll_to(time_s - 0.1 * self.shown_s)
        self.update()

    @property
    def shown_s(self) -> float:
        """How many seconds are in view."""
        return self.width() / self.px_per_s

    def zoom(self, factor: float) -> None:
        """About the playing position, where it is in view."""
        centre_s = self.position_s
        if not self.left_s <= centre_s <= self.left_s + self.shown_s:
            centre_s = self.left_s + self.shown_s / 2
        share = (centre_s - self.left_s) / self.shown_s
        self.px_per_s = min(max(LEAST_PX_PER_S, self.px_per_s * factor), MOST_PX_PER_S)
        self._scroll_to(centre_s - share * self.shown_s)
        self.update()

    def _scroll_to(self, left_s: float) -> None:
        end_s = self._sound.duration_s if self._sound else 0.0
        self.left_s = max(0.0, min(left_s, end_s - 0.9 * self.shown_s))

    # --- drawing ---

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.page))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), GRID, GRID)
        painter.setClipRect(self.rect().adjusted(1, 1, -1, -1))
        if self._sound is None:
            return
        self._paint_clock(painter)
        self._paint_wave(painter)
        self._paint_words(painter)
        x = self._x(self.position_s)
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawLine(QPointF(x, self._row_px + GRID / 2), QPointF(x, self.height() - GRID / 2))
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), GRID, GRID)
        painter.end()

    def _x(self, time_s: float) -> float:
        return (time_s - self.left_s) * self.px_per_s

    def _paint_clock(self, painter: QPainter) -> None:
        every_s = next((tick for tick in _TICKS_S if tick * self.px_per_s >= _TICK_PX), _TICKS_S[-1])
        painter.setPen(QColor(theme().colours.quiet_text))
        time_s = (self.left_s // every_s) * every_s
        while time_s < min(self.left_s + self.shown_s, self._sound.duration_s):
            x = self._x(time_s)
            if time_s == int(time_s):
                painter.drawText(QRectF(x + 4, GRID / 2, _TICK_PX, self._row_px), clock_time(time_s))
            painter.drawLine(QPointF(x, GRID / 2), QPointF(x, GRID / 2 + self._row_px / 2))
            time_s += every_s

    def _paint_wave(self, painter: QPainter) -> None:
        """A line a pixel, from the least sample in it to the greatest; what was heard in the accent colour."""
        peaks, middle = self._sound.peaks, self._row_px + GRID + _WAVE_PX / 2
        edges = ((self.left_s + np.arange(self.width() + 1) / self.px_per_s) / PEAK_S).astype(int)
        n_shown = int(np.searchsorted(edges, len(peaks)))
        if not n_shown:
            return
        # Two neighbouring pixels may share a peak where it is zoomed in far: reduceat then takes that one.
        firsts = np.minimum(edges[:n_shown], len(peaks) - 1)
        least = np.minimum.reduceat(peaks[:, 0], firsts) / 32768
        greatest = np.maximum.reduceat(peaks[:, 1], firsts) / 32768
        last = min(len(peaks), int(edges[min(n_shown, self.width())]) + 1)  # reduceat's last one runs to the end
        least[-1], greatest[-1] = peaks[firsts[-1] : last].min() / 32768, peaks[firsts[-1] : last].max() / 32768
        scale = _WAVE_PX / 2 / self._loudest
        heard_x = self._x(self.position_s)
        lines = [
            QLineF(x + 0.5, middle - high * scale - 0.5, x + 0.5, middle - low * scale + 0.5)
            for x, (low, high) in enumerate(zip(least.tolist(), greatest.tolist(), strict=True))
        ]
        split = int(min(max(0, heard_x), len(lines)))
        for colour, part in ((theme().colours.accent, lines[:split]), (theme().colours.quiet_text, lines[split:])):
            painter.setPen(QColor(colour))
            painter.drawLines(part)

    def _paint_words(self, painter: QPainter) -> None:
        """In two rows by turns, so that short words find room."""
        colours, top = theme().colours, self._row_px + 1.5 * GRID + _WAVE_PX
        metrics = QFontMetricsF(self.font())
        playing = bisect_right(self._starts, self.position_s) - 1
        for index in self._words_in_view():
            word, x = self._words[index], self._x(self._words[index].start_s)
            y = top + (index % 2) * self._row_px
            after = self._x(self._starts[index + 2]) if index + 2 < len(self._words) else x + _LONGEST_WORD_PX
            text = metrics.elidedText(word.text, Qt.TextElideMode.ElideRight, after - x - GRID)
            if not text or text == "…":
                continue
            current = index == playing and self.position_s < word.end_s
            font = self.font()
            font.setBold(current)
            painter.setFont(font)
            painter.setPen(QColor(colours.accent if current else colours.text))
            painter.drawText(QPointF(x + 2, y + metrics.ascent()), text)
            if is_doubtful(word):
                painter.setPen(QPen(QColor(colours.accent), 1.5, Qt.PenStyle.DotLine))
                under = y + metrics.ascent() + 3
                painter.drawLine(QPointF(x + 2, under), QPointF(x + 2 + metrics.horizontalAdvance(text), under))
        painter.setFont(self.font())

    def _words_in_view(self) -> range:
        room_s = self._longest_s + 2 * _TICK_PX / self.px_per_s
        first = bisect_right(self._starts, self.left_s - room_s)
        return range(first, bisect_right(self._starts, self.left_s + self.shown_s))

    # --- what a person does ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek(self.left_s + event.position().x() / self.px_per_s)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(self.left_s + event.position().x() / self.px_per_s)

    def _seek(self, time_s: float) -> None:
        if self._sound is not None:
            self.seek_wanted.emit(min(max(0.0, time_s), self._sound.duration_s))

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(ZOOM_STEP if turned > 0 else 1 / ZOOM_STEP)
        else:
            self._scroll_to(self.left_s - turned / 120 * self.shown_s / 8)
            self.update()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                self._seek(self.position_s + (STEP_S if event.key() == Qt.Key.Key_Right else -STEP_S))
            case Qt.Key.Key_Home:
                self._seek(0.0)
            case Qt.Key.Key_End if self._sound is not None:
                self._seek(self._sound.duration_s)
            case Qt.Key.Key_Space:
                self.play_wanted.emit()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(ZOOM_STEP)
            case Qt.Key.Key_Minus:
                self.zoom(1 / ZOOM_STEP)
            case _:
                super().keyPressEvent(event)
