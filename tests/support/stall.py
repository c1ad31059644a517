"""How long the event loop stood still: the measure of whether the window ever waits."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5
_SCHEDULING = Path("/proc/thread-self/schedstat")


def waited_for_processor_s() -> float:
    """Seconds for which this thread has been ready to run while the system ran others; 0 where it does not tell.

    The second number of Linux's schedstat, in nanoseconds.
    """
    try:
        return int(_SCHEDULING.read_bytes().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class StallMeter(QObject):
    """A heartbeat in the event loop; a gap between two beats, less the beat itself, is a stall.

    Use as `with StallMeter() as meter: ...; meter.longest_s`. On a machine whose processors are busy with other
    work a gap is also the time that the system gave to others; longest_own_s leaves that out.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        waited_s: Callable[[], float] = waited_for_processor_s,
    ):
        super().__init__()
        self._clock, self._waited_s = clock, waited_s
        self._last: tuple[float, float] | None = None
        self.gaps_s: list[float] = []
        self.own_gaps_s: list[float] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self.beat)

    @property
    def longest_s(self) -> float:
        """Seconds of the longest stall so far; 0 before the second beat."""
        return max(self.gaps_s, default=0.0)

    @property
    def longest_own_s(self) -> float:
        """The same without the time for which the loop waited for a processor."""
        return max(self.own_gaps_s, default=0.0)

    def start(self) -> None:
        self._last = None
        self._timer.start()

    def stop(self) -> None:
        """Counts what stands still right now, too."""
        if self._timer.isActive():
            self.beat()
            self._timer.stop()

    def beat(self) -> None:
        now_s, waited_s = self._clock(), self._waited_s()
        if self._last is not None:
            gap_s = max(0.0, now_s - self._last[0] - BEAT_MS / 1000)
            self.gaps_s.append(gap_s)
            self.own_gaps_s.append(max(0.0, gap_s - (waited_s - self._last[1])))
        self._last = now_s, waited_s

    def __enter__(self) -> "StallMeter":
        self.start()
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.stop()
