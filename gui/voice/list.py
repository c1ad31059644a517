"""The sentences that are kept: what was said, and what the model hears in it."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QWidget

from engine.alphabet import normalise
from gui.core.i18n import _
from gui.core.shortcuts import bind
from gui.widgets.form import column_of, push_button, row_of
from gui.widgets.label import tip
from gui.widgets.lists import Table
from gui.widgets.theme import GRID
from trainer.evaluation.metrics import error_rate
from trainer.own_voice.store import Kept


class KeptList(QWidget):
    """`play_wanted(kept)`, `delete_wanted(kept)`; `choice_changed(kept, is_learned)`.

    bring_in: a button for the owner to connect.
    """

    play_wanted = Signal(object)
    delete_wanted = Signal(object)
    choice_changed = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[Kept] = []
        self._busy = False
        titles = [_("Sentence"), _("What the model hears"), _("Letter errors")]
        self.table = Table(_("Kept sentences"), titles, numbers=[2], narrow=[2])
        self.table.setWordWrap(False)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        row_px = max(4 * GRID, self.table.fontMetrics().height() + GRID)
        self.table.verticalHeader().setDefaultSectionSize(row_px)
        self.table.setMinimumHeight(12 * GRID)
        self.play = push_button(_("Hear it"), f"{_('Hear the chosen sentence')} (Enter)")
        out = _("Take the chosen sentence out; it can be brought back at once")
        self.delete = push_button(_("Delete"), f"{out} (Del)")
        hint = _("Take in a folder of your own recordings with their texts")
        self.bring_in = push_button(_("Import recordings…"), hint, command="voice_import")
        bind(self, "voice_import", self.bring_in.click)
        self._row = row_of(self.play, self.delete, None, self.bring_in)
        column_of(self, (self.table, 1), self._row)
        self.table.itemSelectionChanged.connect(self._show_state)
        self.table.itemActivated.connect(self._play)
        self.table.itemChanged.connect(self._changed)
        self.table.delete_wanted.connect(self._delete)
        self.play.clicked.connect(self._play)
        self.delete.clicked.connect(self._delete)
        self._show_state()

    def add_below(self, widget: QWidget) -> None:
        """Beside the buttons."""
        self._row.addWidget(widget)

    @property
    def chosen(self) -> Kept | None:
        row = self.table.currentRow()
        return self._kept[row] if 0 <= row < len(self._kept) and self.table.selectedItems() else None

    def show_kept(
        self,
        kept: Sequence[Kept],
        heard: dict[str, str],
        misread: Collection[str] = (),
        without: Collection[str] = (),
    ) -> None:
        """The newest on top; the choice stays where it is still there.

        misread, without: names of recordings of which something else is heard, and that are not learned from.
        """
        before = self.chosen
        self._kept = list(reversed(kept))
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(self._kept))
            for row, clip in enumerate(self._kept):
                name = clip.path.name
                self._fill_row(row, clip, heard.get(name), name in misread, name not in without)
            if before in self._kept:
                self.table.selectRow(self._kept.index(before))
            else:
                self.table.clearSelection()
        self._show_state()

    def _fill_row(self, row: int, clip: Kept, heard: str | None, is_misread: bool, is_learned: bool) -> None:
        rate = None if heard is None else error_rate([(normalise(clip.text), normalise(heard))])
        share = _("{n} %, another text") if is_misread else _("{n} %")
        errors = "" if rate is None else share.format(n=f"{100 * rate.cer:.0f}")
        shown = "…" if heard is None else heard or _("(nothing)")
        item = self.table.put(row, (clip.text, shown, errors))[0]
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if is_learned else Qt.CheckState.Unchecked)
        item.setToolTip(tip(f"{clip.text}\n{_('Ticked: the model learns from it')}"))

    def set_busy(self, busy: bool) -> None:
        """While something is written, nothing else can be begun."""
        self._busy = busy
        self._show_state()

    def _play(self, _item: object = None) -> None:
        if self.chosen is not None:
            self.play_wanted.emit(self.chosen)

    def _changed(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self.choice_changed.emit(self._kept[item.row()], item.checkState() is Qt.CheckState.Checked)

    def _delete(self) -> None:
        if self.chosen is not None and not self._busy:
            self.delete_wanted.emit(self.chosen)

    def _show_state(self) -> None:
        self.play.setEnabled(self.chosen is not None)
        self.delete.setEnabled(self.chosen is not None and not self._busy)
        self.bring_in.setEnabled(not self._busy)
