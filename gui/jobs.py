"""What waits to be read, how far it is, and how long it will take. Knows no Qt and no threads."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

_keys = count(1)


@dataclass(eq=False)
class Job:
    """One recording to read.

    recording: set when its recording has ended; None for a file that was whole from the start.
    heading: shown above its text, where several files are read at once.
    """

    path: Path
    heading: str = ""
    recording: threading.Event | None = None
    duration_s: float | None = None
    has_text: bool = False
    key: int = field(default_factory=lambda: next(_keys))

    @property
    def is_live(self) -> bool:
        return self.recording is not None

    def again(self) -> "Job":
        """The same recording, to be read from its beginning as a whole file."""
        return Job(self.path, self.heading)


class Queue:
    """Jobs in the order in which they came, one of them current. Counts start anew once it is empty."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._waiting: deque[Job] = deque()
        self._batch: list[Job] = []
        self.current: Job | None = None
        self._begun_s = 0.0
        self._done_s = 0.0

    def __bool__(self) -> bool:
        return self.current is not None or bool(self._waiting)

    def add(self, jobs: Iterable[Job]) -> None:
        if not self:
            self._batch = []
        for job in jobs:
            self._waiting.append(job)
            self._batch.append(job)

    @property
    def first(self) -> Job | None:
        """The current job, or else the one that will be; None where there is none."""
        return self.current or (self._waiting[0] if self._waiting else None)

    def start_next(self) -> Job | None:
        """Makes the first that waits the current one; None where none waits."""
        self.current = self._waiting.popleft() if self._waiting else None
        self._begun_s, self._done_s = self._clock(), 0.0
        return self.current

    def finish_current(self) -> None:
        self.current = None

    def clear(self) -> list[Job]:
        """Empties the queue; gives what was in it, the current job first."""
        dropped = [self.current] if self.current else []
        dropped += self._waiting
        self._waiting.clear()
        self.current = None
        return dropped

    def progress(self, done_s: float, total_s: float | None) -> None:
        """How many seconds of the current job's audio have been read, and of how many."""
        self._done_s = done_s
        if self.current is not None and total_s is not None:
            self.current.duration_s = total_s

    @property
    def files(self) -> list[Job]:
        """The whole files among the jobs since the queue was last empty."""
        return [job for job in self._batch if not job.is_live]

    @property
    def file_number(self) -> int:
        """The current file's place among `files`, from 1; 0 where no file is being read."""
        return self.files.index(self.current) + 1 if self.current in self.files else 0

    @property
    def fraction(self) -> float | None:
        """How much of all files' audio has been read, 0 to 1; None where that is not known."""
        if self.current is None or self.current.is_live or not self.current.duration_s:
            return None
        expected_s = self._expected_s()
        before = sum(expected_s[: self.file_number - 1])
        return min(1.0, (before + self._done_s) / sum(expected_s))

    @property
    def time_left_s(self) -> float | None:
        """For all files, at the pace of the current one; None until that is known."""
        if self.fraction is None or self._done_s <= 0:
            return None
        pace = (self._clock() - self._begun_s) / self._done_s
        return max(0.0, sum(self._expected_s()[self.file_number - 1 :]) - self._done_s) * pace

    def _expected_s(self) -> list[float]:
        """Lengths of `files` in seconds; a file not opened yet counts as long as the mean of the others."""
        known = [job.duration_s for job in self.files if job.duration_s]
        mean_s = sum(known) / len(known) if known else 1.0
        return [job.duration_s or mean_s for job in self.files]
