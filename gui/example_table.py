"""What the model made of a held-out sentence after each epoch, beside what was said."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from gui.i18n import _
from trainer.events import EpochDone


class ExampleTable(QTableWidget):
    """The newest epoch on top."""

    def __init__(self) -> None:
        super().__init__(0, 3)
        self.setHorizontalHeaderLabels([_("Epoch"), _("Said"), _("Read")])
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

    def add(self, done: EpochDone) -> None:
        for held in done.held:
            self.insertRow(0)
            for column, text in enumerate((str(done.epoch), held.reference, held.hypothesis)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.setItem(0, column, item)
