"""Python's garbage is collected on the window's thread alone.

Python collects objects that hold one another on whatever thread makes the next object. Among them are Qt's, and a
widget that is deleted on another thread takes the process with it while the window paints.
"""

import atexit
import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1000


class Garbage(QObject):
    """Once a second the youngest generation that is due by Python's own thresholds, with all younger ones.

    Nothing is collected unasked in this process from then on, whether or not this object lives.
    """

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        gc.disable()
        atexit.unregister(gc.collect)
        atexit.register(gc.collect)  # while Qt is still there: Python's own last collection comes after it has gone
        self._timer = QTimer(self, interval=_EVERY_MS, timeout=self.collect_due)
        self._timer.start()

    @staticmethod
    def collect_due() -> None:
        """Called by the timer; on the window's thread only."""
        due = [i for i, (n, least) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)) if n > least > 0]
        if due:
            gc.collect(max(due))

    @staticmethod
    def keep() -> None:
        """Freezes everything allocated so far (gc.freeze); later collections skip it.

        The modules and widgets of a page are so many that a look through them all stops the window for a tenth of a
        second and more.
        """
        gc.collect(1)
        gc.freeze()
