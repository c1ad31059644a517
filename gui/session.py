"""What happens on Record, Open and Cancel: recordings and files become jobs, jobs become text. No widgets.

A recording is a job from its first samples on, whether or not the model is ready or other jobs wait before
it; so recording never waits for recognition, and nothing said depends on it.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.capture import Recorder
from engine.dictated import dictated, joined
from engine.errors import AudioError, DiktovkaError, EngineStopped
from engine.paths import shipped_checkpoint
from engine.results import Event, Final, Finished, Progress, Provisional, Revised, Started
from engine.spoken_commands import NOTHING_SPOKEN, Spoken
from gui.bridge import MakeRecorder, Task
from gui.dictaphone import Dictaphone
from gui.jobs import Ending, Job, Queue
from gui.model_in_use import ModelInUse
from gui.recognition import Engine
from gui.status import Model, Reading, Status

CLOSE_WITHIN_MS = 8000


@dataclass(frozen=True)
class Problem:
    """A failure to tell, and what "Try again" would do; None where trying again makes no sense."""

    error: Exception
    try_again: Callable[[], None] | None = None


class Session(QObject):
    """The state of the program behind its window. Every signal comes on the window's thread.

    make_engine: recognition with the checkpoint in a folder; model: that folder, the shipped one unless told.
    jobs_added(jobs): they were put into the queue; who sets `is_held` then calls `release` when they may be read.
    provisional(job, segment), final(job, segment): text as it comes; a job's final segments come in order.
    revised(job, before, after): a spoken command changed what is written of a final segment. spoken_for(job): which
    commands count in it. recorded(job): a recording began; dictated(job, text): and was read to its end.
    job_ended(job): nothing more comes of it, unless it was interrupted. cancelled(jobs): what `read_again` would read.
    """

    status_changed = Signal(object)
    level_changed = Signal(float, float)
    recording_ended = Signal(object, float)
    jobs_added = Signal(object)
    job_started = Signal(object)
    provisional = Signal(object, object)
    final = Signal(object, object)
    revised = Signal(object, object, object)
    job_ended = Signal(object)
    nothing_heard = Signal(object)
    cancelled = Signal(object)
    recorded = Signal(object)
    dictated = Signal(object, str)
    problem = Signal(object)
    closed = Signal()

    def __init__(
        self,
        make_engine: Callable[[Path], Engine],
        recordings_dir: Path,
        make_recorder: MakeRecorder = Recorder,
        now: Callable[[], datetime] = datetime.now,
        model: Path | None = None,
    ):
        super().__init__()
        self.model = model or shipped_checkpoint()
        self._recognition = ModelInUse(make_engine)
        self._recognition.settled.connect(self._go_on)
        self._recognition.failed.connect(self._model_failed)
        self._queue = Queue()
        self._dictaphone = Dictaphone(recordings_dir, make_recorder, now)
        self._dictaphone.state_changed.connect(self._go_on)
        self._dictaphone.level_changed.connect(self.level_changed)
        self._dictaphone.recording_ended.connect(self.recording_ended)
        self._dictaphone.recording_started.connect(self._recording_started)
        self._dictaphone.failed.connect(self._recording_failed)
        self._reading: Task | None = None
        self._is_leaving = False
        self._closing = self.has_closed = False
        self.spoken_for: Callable[[Job], Spoken] = lambda _job: NOTHING_SPOKEN
        self.status = Status()

    # --- the model ---

    @property
    def idle_engine(self) -> Engine | None:
        """Recognition, for a short recording in between; None while it is not ready or something waits for it."""
        recognition = self._recognition
        ready = recognition.is_idle and recognition.state is Model.READY and recognition.folder == self.model
        free = self._reading is None and not self._closing and not self.status.can_cancel
        return recognition.engine if ready and free else None

    def load_model(self) -> None:
        """Starts the recognition process; jobs wait until it is ready."""
        if not self._closing:
            self._recognition.load(self.model)
            self._tell()

    def use_model(self, folder: Path) -> None:
        """Puts another checkpoint in place of the one in use, as soon as nothing is being read."""
        if not self._closing:
            self.model = folder
            self._recognition.forget()
            self._go_on()

    @property
    def language_error(self) -> DiktovkaError | None:
        """Why own words or language model are not used; None where they are, or where nothing was read yet."""
        return getattr(self._recognition.engine, "language_error", None)

    def _model_failed(self, error: Exception) -> None:
        job = self._queue.next
        if job is not None and job.model == self._recognition.folder != self.model:
            self._queue.remove(job)
            self._end(job, Ending.FAILED, error)
        else:
            self.problem.emit(Problem(error, self.load_model))
        self._go_on()

    # --- recording ---

    @property
    def elapsed_s(self) -> float:
        """Seconds of the recording in progress; 0 where there is none."""
        return self._dictaphone.elapsed_s

    def record(self, microphone: str | None) -> None:
        """Opens the microphone of that name (None: the system's default) and records until `stop`."""
        if not self._closing:
            self._dictaphone.record(microphone)

    def record_into(self, folder: Path) -> None:
        """Where the next recordings are put."""
        self._dictaphone.folder = folder

    def stop_after_silence(self, seconds: float) -> None:
        """A recording ends by itself when nobody has spoken for so long; 0 for never."""
        self._dictaphone.silence_s = seconds

    def stop(self) -> None:
        """Ends the recording half a second from now; what was said is read to its end."""
        self._dictaphone.stop()

    def _recording_started(self, path: Path, ended: threading.Event) -> None:
        job = Job(path, recording=ended)
        self.recorded.emit(job)
        self.read([job])

    def _recording_failed(self, error: DiktovkaError, is_kept: bool) -> None:
        self.problem.emit(Problem(error, None if is_kept else partial(self.record, self._dictaphone.microphone)))

    # --- reading ---

    def open_files(self, paths: Sequence[Path], is_quiet: bool = False) -> None:
        """Reads them one after the other; several get their names as headings. is_quiet: for the history only."""
        self.read([Job(path, path.name if len(paths) > 1 else "", is_quiet=is_quiet) for path in paths])

    def read_again(self, jobs: Sequence[Job]) -> None:
        """Reads recordings from their beginning, after they were cancelled or failed."""
        self.read([job.again() for job in jobs])

    @property
    def jobs(self) -> list[Job]:
        """All that are read or wait for it, the current one first."""
        return self._queue.jobs

    def read(self, jobs: Sequence[Job]) -> None:
        """Puts them into the queue."""
        if jobs and not self._closing:
            self._queue.add(jobs)
            self.jobs_added.emit(jobs)
            if any(job.is_live for job in jobs):
                self._interrupt()
            self._go_on()

    @property
    def is_paused(self) -> bool:
        return self._queue.is_paused

    @property
    def current_fraction(self) -> float | None:
        """How much of the file that is being read has been read, 0 to 1; None where that is not known."""
        return self._queue.current_fraction

    def release(self, jobs: Sequence[Job]) -> None:
        """They may be read now."""
        for job in jobs:
            job.is_held = False
        self._go_on()

    def pause(self, paused: bool) -> None:
        """Whether files wait; recordings are read all the same."""
        self._queue.is_paused = paused
        if paused:
            self._interrupt()
        self._go_on()

    def _interrupt(self) -> None:
        """A file that is being read waits again; it will be gone on with from where its text ends."""
        job = self._queue.current
        if job is not None and not job.is_live:
            self._queue.interrupt_current()
            self._leave(job, Ending.INTERRUPTED)

    def _go_on(self) -> None:
        """Starts what can start now, and tells the state."""
        if self._closing:
            self._close_when_quiet()
        elif self._reading is None and self._recognition.is_idle:
            job = self._queue.next
            wanted = (job.model if job is not None else None) or self.model
            if self._recognition.folder != wanted:
                self._recognition.load(wanted)
            elif self._recognition.state is Model.READY and self._queue.start_next() is not None:
                self._read(job)
        self._tell()

    def _read(self, job: Job) -> None:
        engine = self._recognition.engine
        if job.is_live:
            steps = partial(engine.follow, job.path, job.recording)
        else:
            steps = partial(engine.transcribe, job.path, job.read_to_s)
        spoken = self.spoken_for(job)
        self._reading, self._is_leaving = Task(lambda: dictated(steps(), spoken)), False
        self._reading.event.connect(self._take)
        self._reading.done.connect(self._reading_done)
        self._reading.cancelled.connect(self._reading_ended)
        self._reading.failed.connect(self._reading_failed)
        self.job_started.emit(job)
        self._reading.start()

    def _take(self, event: Event) -> None:
        job = self._queue.current
        if job is None:
            return  # what was cancelled may still send what it had under way
        match event:
            case Started(duration_s=duration_s):
                self._queue.progress(0.0, duration_s)
            case Provisional(segment):
                self.provisional.emit(job, segment)
            case Final(segment):
                job.has_text = job.has_text or bool(segment.heard)
                job.segments.append(segment)
                self.final.emit(job, segment)
            case Revised(before, after):
                job.segments = [after if segment == before else segment for segment in job.segments]
                self.revised.emit(job, before, after)
            case Progress(done_s, total_s):
                self._queue.progress(done_s, total_s)
            case Finished(duration_s=duration_s):
                self._queue.progress(duration_s, duration_s)
        self._tell()

    def _end(self, job: Job, ending: Ending, error: Exception | None = None) -> None:
        job.ending, job.error = ending, error
        self.job_ended.emit(job)

    def _reading_done(self) -> None:
        job = self._reading_ended(Ending.DONE)
        if job is not None and not job.has_text and not job.is_quiet:
            self.nothing_heard.emit(job)
        elif job is not None and job.is_live:
            self.dictated.emit(job, joined(job.segments))

    def _reading_ended(self, ending: Ending = Ending.CANCELLED, error: Exception | None = None) -> Job | None:
        """Forgets the task that has ended; gives its job, None where that was cancelled meanwhile."""
        self._reading = None
        job = self._queue.current
        if job is not None:
            self._queue.finish_current()
            self._end(job, ending, error)
        if isinstance(error, EngineStopped):
            self._recognition.forget()
        self._go_on()
        return job

    def _reading_failed(self, error: Exception) -> None:
        job = self._reading_ended(Ending.FAILED, error)
        if job is not None and not job.is_quiet:
            again = None if isinstance(error, AudioError) else partial(self.read_again, [job])
            self.problem.emit(Problem(error, again))

    def _leave(self, job: Job, ending: Ending) -> None:
        """The job was taken out of the queue; what a task still sends of it is not heeded."""
        if self._reading is not None and self._queue.current is None and not self._is_leaving:
            self._is_leaving = True
            self._reading.cancel()
            self._recognition.engine.cancel()
        self._end(job, ending)

    # --- ending ---

    def cancel(self) -> None:
        """Stops recording and reading. Recordings are kept; text that has come stays."""
        if not self.status.can_cancel:
            return
        self._dictaphone.drop()
        ending = Ending.INTERRUPTED if self._closing else Ending.CANCELLED
        jobs = self._queue.clear()
        for job in jobs:
            self._leave(job, ending)
        self._tell()
        self.cancelled.emit([job for job in jobs if not job.is_quiet])

    def cancel_jobs(self, jobs: Sequence[Job]) -> None:
        """Takes these files out of the queue."""
        for job in jobs:
            if job in self._queue.jobs and not job.is_live:
                self._queue.remove(job)
                self._leave(job, Ending.CANCELLED)
        self._go_on()

    def close(self) -> None:
        """Stops everything that runs, keeps what was recorded; `closed` comes when all has ended."""
        if self._closing:
            return
        self._closing = True
        self.cancel()
        self._recognition.stop()
        QTimer.singleShot(CLOSE_WITHIN_MS, self._say_closed)  # a sound driver that hangs must not keep the window
        self._go_on()

    def _close_when_quiet(self) -> None:
        if not self._dictaphone.is_busy and self._reading is None and not self._recognition.is_loading:
            self._last = self._recognition.close()
            if self._last is None:
                self._say_closed()
                return
            self._last.done.connect(self._say_closed)
            self._last.failed.connect(self._say_closed)
            self._last.start()

    def _say_closed(self) -> None:
        if not self.has_closed:
            self.has_closed = True
            self.closed.emit()

    def _tell(self) -> None:
        reading = Reading.NONE
        if self._queue:
            reading = Reading.LIVE if self._queue.first.is_live else Reading.FILES
        status = Status(
            self._dictaphone.state,
            self._recognition.state,
            reading,
            self._queue.file_number,
            len(self._queue.files),
            self._queue.fraction,
            self._queue.time_left_s,
            self._closing,
            self._dictaphone.hears_nothing,
            self._queue.is_paused and self._queue.current is None,
            self._queue.n_waiting,
        )
        if status != self.status:
            self.status = status
            self.status_changed.emit(status)
