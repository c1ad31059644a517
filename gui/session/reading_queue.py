"""Recordings become text: a queue of jobs, and recognition that reads one at a time. Knows no microphone.

Whether or not the model is ready, jobs can be put into the queue; nothing said depends on it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.dictation.apply_commands import dictated, joined
from engine.dictation.own_spelling import OwnSpelling
from engine.dictation.spoken_commands import NOTHING_SPOKEN, Spoken
from engine.errors import AudioError, DiktovkaError, EngineStopped
from engine.events import Event, Final, Finished, Progress, Provisional, Revised, Started
from engine.punctuation.lazy_punctuator import LazyPunctuator
from engine.system.worker import Cancelled
from gui.core.problem import Problem
from gui.core.recognition import Engine
from gui.core.tasks import Work
from gui.session.jobs import Ending, Job, Queue
from gui.session.model_in_use import ModelInUse
from gui.session.status import Model

log = logging.getLogger(__name__)


class ReadingQueue(QObject):
    """Jobs in, text out; `changed` when there may be another state to tell. Every signal comes on the window's thread.

    make_engine: recognition with the checkpoint in a folder; model: that folder.
    jobs_added(jobs): they were put into the queue; who sets `is_held` then calls `release` when they may be read.
    provisional(job, segment), final(job, segment): text as it comes; a job's final segments come in order.
    revised(job, before, after): a spoken command, or what was said next, changed what is written of a final segment.
    spoken_for(job): which commands count in it. punctuates: whether punctuator puts the marks that are not said.
    dictated(job, text): a recording was read to its end. job_ended(job): nothing more comes of it, unless it was
    interrupted.
    """

    changed = Signal()
    model_chosen = Signal(object)
    jobs_added = Signal(object)
    job_started = Signal(object)
    provisional = Signal(object, object)
    final = Signal(object, object)
    revised = Signal(object, object, object)
    job_ended = Signal(object)
    nothing_heard = Signal(object)
    dictated = Signal(object, str)
    problem = Signal(object)

    def __init__(self, make_engine: Callable[[Path], Engine], model: Path):
        super().__init__()
        self.model = model
        self._recognition = ModelInUse(make_engine)
        self._recognition.settled.connect(self._go_on)
        self._recognition.failed.connect(self._model_failed)
        self._queue = Queue()
        self.reading = Work(self, yielded=self._take, ended=self._end_reading)
        self._is_leaving = False
        self._closing = False
        self._give_back: Callable[[], None] | None = None
        self.spoken_for: Callable[[Job], Spoken] = lambda _job: NOTHING_SPOKEN
        self.punctuator, self.punctuates = LazyPunctuator(), False

    # --- the model ---

    def load_model(self) -> None:
        """Starts the recognition process; jobs wait until it is ready."""
        if not self._closing:
            self._recognition.load(self.model)
            self.changed.emit()

    def use_model(self, folder: Path) -> None:
        """Puts another checkpoint in place of the one in use, as soon as nothing is being read; it is remembered."""
        if not self._closing:
            self.model = folder
            self.model_chosen.emit(folder)
            self._recognition.forget()
            self._go_on()

    @property
    def language_error(self) -> DiktovkaError | None:
        """Why own words, language model or punctuation are not used; None where they are, or nothing was read yet."""
        unpunctuated = self.punctuator.error if self.punctuates else None
        return getattr(self._recognition.engine, "language_error", None) or unpunctuated

    def borrow(self, give_back: Callable[[], None]) -> Engine | None:
        """Recognition, for a short recording in between; None while it is not ready or something waits for it.

        give_back: asks the borrower to stop, when something is to be read; `take_back` must follow in any case.
        """
        recognition = self._recognition
        ready = recognition.is_idle and recognition.state is Model.READY and recognition.folder == self.model
        busy = self.reading.running or bool(self._queue) or self._closing or self._give_back is not None
        if not ready or busy:
            return None
        self._give_back = give_back
        return recognition.engine

    def take_back(self) -> None:
        """The borrower has stopped."""
        self._give_back = None
        self._go_on()

    def _model_failed(self, error: Exception) -> None:
        job = self._queue.next
        if job is not None and job.model == self._recognition.folder != self.model:
            self._queue.remove(job)
            self._end(job, Ending.FAILED, error)
        else:
            self.problem.emit(Problem(error, self.load_model))
        self._go_on()

    # --- reading ---

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
        if not self._closing and not self.reading.running and self._recognition.is_idle:
            job = self._queue.next
            wanted = (job.model if job is not None else None) or self.model
            is_wanted = job is not None or self._recognition.folder != wanted
            if self._give_back is not None and is_wanted:
                self._give_back()
            elif self._recognition.folder != wanted:
                self._recognition.load(wanted)
            elif self._recognition.state is Model.READY and self._queue.start_next() is not None:
                self._read(job)
        self.changed.emit()

    def _read(self, job: Job) -> None:
        engine = self._recognition.engine
        foreign = self._recognition.foreign
        writes_marks = foreign is not None and foreign.writes_marks
        spoken, punctuator = self.spoken_for(job), self.punctuator if self.punctuates and not writes_marks else None
        if job.is_live:
            events = engine.follow(job.path, job.recording, spoken.phrases)
        else:
            events = engine.transcribe(job.path, job.read_to_s, job.track, spoken.phrases)
        job.is_dictation = job.is_live or bool(spoken.commands) or punctuator is not None or writes_marks
        self._is_leaving = False
        self.reading.start(lambda: _written(events, spoken, punctuator))
        self.job_started.emit(job)

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
            case Finished(duration_s=duration_s, notes=notes):
                self._queue.progress(duration_s, duration_s)
                job.notes = notes
                for note in notes:
                    log.warning("%s: %s", job.path, note)
        self.changed.emit()

    def _end(self, job: Job, ending: Ending, error: Exception | None = None) -> None:
        job.ending, job.error = ending, error
        self.job_ended.emit(job)

    def _end_reading(self, outcome: Exception | None) -> None:
        error = None if isinstance(outcome, Cancelled) else outcome
        job = self._queue.current
        if job is not None:
            self._queue.finish_current()
            self._end(job, Ending.FAILED if error else Ending.CANCELLED if outcome else Ending.DONE, error)
        if isinstance(error, EngineStopped):
            self._recognition.forget()
        self._go_on()
        if job is not None:  # else it was cancelled meanwhile
            self._tell_end(job, outcome is None, error)

    def _tell_end(self, job: Job, is_done: bool, error: Exception | None) -> None:
        if error is not None and not job.is_quiet:
            again = None if isinstance(error, AudioError) else partial(self.read_again, [job])
            self.problem.emit(Problem(error, again))
        elif is_done and not job.has_text and not job.is_quiet:
            self.nothing_heard.emit(job)
        elif is_done and job.is_live:
            self.dictated.emit(job, joined(job.segments))

    def _leave(self, job: Job, ending: Ending) -> None:
        """The job left the queue; events that a task still sends for it are ignored."""
        if self.reading.running and self._queue.current is None and not self._is_leaving:
            self._is_leaving = True
            self.reading.cancel()
            self._recognition.engine.cancel()
        self._end(job, ending)

    def cancel_jobs(self, jobs: Sequence[Job]) -> None:
        """Takes these files out of the queue."""
        for job in jobs:
            if job in self._queue.jobs and not job.is_live:
                self._queue.remove(job)
                self._leave(job, Ending.CANCELLED)
        self._go_on()


def _written(events: Iterable[Event], spoken: Spoken, lazy: LazyPunctuator | None) -> Iterator[Event]:
    """On the task's thread: a disk with own words may be slow, and a model takes time to load."""
    from engine.decode.own_words import read_spelling  # brings NumPy along, which the window must not wait for

    spoken = replace(spoken, spelling=OwnSpelling(read_spelling()))
    yield from dictated(events, spoken, lazy.load() if lazy is not None else None)
