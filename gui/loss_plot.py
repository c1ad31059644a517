"""The learning curve as two plots over the same epochs: loss above, error rates below."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.curve import Curve, HeldPoint
from gui.form import push_button
from gui.i18n import _
from gui.theme import GRID, theme

REDRAW_EVERY_MS = 500
_SHARE_SHOWN = 95  # per cent of the steps
_PALE = 110  # of 255
_LEGEND_PX = 24 * GRID
_SOLID, _DASHED = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine


class LossPlot(QWidget):
    """Zoomed with the wheel, moved with the mouse. Redrawn from a timer, so that quick steps cost nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._curve, self._stale, self._is_whole = Curve(), True, True
        self._view = pg.GraphicsLayoutWidget()
        self._view.setAccessibleName(_("Learning curve"))
        self.loss = self._plot(0, _("loss"))
        self.rates = self._plot(1, _("errors, %"))
        self.rates.setXLink(self.loss)
        self.rates.setLabel("bottom", _("epoch"))
        self.whole = push_button(_("Whole curve"), _("Show the whole curve again after zooming"), "link")
        self.whole.clicked.connect(self.show_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._view, 1)
        column.addWidget(self.whole, 0, Qt.AlignmentFlag.AlignRight)
        self._view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)  # it would have 640 x 480
        self.setMinimumHeight(32 * GRID)
        self._clock = QTimer(self, interval=REDRAW_EVERY_MS)
        self._clock.timeout.connect(self.redraw)
        self._clock.start()
        theme().changed.connect(self._paint)
        self._add_lines()
        self._view.ci.layout.setColumnFixedWidth(1, _LEGEND_PX)
        self._paint()

    def _plot(self, row: int, name: str) -> pg.PlotItem:
        plot = self._view.addPlot(row=row, col=0)
        plot.setLabel("left", name)
        plot.getAxis("left").setWidth(7 * GRID)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.getAxis("bottom").enableAutoSIPrefix(False)
        plot.showGrid(x=True, y=True, alpha=0.2)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.legend = pg.LegendItem(labelTextSize="9pt")
        self._view.addItem(plot.legend, row=row, col=1)  # beside the plot, where it hides no line
        plot.vb.sigRangeChangedManually.connect(self._keep_zoom)
        return plot

    def _add_lines(self) -> None:
        self.train = self.loss.plot(name=_("training"))
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

    def _paint(self) -> None:
        """In the theme's colours; the accent is for new sentences, since they are what counts."""
        colours = theme().colours
        self._view.setBackground(colours.window)
        self.train.setPen(pg.mkPen(colours.quiet_text, width=1))
        for (kind, group), line in self.lines.items():
            colour = QColor({"loss": colours.accent, "cer": colours.accent, "wer": colours.text}[kind])
            if group == "seen":
                colour.setAlpha(_PALE)
            pen = pg.mkPen(colour, width=2, style=_SOLID if group == "unseen" else _DASHED)
            line.setPen(pen)
            line.setSymbol("o")
            line.setSymbolSize(5)
            line.setSymbolPen(None)
            line.setSymbolBrush(colour)
        for line in self.best:
            line.setPen(pg.mkPen(colours.accent, width=1, style=Qt.PenStyle.DotLine))
        self.best[1].label.setColor(colours.accent)
        for plot in (self.loss, self.rates):
            plot.legend.setLabelTextColor(colours.text)
            for sample, label in plot.legend.items:
                label.setText(label.text, color=colours.text)
                sample.update()
            for name in ("left", "bottom"):
                plot.getAxis(name).setPen(colours.line)
                plot.getAxis(name).setTextPen(colours.quiet_text)

    def show_curve(self, curve: Curve) -> None:
        """Another curve; the same one that has grown is told by `touch`."""
        self._curve = curve
        self.touch()
        self.show_all()

    def touch(self) -> None:
        self._stale = True

    def show_all(self) -> None:
        self._is_whole = True
        for plot in (self.loss, self.rates):
            plot.enableAutoRange()
        self._show_loss_range()

    def _keep_zoom(self, *_axes: object) -> None:
        self._is_whole = False

    def _show_loss_range(self) -> None:
        """A few steps may have many times the loss of all others: they must not flatten the curve."""
        losses = [loss for _place, loss in self._curve.train]
        if losses and self._is_whole:
            held = [point.loss for point in (*self._curve.seen, *self._curve.unseen)]
            self.loss.setYRange(0, max([float(np.percentile(losses, _SHARE_SHOWN)), *held]))

    def redraw(self) -> None:
        if not self._stale or not self.isVisible():
            return
        self._stale = False
        curve = self._curve
        self.train.setData(*_columns(curve.train))
        for (kind, group), line in self.lines.items():
            line.setData(*_columns([_place(point, kind) for point in getattr(curve, group)]))
        for line in self.best:
            line.setVisible(curve.best_epoch is not None)
            line.setValue(curve.best_epoch or 0)
        self._show_loss_range()


def _columns(points: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _y in points], [y for _x, y in points]


def _place(point: HeldPoint, kind: str) -> tuple[float, float]:
    value = getattr(point, kind)
    return point.epoch, value if kind == "loss" else 100 * value
