"""What happens on Record, Open and Cancel: recordings and files become jobs, jobs become text. No widgets.

A recording is a job from its first samples on, whether or not the model is ready or other jobs wait before
it; so recording never waits for recognition, and nothing said depends on it.
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from PySide6.QtCore import QTimer, Signal

from engine.audio.capture import Recorder
from engine.errors import DiktovkaError, RecordedElsewhere
from engine.paths import shipped_checkpoint
from engine.system.atomic_files import writable_folder
from gui.core.problem import Problem
from gui.core.recognition import Engine
from gui.core.tasks import MakeRecorder
from gui.core.words import shown_name
from gui.session.folder_scan import Listed, Listing
from gui.session.jobs import Ending, Job
from gui.session.reading_queue import ReadingQueue
from gui.session.recording_controller import Dictaphone
from gui.session.status import Reading, Status

CLOSE_WITHIN_MS = 8000


class Session(ReadingQueue):
    """The state of the program behind its window. Every signal comes on the window's thread.

    folder: where the next recordings are put. model: the shipped one unless told. recorded(job): a recording began;
    recording_ended(path, duration_s). cancelled(jobs): what `read_again` would read. nothing_found(is_quiet): no
    recording was in the dropped folders. left_out(paths, is_quiet): dropped files that are no recordings.
    """

    status_changed = Signal(object)
    level_changed = Signal(float, float)
    recording_ended = Signal(object, float)
    cancelled = Signal(object)
    recorded = Signal(object)
    nothing_found = Signal(bool)
    left_out = Signal(object, bool)
    closed = Signal()

    def __init__(
        self,
        make_engine: Callable[[Path], Engine],
        recordings_dir: Path,
        make_recorder: MakeRecorder = Recorder,
        model: Path | None = None,
    ):
        super().__init__(make_engine, model or shipped_checkpoint())
        self.folder, self._spare, self._told_of_folder = recordings_dir, None, ""
        self.dictaphone = Dictaphone(recordings_dir, make_recorder)
        self.dictaphone.state_changed.connect(self._go_on)
        self.dictaphone.level_changed.connect(self.level_changed)
        self.dictaphone.recording_ended.connect(self.recording_ended)
        self.dictaphone.recording_started.connect(self._recording_started)
        self.dictaphone.failed.connect(self._recording_failed)
        self.changed.connect(self._follow)
        self._listing = Listing()
        self._listing.changed.connect(self._follow)
        self._listing.listed.connect(self._open_listed)
        self._listing.failed.connect(self._listing_failed)
        self.has_closed = self._is_ending = False
        self.status = Status()

    # --- recording ---

    @property
    def elapsed_s(self) -> float:
        """Seconds of the recording in progress; 0 where there is none."""
        return self.dictaphone.elapsed_s

    def record(self, microphone: str | None) -> None:
        """Opens the microphone of that name (None: the system's default) and records until `stop`."""
        if not self._closing:
            if not self.dictaphone.is_busy:
                self._choose_folder()
            self.dictaphone.record(microphone)

    def _choose_folder(self) -> None:
        """Where the next recording goes: where the usual folder takes none, into one of this start, which is told."""
        self.dictaphone.folder, reason = writable_folder(self.folder, self._spare_folder)
        if reason and reason != self._told_of_folder:
            where = {"path": self.folder, "folder": self.dictaphone.folder}
            self.problem.emit(Problem(RecordedElsewhere(**where, reason=reason)))
        self._told_of_folder = reason

    def _spare_folder(self) -> Path:
        self._spare = self._spare or Path(mkdtemp(prefix="diktovka-"))
        return self._spare

    def stop(self) -> None:
        """Ends the recording half a second from now; what was said is read to its end."""
        self.dictaphone.stop()

    def _recording_started(self, path: Path, ended: threading.Event) -> None:
        job = Job(path, recording=ended)
        self.recorded.emit(job)
        self.read([job])

    def _recording_failed(self, error: DiktovkaError, is_kept: bool) -> None:
        self.problem.emit(Problem(error, None if is_kept else partial(self.record, self.dictaphone.microphone)))

    def open_files(self, paths: Sequence[Path], is_quiet: bool = False) -> None:
        """Reads them one after the other; several get their names as headings. is_quiet: for the history only."""
        self.read([Job(path, shown_name(path) if len(paths) > 1 else "", is_quiet=is_quiet) for path in paths])

    def open_dropped(self, paths: Sequence[Path], is_quiet: bool = False) -> None:
        """The same with files and all recordings in folders, which are looked for first."""
        if not self._closing:
            self._listing.look(paths, is_quiet)

    def stop_looking(self) -> None:
        """What was dropped and is not found yet is not read."""
        self._listing.cancel()

    def _open_listed(self, listed: Listed, is_quiet: bool) -> None:
        if listed.others and not self._closing:
            self.left_out.emit(listed.others, is_quiet)
        if listed.recordings:
            self.open_files(listed.recordings, is_quiet)
        elif not listed.others and not self._closing:
            self.nothing_found.emit(is_quiet)

    def _listing_failed(self, error: Exception) -> None:
        self.problem.emit(Problem(error))

    # --- ending ---

    def cancel(self) -> None:
        """Stops dictating, or else the reading of files. Recordings are kept; text that has come stays."""
        if self.status.is_dictating:
            self.cancel_dictation()
        elif self.status.can_cancel:
            self._cancel_all(Ending.CANCELLED)

    def cancel_dictation(self) -> None:
        """Stops recording and reading what was dictated; files wait and are read as before."""
        jobs = [job for job in self.jobs if job.is_live]
        self.dictaphone.drop()
        for job in jobs:
            self._queue.remove(job)
            self._leave(job, Ending.CANCELLED)
        self._go_on()
        self.cancelled.emit(jobs)

    def _cancel_all(self, ending: Ending) -> None:
        self.dictaphone.drop()
        self._listing.cancel()
        jobs = self._queue.clear()
        for job in jobs:
            self._leave(job, ending)
        self._tell()
        self.cancelled.emit([job for job in jobs if not job.is_quiet])

    def close(self) -> None:
        """Stops everything that runs, keeps what was recorded; `closed` comes when all has ended."""
        if self._closing:
            return
        self._closing = True
        self._cancel_all(Ending.INTERRUPTED)
        self._recognition.stop()
        QTimer.singleShot(CLOSE_WITHIN_MS, self._say_closed)  # a sound driver that hangs must not keep the window
        self._go_on()

    def _close_when_quiet(self) -> None:
        busy = self.dictaphone.is_busy or self._listing.busy or self._recognition.is_loading
        if not self.reading.running and not busy and not self._is_ending:
            self._is_ending = True
            self._recognition.close(self._say_closed)

    def _say_closed(self) -> None:
        if not self.has_closed:
            self.has_closed = True
            self.closed.emit()

    def _follow(self) -> None:
        if self._closing:
            self._close_when_quiet()
        self._tell()

    def _tell(self) -> None:
        reading = Reading.NONE
        if self._queue:
            reading = Reading.LIVE if self._queue.first.is_live else Reading.FILES
        status = Status(
            self.dictaphone.state,
            self._recognition.state,
            reading,
            self._queue.file_number,
            len(self._queue.files),
            self._queue.fraction,
            self._queue.time_left_s,
            self._closing,
            self.dictaphone.hears_nothing,
            self._queue.is_paused and self._queue.current is None,
            self._queue.n_waiting,
            self._listing.n_found,
            self.dictaphone.loudness,
        )
        if status != self.status:
            self.status = status
            self.status_changed.emit(status)
