"""Record and Stop: where recordings are put, and what the recorder is doing. No widgets."""

import threading
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.audio.capture import TAIL_S, Recording
from engine.errors import DiktovkaError, MicrophoneBusy
from engine.system.atomic_files import free_path
from gui.core.file_names import STAMP
from gui.core.i18n import _
from gui.core.tasks import MakeRecorder, RecordingTask
from gui.session.loudness import Loudness, LoudnessWatch
from gui.session.silence_detector import Silence
from gui.session.status import Recording as State

OPEN_WITHIN_MS = 15_000
DEAD_AFTER_S = 3.0
DEAD_PEAK = 4 / 32768  # less than the quietest room: it is switched off


class Dictaphone(QObject):
    """One recording at a time, each in a file of its own named after the moment.

    folder: where the next one is put.
    recording_ended(path, duration_s): also when it is not wanted any more.
    recording_started(path, ended): its first samples are on disk; `ended` is an Event, set when no more come.
    failed(error, is_kept): the recording ended by itself; is_kept tells whether there is something to read.
    silence_s: seconds without speech after which a recording ends by itself; 0 for never.
    hears_nothing: all samples have been silent for some seconds. loudness: whether it is too loud, or has been far
    too quiet from the beginning on.
    """

    state_changed = Signal()
    level_changed = Signal(float, float)
    recording_started = Signal(object, object)
    recording_ended = Signal(object, float)
    failed = Signal(object, bool)

    def __init__(self, folder: Path, make_recorder: MakeRecorder):
        super().__init__()
        self.folder, self._make_recorder = folder, make_recorder
        self._task: RecordingTask | None = None
        self.patience = QTimer(self, singleShot=True, interval=OPEN_WITHIN_MS, timeout=self._give_up_opening)
        self._ended: threading.Event | None = None
        self.state = State.NONE
        self.microphone: str | None = None
        self.hears_nothing, self.loudness = False, Loudness.GOOD
        self.silence_s = 0.0
        self._silence, self._watch = Silence(0.0), LoudnessWatch()
        self._heard_at_s = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether the device is still held, even if nothing of it is wanted any more."""
        return self._task is not None

    @property
    def elapsed_s(self) -> float:
        """Seconds of the recording in progress that are on disk; 0 where there is none."""
        return self._task.elapsed_s if self._task else 0.0

    def record(self, microphone: str | None) -> None:
        """Opens the microphone of that name (None: the system's default) and records until `stop`."""
        self.microphone = microphone
        if self._task is not None:
            if self.state is State.NONE:
                self._tell_unanswered()
            return
        self.hears_nothing, self._heard_at_s = False, 0.0
        self.loudness, self._watch = Loudness.GOOD, LoudnessWatch()
        self._silence = Silence(self.silence_s)
        path = free_path(self.folder, datetime.now().strftime(STAMP), ".wav", number="_{}")
        self._task = RecordingTask(path, microphone, self._make_recorder)
        self._task.started.connect(self._take_start)
        self._task.level.connect(self._take_level)
        self._task.ended.connect(self._take_end)
        self._task.start()
        self.patience.start()
        self._change(State.OPENING)

    def stop(self, tail_s: float = TAIL_S) -> None:
        """Ends the recording tail_s from now."""
        if self._task is not None:
            self._task.request_stop(tail_s)
            self._change(State.STOPPING)

    def drop(self) -> None:
        """Ends the recording at once and says no more of it; the file is kept."""
        if self._task is not None:
            self._task.request_stop(0.0)
            self._change(State.NONE)

    def _give_up_opening(self) -> None:
        """A sound system that hangs must not take Record with it for ever, nor Stop."""
        if self.state in (State.OPENING, State.STOPPING) and self.elapsed_s == 0:
            self.drop()
            self._tell_unanswered()

    def _tell_unanswered(self) -> None:
        device = self.microphone or _("System default")
        self.failed.emit(MicrophoneBusy(device=device, reason="it does not answer"), False)

    def _take_start(self) -> None:
        if self.state is State.NONE:
            return  # dropped while the microphone was being opened
        self._ended = threading.Event()
        self.recording_started.emit(self._task.path, self._ended)
        if self.state is State.OPENING:
            self._change(State.LISTENING)

    def _take_level(self, peak: float, rms: float, elapsed_s: float) -> None:
        """elapsed_s: of the block's end; by the time that it is heard of here, more may be on disk."""
        self.level_changed.emit(peak, rms)
        if peak > DEAD_PEAK:
            self._heard_at_s = elapsed_s
        hears_nothing = elapsed_s - self._heard_at_s > DEAD_AFTER_S
        loudness = self._watch.hear(elapsed_s, peak, rms)
        if (hears_nothing, loudness) != (self.hears_nothing, self.loudness):
            self.hears_nothing, self.loudness = hears_nothing, loudness
            self.state_changed.emit()
        self._silence.hear(elapsed_s, rms)
        if self._silence.is_over and self.state is State.LISTENING:
            self.stop(0.0)  # there was nothing to be cut off for some time

    def _take_end(self, recording: Recording | None, error: DiktovkaError | None) -> None:
        self._task = None
        if recording is not None:
            self.recording_ended.emit(recording.path, recording.duration_s)
        if self._ended is not None:
            self._ended.set()
            self._ended = None
        if error is not None:
            self.failed.emit(error, recording is not None)
        self._change(State.NONE)

    def _change(self, state: State) -> None:
        self.state = state
        self.state_changed.emit()
