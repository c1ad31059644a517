"""A page of the window that is imported and made when it is first wanted, so that the window opens without it."""

import importlib
import sys
from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from gui.core.problem import problem_words
from gui.core.tasks import Work
from gui.widgets.form import column_of
from gui.widgets.label import Label
from gui.widgets.log_window import failure_link


class LatePage(QWidget):
    """module: what takes long to import; make: gives the page afterwards. waiting: said until it is there.

    page: the page, None until it is made; `made` when it is. A failure is told in its place, and the next look at
    the page tries again.
    """

    made = Signal()

    def __init__(self, module: str, make: Callable[[], QWidget], waiting: str):
        super().__init__()
        self._module, self._make, self._waiting = module, make, waiting
        self.page: QWidget | None = None
        self._importing = Work(self, ended=self._end_import)
        self.hint = Label(waiting, wraps=True, centred=True)
        self._show_log = failure_link()
        column_of(self, self.hint, (self._show_log, 0, Qt.AlignmentFlag.AlignCenter))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.prepare()

    def prepare(self) -> None:
        """Makes the page, unless it is there or on its way."""
        if self.page is not None or self._importing.running:
            return
        if self._module in sys.modules:
            self._build()
            return
        self.hint.setText(self._waiting)
        self._show_log.hide()
        self._importing.start(self._import)

    def _import(self) -> Iterator[None]:
        importlib.import_module(self._module)
        yield None

    def _end_import(self, outcome: Exception | None) -> None:
        if outcome is None:
            self._build()
        else:
            self.hint.setText(problem_words(outcome))
            self._show_log.show()

    def _build(self) -> None:
        self.page = self._make()
        self.layout().replaceWidget(self.hint, self.page)
        self.hint.hide()
        self._show_log.hide()
        self.made.emit()
