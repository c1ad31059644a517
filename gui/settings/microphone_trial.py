"""Whether a microphone hears: a few seconds of its level, of which nothing is kept."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.config import FULL_SCALE, QUIET_PEAK
from engine.paths import data_dir
from gui.core.i18n import _
from gui.core.problem import problem_words
from gui.core.tasks import MakeRecorder
from gui.session.recording_controller import DEAD_PEAK, Dictaphone
from gui.session.status import Recording, no_sound_words
from gui.widgets.form import LEFT, ProgressBar, column_of, push_button, row_of, words
from gui.widgets.log_window import failure_link
from gui.widgets.record_button import loudness
from gui.widgets.theme import GRID

LASTS_MS = 10_000


class MicrophoneTrial(QWidget):
    """A button, a bar that moves with the voice, and what to make of it.

    microphone: gives the name of the one to try, None for the system's default. hindrance: why it cannot be tried now,
    "" if it can. It ends by itself, and when it is hidden.
    """

    def __init__(self, make_recorder: MakeRecorder, microphone: Callable[[], str | None], hindrance: Callable[[], str]):
        super().__init__()
        self._microphone, self._hindrance, self.peak = microphone, hindrance, 0.0
        folder = data_dir() / "trial"
        for left_by_a_kill in folder.glob("*.wav"):
            self._forget(left_by_a_kill)
        self.dictaphone = Dictaphone(folder, make_recorder)
        self.button = push_button(_("Try it"), _("Shows for some seconds how loud it is; nothing is kept"))
        self.level = ProgressBar(_("Level of the microphone"))
        self.level.setFixedWidth(20 * GRID)
        self.level.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.told, self.show_log = words("", quiet=True), failure_link()
        self.patience = QTimer(self, singleShot=True, interval=LASTS_MS, timeout=self.end)
        column_of(self, row_of(self.button, self.level, gap=2 * GRID), self.told, (self.show_log, 0, LEFT))
        self.button.clicked.connect(self.toggle)
        self.dictaphone.state_changed.connect(self._show_state)
        self.dictaphone.level_changed.connect(self._show_level)
        self.dictaphone.recording_ended.connect(self._forget)
        self.dictaphone.failed.connect(self._tell)
        self._show_state()

    @property
    def running(self) -> bool:
        return self.dictaphone.state is not Recording.NONE

    def toggle(self) -> None:
        if self.running:
            self.end()
            return
        hindrance = self._hindrance()
        if hindrance:
            self._say(hindrance)
            return
        self.peak = 0.0
        self.dictaphone.record(self._microphone())
        self.patience.start()

    def end(self) -> None:
        """Also as soon as the microphone is wanted for something else."""
        self.patience.stop()
        if self.running:
            heard = self.dictaphone.state is Recording.LISTENING
            self.dictaphone.drop()
            if heard:
                self._say(self._verdict())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.end()

    def _show_state(self) -> None:
        state = self.dictaphone.state
        self.button.setText(_("Stop trying") if self.running else _("Try it"))
        if not self.running:
            self.level.setValue(0)
        if state is Recording.OPENING:
            self._say(_("Opening the microphone"))
        elif state is Recording.LISTENING:
            dead = self.dictaphone.hears_nothing
            self._say(no_sound_words() if dead else _("Speak: the bar moves with your voice."))

    def _show_level(self, peak: float, rms: float) -> None:
        self.peak = max(self.peak, peak)
        self.level.show_share(loudness(rms))

    def _verdict(self) -> str:
        if self.peak <= DEAD_PEAK:
            return _("Nothing was heard. See that the microphone is switched on, or choose another one.")
        if self.peak < QUIET_PEAK:
            return _("It hears little. Come nearer, or make it louder in the system's settings.")
        if self.peak >= FULL_SCALE:
            return _("It is too loud, and so distorted. Move away, or make it quieter in the system's settings.")
        return _("It hears you well.")

    def _forget(self, path: Path, _duration_s: float = 0.0) -> None:
        path.unlink(missing_ok=True)

    def _tell(self, error: Exception, _is_kept: bool) -> None:
        self.patience.stop()
        self._say(problem_words(error), is_failure=True)

    def _say(self, sentence: str, is_failure: bool = False) -> None:
        self.told.setText(sentence)
        self.show_log.setVisible(is_failure)
