"""The learning curve as two plots over the same epochs: loss above, error rates below."""

import math

import numpy as np
import pyqtgraph as pg
from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.core.i18n import _, decimal_point
from gui.widgets.form import LEFT, column_of, fill, push_button
from gui.widgets.label import Label
from gui.widgets.theme import GRID, theme
from trainer.training.loss_curve import Curve, HeldPoint

REDRAW_EVERY_MS = 500
_SHARE_SHOWN = 85  # per cent of the steps
_PALER = 165  # of 255
_ZOOM = 0.8
_HEADROOM = 1.05
# Letters and words stand in one plot, so their lines differ by more than colour.
_SYMBOLS = {"loss": "o", "cer": "o", "wer": "t1"}
_SYMBOL_PX = {"o": 5, "t1": 9}
_SOLID, _DASHED = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine


class LineSample(QWidget):
    """A short piece of a line, as it is drawn in the plot."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(QSize(4 * GRID, 2 * GRID))
        self._pen, self._symbol = QPen(), ""

    def show_pen(self, pen: QPen, symbol: str) -> None:
        self._pen, self._symbol = pen, symbol
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        middle = self.height() / 2
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        if self._symbol:
            painter.translate(self.width() / 2, middle)
            drawSymbol(
                painter, self._symbol, _SYMBOL_PX[self._symbol] + 1, pg.mkPen(None), pg.mkBrush(self._pen.color())
            )


class Axis(pg.AxisItem):
    """Its numbers as the window's language writes them."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [text.replace(".", decimal_point()) for text in super().tickStrings(values, scale, spacing)]


class EpochAxis(Axis):
    """Whole epochs alone: there is nothing between them to be named."""

    def tickSpacing(self, least: float, most: float, size: float) -> list[tuple[float, float]]:
        whole = [(round(spacing), 0) for spacing, _offset in super().tickSpacing(least, most, size) if spacing >= 1]
        return whole or [(1, 0)]


class LossPlot(QWidget):
    """Zoomed with the wheel or + and -, moved with the mouse or the arrows. Redrawn from a timer, so that quick steps
    cost nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.curve, self._stale, self._is_whole = Curve(), True, True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Learning curve"))
        self.setToolTip(_("Wheel, or + and −: zoom. Mouse, or arrows: move. Home: the whole curve."))
        self.loss_view, self.rates_view = self._view(_("loss")), self._view(_("errors, %"))
        self.loss, self.rates = self.loss_view.getPlotItem(), self.rates_view.getPlotItem()
        self.rates.setXLink(self.loss)
        self.rates.setLabel("bottom", _("epoch"))
        self.whole = push_button(_("Whole curve"), _("Show the whole curve again after zooming"), "link")
        self.whole.clicked.connect(self.show_all)
        self.samples: list[tuple[pg.PlotDataItem, LineSample]] = []
        self.legend: dict[str, QWidget] = {}
        self._add_lines()
        self._lay_out()
        self._clock = QTimer(self, interval=REDRAW_EVERY_MS, timeout=self.redraw)
        self._clock.start()
        theme().changed.connect(self._paint)
        self._paint()

    def _view(self, name: str) -> pg.PlotWidget:
        view = pg.PlotWidget(axisItems={"left": Axis("left"), "bottom": EpochAxis("bottom")})
        view.setAccessibleName(name)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)  # it would have 640 x 480
        view.setFrameShape(view.Shape.NoFrame)
        plot = view.getPlotItem()
        plot.setLabel("left", name)
        plot.getAxis("left").setWidth(7 * GRID)
        for side in ("left", "bottom"):
            plot.getAxis(side).enableAutoSIPrefix(False)
        plot.showGrid(x=True, y=True, alpha=0.2)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.vb.sigRangeChangedManually.connect(self._keep_zoom)
        return view

    def _add_lines(self) -> None:
        self.train = self.loss.plot(name=_("training"))
        self.train.setDownsampling(auto=True, method="mean")
        self.lines = {
            ("loss", "unseen"): self.loss.plot(name=_("new sentences")),
            ("loss", "seen"): self.loss.plot(name=_("known sentences")),
            ("cer", "unseen"): self.rates.plot(name=_("letters, new sentences")),
            ("cer", "seen"): self.rates.plot(name=_("letters, known sentences")),
            ("wer", "unseen"): self.rates.plot(name=_("words, new sentences")),
            ("wer", "seen"): self.rates.plot(name=_("words, known sentences")),
        }
        self.best = [pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90, label=_("best"), labelOpts={"position": 0.9})]
        for plot, line in zip((self.loss, self.rates), self.best, strict=True):
            line.hide()
            plot.addItem(line, ignoreBounds=True)

    def _lay_out(self) -> None:
        grid = QGridLayout(self, horizontalSpacing=2 * GRID, verticalSpacing=GRID)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.loss_view, 0, 0)
        grid.addWidget(self.rates_view, 1, 0)
        of_loss = [self.train, *(line for (kind, _of), line in self.lines.items() if kind == "loss")]
        of_rates = [line for (kind, _of), line in self.lines.items() if kind != "loss"]
        grid.addLayout(self._legend(of_loss), 0, 1)
        grid.addLayout(self._legend(of_rates, self.whole), 1, 1)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(0, 5)
        grid.setRowStretch(1, 6)  # the epochs stand under it
        self.setMinimumHeight(34 * GRID)

    def _legend(self, lines: list[pg.PlotDataItem], *below: QWidget) -> QVBoxLayout:
        """Beside the plot, where it hides no line."""
        for line in lines:
            sample = LineSample()
            self.samples.append((line, sample))
            entry = self.legend[line.name()] = QWidget()
            row = QHBoxLayout(entry, spacing=GRID)
            row.setContentsMargins(0, 0, 0, 0)
            fill(row, sample, (Label(line.name()), 1))
        entries = [self.legend[line.name()] for line in lines]
        return column_of(None, *entries, None, *((widget, 0, LEFT) for widget in below), gap=GRID // 2)

    def _paint(self) -> None:
        """In the theme's colours; the accent is for new sentences, since they are what counts."""
        colours = theme().colours
        self.train.setPen(pg.mkPen(colours.quiet_text, width=1))
        for (kind, group), line in self.lines.items():
            colour = QColor({"loss": colours.accent, "cer": colours.accent, "wer": colours.text}[kind])
            if group == "seen":
                colour.setAlpha(_PALER)
            line.setPen(pg.mkPen(colour, width=2, style=_SOLID if group == "unseen" else _DASHED))
            line.setSymbol(_SYMBOLS[kind])
            line.setSymbolSize(_SYMBOL_PX[_SYMBOLS[kind]])
            line.setSymbolPen(None)
            line.setSymbolBrush(colour)
        for line, sample in self.samples:
            sample.show_pen(pg.mkPen(line.opts["pen"]), line.opts["symbol"] or "")
        for line in self.best:
            line.setPen(pg.mkPen(colours.accent, width=1, style=Qt.PenStyle.DotLine))
        self.best[1].label.setColor(colours.accent)
        for view in (self.loss_view, self.rates_view):
            view.setBackground(colours.window)
            for name in ("left", "bottom"):
                axis = view.getPlotItem().getAxis(name)
                axis.setPen(colours.line)
                axis.setTextPen(colours.quiet_text)

    def show_curve(self, curve: Curve) -> None:
        """Another curve; the same one that has grown is told by `touch`."""
        self.curve = curve
        self.touch()
        self.show_all()

    def touch(self) -> None:
        self._stale = True

    # --- zooming ---

    def show_all(self) -> None:
        self._is_whole = True
        self._show_whole()

    def _keep_zoom(self, *_axes: object) -> None:
        self._is_whole = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        left, right = self.loss.viewRange()[0]
        moves = {Qt.Key.Key_Left: -0.1, Qt.Key.Key_Right: 0.1}
        if event.key() == Qt.Key.Key_Home:
            self.show_all()
        elif event.key() in moves:
            self._is_whole = False
            self.loss.vb.translateBy(x=moves[event.key()] * (right - left))
        elif event.text() in ("+", "=", "-"):
            self._is_whole = False
            self.loss.vb.scaleBy(x=1 / _ZOOM if event.text() == "-" else _ZOOM)
        else:
            super().keyPressEvent(event)

    def _show_whole(self) -> None:
        """From where the data begin, to where they end: nothing is before the first epoch, and nothing below zero.

        A few steps may have many times the loss of all others: they must not flatten the curve.
        """
        curve = self.curve
        held = [*curve.seen, *curve.unseen]
        places = [place for place, _loss in curve.train] + [point.epoch for point in held]
        for plot in (self.loss, self.rates):
            for side in ("left", "bottom"):  # numbers without a curve would be made up
                plot.getAxis(side).setStyle(showValues=bool(places))
        if not places or not self._is_whole:
            return
        first = math.floor(min(places)) if len(places) > 1 else 0
        self.loss.setXRange(first, max(max(places), first + 1), padding=0)
        losses = [loss for _place, loss in curve.train]
        steps = [float(np.percentile(losses, _SHARE_SHOWN))] if losses else []
        highest = max([*steps, *(point.loss for point in held)])
        self.loss.setYRange(0, _HEADROOM * highest or 1, padding=0)
        rates = [100 * rate for point in held for rate in (point.cer, point.wer)]
        self.rates.setYRange(0, _HEADROOM * max(rates, default=100) or 1, padding=0)

    def redraw(self) -> None:
        if not self._stale or not self.isVisible():
            return
        self._stale = False
        curve = self.curve
        self.train.setData(*_columns(curve.train))
        for (kind, group), line in self.lines.items():
            line.setData(*_columns([_place(point, kind) for point in getattr(curve, group)]))
        for line in self.best:
            line.setVisible(curve.best_epoch is not None)
            line.setValue(curve.best_epoch or 0)
        for line, sample in self.samples:
            sample.parentWidget().setVisible(line.xData is not None and len(line.xData) > 0)
        self._show_whole()


def _columns(points: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _y in points], [y for _x, y in points]


def _place(point: HeldPoint, kind: str) -> tuple[float, float]:
    value = getattr(point, kind)
    return point.epoch, value if kind == "loss" else 100 * value
