"""What the model made of held-out sentences after each epoch, beside what was said."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from gui.core.i18n import _
from gui.widgets.label import tip
from trainer.training.example_log import ExampleRow

_MOST = 200  # so many are looked at by nobody; more would make the page slow


class ExampleTable(QTableWidget):
    """The newest epochs, the last one on top."""

    def __init__(self) -> None:
        super().__init__(0, 3)
        self.setHorizontalHeaderLabels([_("Epoch"), _("Said"), _("Recognised")])
        self.setAccessibleName(_("Examples"))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def show_rows(self, rows: Sequence[ExampleRow]) -> None:
        """These and no others."""
        self.setRowCount(0)
        self.add(rows[-_MOST:])

    def add(self, rows: Sequence[ExampleRow]) -> None:
        """In the order of their epochs. An epoch that is told again was gone through again: the newer one stays."""
        while rows and self.rowCount() and int(self.item(0, 0).text()) >= rows[0].epoch:
            self.removeRow(0)
        for row in rows:
            self.insertRow(0)
            for column, text in enumerate((str(row.epoch), row.said, row.read)):
                item = QTableWidgetItem(text)
                item.setToolTip(tip(text))
                self.setItem(0, column, item)
        self.setRowCount(min(self.rowCount(), _MOST))
