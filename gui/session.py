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
from engine.results import Event, Final, Finished, Progress, Provisional, Revised, Segment, Started
from engine.spoken_commands import NOTHING_SPOKEN, Spoken
from gui.bridge import MakeRecorder, Task
from gui.dictaphone import Dictaphone
from gui.jobs import Job, Queue
from gui.recognition import Engine, closing, until_ready
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
    provisional(job, segment), final(job, segment): text as it comes; a job's final segments come in order.
    revised(job, before, after): a spoken command changed what is written of a final segment. spoken_for(job): which
    commands count in it. recorded(job): a recording began; dictated(job, text): and was read to its end.
    job_ended(job): nothing more comes of it. cancelled(jobs): what `read_again` would read.
    """

    status_changed = Signal(object)
    level_changed = Signal(float, float)
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
        self._make_engine = make_engine
        self.model = model or shipped_checkpoint()
        self._other_model = False
        self._queue = Queue()
        self._dictaphone = Dictaphone(recordings_dir, make_recorder, now)
        self._dictaphone.state_changed.connect(self._go_on)
        self._dictaphone.level_changed.connect(self.level_changed)
        self._dictaphone.recording_started.connect(self._recording_started)
        self._dictaphone.failed.connect(self._recording_failed)
        self._engine: Engine | None = None
        self._loading: Task | None = None
        self._reading: Task | None = None
        self._model = Model.LOADING
        self._closing = self.has_closed = False
        self.spoken_for: Callable[[Job], Spoken] = lambda _job: NOTHING_SPOKEN
        self._segments: tuple[Segment, ...] = ()  # of the recording that was read last
        self.status = Status()

    # --- the model ---

    @property
    def idle_engine(self) -> Engine | None:
        """Recognition, for a short recording in between; None while it is not ready or something waits for it."""
        free = self._model is Model.READY and not self._closing and not self.status.can_cancel
        return self._engine if free and self._reading is None else None

    def load_model(self) -> None:
        """Starts the recognition process; jobs wait until it is ready."""
        if self._loading is not None or self._closing:
            return
        self._other_model = False
        if self._engine is not None:
            Task(partial(closing, self._engine)).start()
        self._engine = self._make_engine(self.model)
        self._model = Model.LOADING
        self._loading = Task(partial(until_ready, self._engine))
        self._loading.done.connect(self._model_ready)
        self._loading.failed.connect(self._model_failed)
        self._loading.cancelled.connect(self._loading_cancelled)
        self._loading.start()
        self._tell()

    def use_model(self, folder: Path) -> None:
        """Puts another checkpoint in place of the one in use, as soon as nothing is being read."""
        if self._closing:
            return
        self.model, self._other_model = folder, True
        if self._loading is not None:
            self._loading.cancel()
        self._go_on()

    @property
    def language_error(self) -> DiktovkaError | None:
        """Why own words or language model are not used; None where they are, or where nothing was read yet."""
        return getattr(self._engine, "language_error", None)

    def _model_ready(self) -> None:
        self._loading, self._model = None, Model.READY
        self._go_on()

    def _model_failed(self, error: Exception) -> None:
        self._loading, self._model = None, Model.MISSING
        self.problem.emit(Problem(error, self.load_model))
        self._go_on()

    def _loading_cancelled(self) -> None:
        self._loading = None
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
        self._add([job])

    def _recording_failed(self, error: DiktovkaError, is_kept: bool) -> None:
        self.problem.emit(Problem(error, None if is_kept else partial(self.record, self._dictaphone.microphone)))

    # --- reading ---

    def open_files(self, paths: Sequence[Path]) -> None:
        """Reads them one after the other; several get their names as headings."""
        self._add([Job(path, path.name if len(paths) > 1 else "") for path in paths])

    def read_again(self, jobs: Sequence[Job]) -> None:
        """Reads recordings from their beginning, after they were cancelled or failed."""
        self._add([job.again() for job in jobs])

    def _add(self, jobs: Sequence[Job]) -> None:
        if not self._closing:
            self._queue.add(jobs)
            self._go_on()

    def _go_on(self) -> None:
        """Starts what can start now, and tells the state."""
        if self._closing:
            self._close_when_quiet()
        elif self._other_model and self._reading is None and self._loading is None:
            self.load_model()
        elif self._reading is None and self._model is Model.READY:
            job = self._queue.start_next()
            if job is not None:
                self._read(job)
        self._tell()

    def _read(self, job: Job) -> None:
        steps = partial(self._engine.transcribe, job.path)
        if job.is_live:
            steps = partial(self._engine.follow, job.path, job.recording)
        spoken = self.spoken_for(job)
        self._reading = Task(lambda: dictated(steps(), spoken))
        self._reading.event.connect(self._take)
        self._reading.done.connect(self._reading_done)
        self._reading.cancelled.connect(self._reading_cancelled)
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
                self.final.emit(job, segment)
            case Revised(before, after):
                self.revised.emit(job, before, after)
            case Progress(done_s, total_s):
                self._queue.progress(done_s, total_s)
            case Finished(duration_s, segments):
                self._segments = segments
                self._queue.progress(duration_s, duration_s)
        self._tell()

    def _end_job(self) -> Job | None:
        """Forgets the task that has ended; gives its job, None where that was cancelled meanwhile."""
        self._reading = None
        job = self._queue.current
        if job is not None:
            self._queue.finish_current()
            self.job_ended.emit(job)
        return job

    def _reading_done(self) -> None:
        job = self._end_job()
        if job is not None and not job.has_text:
            self.nothing_heard.emit(job)
        elif job is not None and job.is_live:
            self.dictated.emit(job, joined(self._segments))
        self._go_on()

    def _reading_cancelled(self) -> None:
        self._end_job()
        self._go_on()

    def _reading_failed(self, error: Exception) -> None:
        job = self._end_job()
        if job is not None:
            again = None if isinstance(error, AudioError) else partial(self.read_again, [job])
            self.problem.emit(Problem(error, again))
            if isinstance(error, EngineStopped):
                self.load_model()
        self._go_on()

    # --- ending ---

    def cancel(self) -> None:
        """Stops recording and reading. Recordings are kept; text that has come stays."""
        if not self.status.can_cancel:
            return
        self._dictaphone.drop()
        current, jobs = self._queue.current, self._queue.clear()
        if self._reading is not None:
            self._reading.cancel()
            self._engine.cancel()
        if current is not None:
            self.job_ended.emit(current)
        self._tell()
        self.cancelled.emit(jobs)

    def close(self) -> None:
        """Stops everything that runs, keeps what was recorded; `closed` comes when all has ended."""
        if self._closing:
            return
        self._closing = True
        self.cancel()
        if self._loading is not None:
            self._loading.cancel()
        QTimer.singleShot(CLOSE_WITHIN_MS, self._say_closed)  # a sound driver that hangs must not keep the window
        self._go_on()

    def _close_when_quiet(self) -> None:
        if not self._dictaphone.is_busy and self._reading is None and self._loading is None:
            if self._engine is None:
                self._say_closed()
                return
            engine, self._engine = self._engine, None
            self._last = Task(partial(closing, engine))
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
            self._model,
            reading,
            self._queue.file_number,
            len(self._queue.files),
            self._queue.fraction,
            self._queue.time_left_s,
            self._closing,
            self._dictaphone.hears_nothing,
        )
        if status != self.status:
            self.status = status
            self.status_changed.emit(status)
