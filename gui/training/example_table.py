"""What the model made of held-out sentences after each epoch, beside what was said."""

from collections.abc import Sequence

from gui.core.i18n import _
from gui.widgets.lists import Table
from trainer.training.example_log import ExampleRow

_MOST = 200  # so many are looked at by nobody; more would make the page slow


class ExampleTable(Table):
    """The newest epochs, the last one on top."""

    def __init__(self) -> None:
        super().__init__(_("Examples"), [_("Epoch"), _("Said"), _("Recognised")], narrow=[0])
        self.wrap_rows()

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
            self.put(0, (str(row.epoch), row.said, row.read))
        self.setRowCount(min(self.rowCount(), _MOST))
