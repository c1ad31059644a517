"""How long the event loop stood still: the measure of whether the window ever waits."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5


class StallMeter(QObject):
    """A heartbeat in the event loop; a gap between two beats, less the beat itself, is a stall.

    Use as `with StallMeter() as meter: ...; meter.longest_s`. On a machine whose processors are all busy with
    other work a gap may also be the time that the system gave to others.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter):
        super().__init__()
        self._clock = clock
        self._last_s: float | None = None
        self.gaps_s: list[float] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self.beat)

    @property
    def longest_s(self) -> float:
        """Seconds of the longest stall so far; 0 before the second beat."""
        return max(self.gaps_s, default=0.0)

    def start(self) -> None:
        self._last_s = None
        self._timer.start()

    def stop(self) -> None:
        """Counts what stands still right now, too."""
        if self._timer.isActive():
            self.beat()
            self._timer.stop()

    def beat(self) -> None:
        now_s = self._clock()
        if self._last_s is not None:
            self.gaps_s.append(max(0.0, now_s - self._last_s - BEAT_MS / 1000))
        self._last_s = now_s

    def __enter__(self) -> "StallMeter":
        self.start()
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.stop()
