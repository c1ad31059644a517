"""What waits to be read, how far it is, and how long it will take. Knows no Qt and no threads."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count
from pathlib import Path

from engine.events import Segment
from engine.notes import Note

_keys = count(1)
_LEAST_LEFT = 0.005  # of a file that is still being read: its end is told when it has come


class Ending(Enum):
    """How a job left the queue. INTERRUPTED: it is to be gone on with later."""

    DONE = auto()
    FAILED = auto()
    CANCELLED = auto()
    INTERRUPTED = auto()


@dataclass(eq=False)
class Job:
    """One recording to read.

    recording: set when its recording has ended; None for a file that was whole from the start.
    heading: shown above its text, where several files are read at once. entry: its key in the history.
    model: the checkpoint to read it with; None for the one that dictation uses. is_quiet: its text goes to the history
    only, and so do its failures. segments: those that hold words, as far as it has been read.
    is_held: it may not be read yet. is_dictation: its lines are those that were asked for by spoken commands.
    read_with: the checkpoint that reads it. track: which sound track, None for the default one. notes: what to know of
    the recording, once it is read. ending, error: how it ended.
    """

    path: Path
    heading: str = ""
    recording: threading.Event | None = None
    duration_s: float | None = None
    has_text: bool = False
    entry: int | None = None
    model: Path | None = None
    is_quiet: bool = False
    is_held: bool = False
    is_dictation: bool = False
    segments: list[Segment] = field(default_factory=list)
    read_with: Path | None = None
    track: int | None = None
    notes: tuple[Note, ...] = ()
    ending: Ending | None = None
    error: Exception | None = None
    key: int = field(default_factory=lambda: next(_keys))

    @property
    def is_live(self) -> bool:
        return self.recording is not None

    @property
    def read_to_s(self) -> float:
        """Seconds from its beginning that need not be read again."""
        return self.segments[-1].end_s if self.segments else 0.0

    def again(self, track: int | None = None) -> "Job":
        """The same recording, to be read from its beginning as a whole file. track: another than before."""
        track = track or self.track
        return Job(self.path, self.heading, entry=self.entry, is_quiet=self.is_quiet, track=track)


class Queue:
    """Recordings in the order in which they came, then files; one is current. Counts start anew once it is empty.

    is_paused: no file is begun; recordings are. What was read is a share of what was expected when it was read, so that
    the fraction never goes back: not where a file is longer than was thought, nor where others come.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._waiting: list[Job] = []
        self.current: Job | None = None
        self.is_paused = False
        self._done_s = self._current_fraction = 0.0  # of the current job
        self._told_s: float | None = None  # the clock when that was told
        self._start_anew()

    def _start_anew(self) -> None:
        self._batch: list[Job] = []
        self._share_left = 1.0
        self._read_s = self._spent_s = 0.0  # of all files: audio, and the time that reading it took

    def __bool__(self) -> bool:
        return self.current is not None or bool(self._waiting)

    @property
    def jobs(self) -> list[Job]:
        """All that are not done, the current one first."""
        return ([self.current] if self.current else []) + self._waiting

    def add(self, jobs: Iterable[Job]) -> None:
        if not self:
            self._start_anew()
        for job in jobs:
            self._put(job, len(self._waiting))
            self._batch.append(job)

    def _put(self, job: Job, place: int) -> None:
        n_live = sum(waiting.is_live for waiting in self._waiting)
        self._waiting.insert(n_live if job.is_live else place, job)

    @property
    def first(self) -> Job | None:
        """The current job, or else the one that will be; None where there is none."""
        return self.current or (self._waiting[0] if self._waiting else None)

    @property
    def next(self) -> Job | None:
        """The job that could be begun now; None where none may be."""
        first = self._waiting[0] if self._waiting else None
        if first is None or first.is_held or (self.is_paused and not first.is_live):
            return None
        return first

    def start_next(self) -> Job | None:
        """Makes the first that waits the current one; None where none may be begun."""
        job = self.next
        if job is None:
            return None
        self._waiting.remove(job)
        self.current = job
        self._done_s, self._told_s, self._current_fraction = job.read_to_s, None, 0.0
        return job

    def finish_current(self) -> None:
        """The current job is done, whatever was expected of it."""
        left_s = self._left_s()
        is_file, self.current = self.current is not None and not self.current.is_live, None
        if is_file:
            self._take_share(left_s)

    def interrupt_current(self) -> None:
        """The current file waits again, before the others."""
        job, self.current = self.current, None
        self._put(job, sum(waiting.is_live for waiting in self._waiting))

    def remove(self, job: Job) -> None:
        """It is not wanted any more."""
        if job is self.current:
            self.current = None
        elif job in self._waiting:
            self._waiting.remove(job)
        self._batch = [other for other in self._batch if other is not job]

    def clear(self) -> list[Job]:
        """Empties the queue; gives what was in it, the current job first."""
        dropped = self.jobs
        self._waiting.clear()
        self.current = None
        self.is_paused = False
        return dropped

    def progress(self, done_s: float, total_s: float | None) -> None:
        """How many seconds of the current job's audio have been read, and of how many."""
        job, now_s = self.current, self._clock()
        if job is not None and total_s is not None:
            job.duration_s = total_s
        done_s = max(done_s, self._done_s)
        if job is not None and not job.is_live:
            left_s = self._left_s()
            if self._told_s is not None:  # the first time it was only opened: what came before was no reading
                self._read_s += done_s - self._done_s
                self._spent_s += now_s - self._told_s
            self._done_s, self._told_s = done_s, now_s
            self._take_share(left_s)
            if job.duration_s:
                self._current_fraction = min(1.0, max(self._current_fraction, done_s / job.duration_s))

    def _take_share(self, left_before_s: float) -> None:
        if left_before_s > 0:
            self._share_left *= min(1.0, self._left_s() / left_before_s)

    @property
    def current_fraction(self) -> float | None:
        """How much of the current job's audio has been read, 0 to 1; None where that is not known."""
        if self.current is None or self.current.is_live or not self.current.duration_s:
            return None
        return self._current_fraction

    @property
    def files(self) -> list[Job]:
        """The whole files among the jobs since the queue was last empty."""
        return [job for job in self._batch if not job.is_live]

    @property
    def n_waiting(self) -> int:
        """How many files are not done, the current one too."""
        return sum(not job.is_live for job in self.jobs)

    @property
    def file_number(self) -> int:
        """The current file's place among `files`, from 1; 0 where no file is being read."""
        return self.files.index(self.current) + 1 if self.current in self.files else 0

    @property
    def fraction(self) -> float | None:
        """How much of all files' audio has been read, 0 to 1; None where that is not known."""
        if self.current is None or self.current.is_live:
            return None
        is_known = self.current.duration_s or self._share_left < 1
        return 1.0 - self._share_left if is_known else None

    @property
    def time_left_s(self) -> float | None:
        """For all files, at the pace since the queue was last empty; None until that is known."""
        if self.fraction is None or not self._read_s:
            return None
        return self._left_s() * self._spent_s / self._read_s

    def _left_s(self) -> float:
        """Seconds of audio in `files` that are not read yet."""
        known = [job.duration_s for job in self.files if job.duration_s]
        mean_s = sum(known) / len(known) if known else 1.0
        return sum(self._rest_s(job, job.duration_s or mean_s) for job in self.jobs if not job.is_live)

    def _rest_s(self, job: Job, expected_s: float) -> float:
        """Of a job that is not done; one opened counts on a little even where it is longer than it said."""
        done_s = self._done_s if job is self.current else job.read_to_s
        return max(expected_s - done_s, _LEAST_LEFT * expected_s)
