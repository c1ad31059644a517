"""Follows the session and keeps what it does in the history; at the start, goes on with what was not finished."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from engine.errors import InterruptedTooOften, TranscriptDamaged
from engine.events import Segment
from engine.history.entry import Entry, Kind, State
from engine.paths import data_dir, history_file, model_name
from engine.transcript.document import Document
from gui.core.settings import Settings
from gui.session.history_store import HistoryStore
from gui.session.jobs import Ending, Job
from gui.session.session import Session

log = logging.getLogger(__name__)

KEEP_TEXT_EVERY_S = 3.0
EXPIRE_EVERY_MS = 3_600_000  # a day's timer would stand still while the computer sleeps
MOST_ATTEMPTS = 3  # a file that takes the program with it each time is not tried for ever
_STATES = {
    Ending.DONE: State.DONE,
    Ending.FAILED: State.FAILED,
    Ending.CANCELLED: State.CANCELLED,
    Ending.INTERRUPTED: State.WAITING,
}


class HistoryKeeper(QObject):
    """An entry for each job before it is read, its text as it comes, and how it ended.

    `found(recordings, n_files)` at the start: entries that were being recorded or read when the program ended, to be
    offered; and how many files are gone on with. `closing`: the last moment to write. `closed` when all is written,
    after the session has closed.
    """

    found = Signal(object, int)
    closing = Signal()
    closed = Signal()

    def __init__(self, session: Session, settings: Settings):
        super().__init__()
        self._session, self._settings = session, settings
        self.store = HistoryStore(history_file())
        self._resumed: set[Job] = set()
        self._recordings: dict[Path, Job] = {}
        self._kept_at_s = 0.0
        self._begun = time.time()
        # Two windows at once: only the first goes on with what was not finished. A dead program's lock does not count.
        self._lock = QLockFile(str(data_dir() / "history.lock"))
        self._lock.setStaleLockTime(0)
        # The program may run for weeks in the tray.
        self._expire_again = QTimer(self, interval=EXPIRE_EVERY_MS, timeout=self._expire)
        session.jobs_added.connect(self._add)
        session.job_started.connect(self._begin_reading)
        session.final.connect(self._keep_text)
        session.job_ended.connect(self._finish)
        session.recording_ended.connect(self._recorded)
        session.closed.connect(self._end)
        settings.changed.connect(self._follow_setting)
        self.store.closed.connect(self._close)

    @property
    def has_closed(self) -> bool:
        return self.store.has_closed

    def _end(self) -> None:
        self.closing.emit()
        self._expire_again.stop()
        self.store.close()

    def _close(self) -> None:
        self._lock.unlock()
        self.closed.emit()

    # --- what the session does ---

    def _add(self, jobs: Sequence[Job]) -> None:
        again = [job for job in jobs if job.entry is not None and job not in self._resumed]
        new = [job for job in jobs if job.entry is None]
        for job in new:
            job.is_held = True
            if job.is_live:
                self._recordings[job.path] = job
        self._resumed.difference_update(jobs)
        if again:
            self.store.write(partial(_put_back, again))
        if new:
            self.store.write(partial(_add_entries, new), lambda _result: self._session.release(new))

    def _begin_reading(self, job: Job) -> None:
        model = job.model or self._session.model
        job.read_with = model
        self.store.write(lambda history: history.begin_reading(job.entry, model))
        self._kept_at_s = time.monotonic()

    def _keep_text(self, job: Job, _segment: Segment) -> None:
        """Not after every sentence: a long text is written whole each time."""
        if time.monotonic() - self._kept_at_s >= KEEP_TEXT_EVERY_S:
            self._kept_at_s = time.monotonic()
            self.store.write(partial(_keep_text, job, tuple(job.segments)))

    def _finish(self, job: Job) -> None:
        state, error = _STATES[job.ending], job.error
        self.store.write(partial(_finish, job, tuple(job.segments), state, error))

    def _recorded(self, path: Path, duration_s: float) -> None:
        job = self._recordings.pop(path, None)
        if job is not None:
            self.store.write(lambda history: history.recorded(job.entry, duration_s))

    # --- what was not finished last time ---

    def begin(self) -> None:
        """Opens the history, and goes on with what was waiting when the program ended."""
        self.store.open()
        with suppress(OSError):  # the store tells why it cannot be
            data_dir().mkdir(parents=True, exist_ok=True)
        if self._lock.tryLock(0):
            recordings = self._settings.recordings
            self.store.write(partial(_recover, recordings, self._begun), self._go_on)
            self._expire()
            self._expire_again.start()

    def _follow_setting(self, name: str) -> None:
        if name == "keep_days":
            self._expire()

    def _expire(self) -> None:
        keep_days = self._settings.keep_days
        self.store.write(lambda history: history.expire(keep_days))

    def _go_on(self, unfinished: tuple[list[Job], list[Entry]] | None) -> None:
        if unfinished is None:
            return
        jobs, recordings = unfinished
        self._resumed.update(jobs)
        self._session.read(jobs)
        if jobs or recordings:
            self.found.emit(recordings, len(jobs))

    def read_again(
        self, entries: Sequence[Entry], model: Path | None = None, is_quiet: bool = True, track: int | None = None
    ) -> None:
        """From their beginning; model: with another than dictation's; track: another than before."""
        busy = {job.entry for job in self._session.jobs}
        jobs = [
            Job(
                entry.source,
                entry=entry.key,
                model=model,
                is_quiet=is_quiet,
                duration_s=entry.duration_s,
                track=track or entry.track,
            )
            for entry in entries
            if entry.key not in busy
        ]
        self._session.read(jobs)

    def cancel(self, entries: Sequence[Entry]) -> None:
        keys = {entry.key for entry in entries}
        self._session.cancel_jobs([job for job in self._session.jobs if job.entry in keys])


# --- on the history's thread ---


def _add_entries(jobs: Sequence[Job], history) -> None:
    keys = history.add_all(
        (job.path, Kind.RECORDING, State.RECORDING) if job.is_live else (job.path, Kind.FILE, State.WAITING)
        for job in jobs
    )
    for job, key in zip(jobs, keys, strict=True):
        job.entry = key


def _put_back(jobs: Sequence[Job], history) -> None:
    for model, track in {(job.model, job.track) for job in jobs}:
        history.put_back([job.entry for job in jobs if (job.model, job.track) == (model, track)], model, track)


def _document(job: Job, segments: tuple[Segment, ...]) -> Document:
    model = model_name(job.read_with) if job.read_with is not None else ""
    return Document.of(segments, job.path.name, job.duration_s or 0.0, model, job.is_dictation, notes=job.notes)


def _keep_text(job: Job, segments: tuple[Segment, ...], history) -> None:
    history.keep_text(job.entry, _document(job, segments))


def _finish(job: Job, segments: tuple[Segment, ...], state: State, error: Exception | None, history) -> None:
    history.finish(job.entry, _document(job, segments), state, error)


def _recover(recordings: Path, begun: float, history) -> tuple[list[Job], list[Entry]]:
    """Files to go on with, and recordings to offer, those without entry too."""
    files, to_offer = [], [entry.key for entry in history.unfinished() if entry.kind is Kind.RECORDING]
    for entry in history.unfinished():
        if entry.kind is Kind.RECORDING:
            history.recorded(entry.key, recorded_s(entry.source))
            history.finish(entry.key, None, State.CANCELLED)
        elif entry.attempts >= MOST_ATTEMPTS:
            error = InterruptedTooOften(path=entry.source, n=entry.attempts)
            history.finish(entry.key, None, State.FAILED, error)
        else:
            files.append(_job_of(entry, history))
    is_first_time = not history.totals().n_entries
    adopted = history.entries(history.adopt(recordings, begun))
    for entry in adopted:
        history.recorded(entry.key, recorded_s(entry.source))
    if not is_first_time:  # else they are what was dictated before there was a history
        to_offer += [entry.key for entry in adopted]
    return files, history.entries(to_offer)


def _job_of(entry: Entry, history) -> Job:
    """It goes on where its text ends, with the model that read so far; where one of both is gone, it begins anew."""
    from engine.foreign.description import read_foreign
    from engine.model.checkpoint import is_checkpoint

    document = None
    try:
        document = history.document(entry.key)
    except TranscriptDamaged:  # the others are to go on all the same
        log.warning("The text of %s so far cannot be restored", entry.source, exc_info=True)
    segments = list(document.heard) if document is not None else []
    model = entry.model if segments else entry.wanted
    if model is not None and not (is_checkpoint(Path(model)) or read_foreign(Path(model))):
        history.put_back([entry.key], track=entry.track)
        segments, model = [], None
    job = Job(entry.source, entry=entry.key, is_quiet=True, segments=segments, duration_s=entry.duration_s)
    job.is_dictation = document is not None and document.is_dictation
    job.model = Path(model) if model is not None else None
    job.track = entry.track
    return job


def recorded_s(path: Path) -> float:
    """Length in seconds of a WAV whose writer may have been killed; 0 where it cannot be read."""
    from engine.audio.wav_header import read_header

    try:
        with path.open("rb") as file:
            header = read_header(file)
            if header is None:
                return 0.0
            n_bytes = path.stat().st_size - header.data_start
            return n_bytes / (header.rate_hz * header.n_channels * header.bits / 8)
    except (OSError, ValueError, ZeroDivisionError):
        return 0.0
