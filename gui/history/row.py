"""How an entry is drawn in the list: name and day, under them a line of its text, or what there is to say of it."""

import re

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.history.entry import Entry, State, found_at
from gui.core.i18n import _
from gui.history.model import ENTRY, FRACTION
from gui.history.words import ICONS, STATE_ICONS, day_words, length_words, state_words, title_words
from gui.widgets.form import named
from gui.widgets.theme import GRID, icon_px, theme

SIDE = 2 * GRID
LEAST_BEFORE = 24  # letters shown before what was found


class HistoryRow(QStyledItemDelegate):
    """query: what is looked for; it is shown in the accent colour and in bold.

    `renamed(entry, title)`: another name was typed into its row.
    """

    renamed = Signal(object, str)
    query = ""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> QLineEdit:
        return named(QLineEdit(parent), _("Name of the entry"))

    def setEditorData(self, editor: QLineEdit, index: QModelIndex) -> None:
        entry: Entry | None = index.data(ENTRY)
        if entry is not None and not editor.isModified():
            editor.setText(entry.title or title_words(entry))
            editor.selectAll()

    def updateEditorGeometry(self, editor: QLineEdit, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        left = option.rect.left() + SIDE + icon_px() + SIDE - GRID
        row = option.rect.adjusted(0, GRID // 2, 0, -GRID // 2)
        editor.setGeometry(left, row.top(), row.right() - SIDE - left, row.height())

    def setModelData(self, editor: QLineEdit, model: QAbstractItemModel, index: QModelIndex) -> None:
        """The history writes it, and the list follows."""
        entry: Entry | None = index.data(ENTRY)
        if entry is not None:
            self.renamed.emit(entry, editor.text().strip())

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(0, 2 * QFontMetrics(theme().font(1.0)).height() + 3 * GRID + GRID // 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        entry: Entry | None = index.data(ENTRY)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, option)
        if entry is not None:
            inner = option.rect.adjusted(SIDE, GRID + GRID // 2, -SIDE, -GRID - GRID // 2)
            self._write(painter, inner, entry, index.data(FRACTION))
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours = theme().colours
        shape = option.rect.adjusted(GRID // 2, 1, -GRID // 2, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(colours.accent_ground))
            painter.drawRoundedRect(shape, GRID, GRID)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(shape, GRID, GRID)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colours.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(shape, GRID, GRID)

    def _write(self, painter: QPainter, inner: QRect, entry: Entry, fraction: float | None) -> None:
        colours = theme().colours
        icon = theme().icon(ICONS[entry.kind], colours.quiet_text)
        line = QFontMetrics(theme().font(1.0)).height()
        icon.paint(painter, QRect(inner.left(), inner.top() + (line - icon_px()) // 2, icon_px(), icon_px()))
        left = inner.left() + icon_px() + SIDE
        right = (day_words(entry.created), length_words(entry))
        for number, (words, aside) in enumerate(zip((title_words(entry), ""), right, strict=True)):
            top = inner.top() + number * (line + GRID // 2)
            painter.setFont(theme().font(1.0))
            painter.setPen(QColor(colours.quiet_text))
            taken = QFontMetrics(painter.font()).horizontalAdvance(aside)
            painter.drawText(QRect(inner.right() - taken, top, taken + 1, line), Qt.AlignmentFlag.AlignRight, aside)
            place = QRect(left, top, max(0, inner.right() - taken - 2 * SIDE - left), line)
            if number == 0:
                self._pieces(painter, place, words, True)
            else:
                self._second_line(painter, place, entry, fraction)

    def _second_line(self, painter: QPainter, place: QRect, entry: Entry, fraction: float | None) -> None:
        state = state_words(entry, fraction)
        if not state:
            self._pieces(painter, place, entry.text, False)
            return
        colours = theme().colours
        if entry.state in STATE_ICONS:
            name = colours.accent if entry.state is State.READING else colours.quiet_text
            side = place.height()
            theme().icon(STATE_ICONS[entry.state], name).paint(painter, QRect(place.left(), place.top(), side, side))
            place = place.adjusted(side + GRID // 2, 0, 0, 0)
        begun = " ".join(entry.text.split())
        words = f"{state} · {begun}" if begun else state
        self._draw(painter, place, words, theme().font(1.0), colours.quiet_text)

    def _pieces(self, painter: QPainter, place: QRect, text: str, is_title: bool) -> None:
        """One line of text, with what was found in it marked."""
        text = re.sub(r"\s+", " ", text)
        colours = theme().colours
        weight = QFont.Weight.DemiBold if is_title else QFont.Weight.Normal
        font, colour = theme().font(1.0, weight), colours.text if is_title else colours.quiet_text
        found = found_at(text, self.query)
        if found is None:
            self._draw(painter, place, text, font, colour)
            return
        start, end = found
        cut = max(0, start - LEAST_BEFORE) if not is_title else 0
        before = ("…" if cut else "") + text[cut:start]
        place = self._draw(painter, place, before, font, colour, more=True)
        place = self._draw(
            painter, place, text[start:end], theme().font(1.0, QFont.Weight.Bold), colours.accent, more=True
        )
        self._draw(painter, place, text[end:], font, colour)

    @staticmethod
    def _draw(painter: QPainter, place: QRect, text: str, font: QFont, colour: str, more: bool = False) -> QRect:
        """Gives the room that is left."""
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine, shown)
        return place.adjusted(min(place.width(), metrics.horizontalAdvance(shown)), 0, 0, 0) if more else place
