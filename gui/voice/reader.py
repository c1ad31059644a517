"""A sentence to read aloud: shown, recorded, judged, heard, and kept or read again."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from engine.alphabet import normalise
from gui.core.i18n import _
from gui.core.shortcuts import bind
from gui.core.tasks import MakeRecorder, Work
from gui.editor.clip_player import ClipPlayer
from gui.session.loudness import Loudness
from gui.session.recording_controller import Dictaphone
from gui.session.status import Recording
from gui.voice.words import State, advice
from gui.widgets.form import column_of, keep_place, named, push_button, row_of, words
from gui.widgets.label import Label
from gui.widgets.record_button import RecordButton
from gui.widgets.theme import GRID, TEXT_SCALE, TITLE_SCALE, theme
from trainer.own_voice.store import VoiceStore, unusable
from trainer.own_voice.take_check import Verdict, judge


class Reader(QWidget):
    """may_record: why the microphone is not free just now, as a sentence; empty where it is.

    `kept(take, text)`: wanted in the corpus; the owner calls `show_sentence` when it is. `another_wanted(text)`: the
    sentence shown is passed over. `failed(error, try_again)`; `changed`: something began or ended.
    """

    kept = Signal(object, str)
    another_wanted = Signal(str)
    failed = Signal(object, object)
    changed = Signal()

    def __init__(
        self,
        store: VoiceStore,
        player: ClipPlayer,
        make_recorder: MakeRecorder,
        microphone: Callable[[], str | None],
        may_record: Callable[[], str],
    ):
        super().__init__()
        self._make_widgets()
        self._lay_out()
        self._store, self._player = store, player
        self._microphone, self._may_record = microphone, may_record
        self._dictaphone = Dictaphone(store.take_folder, make_recorder)
        self.judging = Work(self, yielded=self._judged, ended=self._judging_ended)
        self._remembering = Work(self, ended=self._remembered)
        self.path: Path | None = None
        self._dropped = self._closing = False
        self.state = State.READY
        self.sentence = ""
        self.take: Path | None = None
        self.verdict: Verdict | None = None
        self._connect()
        self.show_state()

    def _make_widgets(self) -> None:
        font = theme().font(TITLE_SCALE)
        self.text = Label(name=_("Sentence to read aloud"), wraps=True, centred=True, font=font)
        self.typed = named(QLineEdit(), _("Your own sentence"), _("Type a sentence, then say it"))
        self.typed.setFont(theme().font(TEXT_SCALE))
        self.typed.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.typed.setPlaceholderText(_("Type a sentence, then say it"))
        self.record = RecordButton(keys="Space")
        self.advice = words()
        self.advice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hear = push_button(_("Hear it"), _("Hear what was recorded"), command="voice_hear")
        self.keep = push_button(_("Keep"), f"{_('Keep it, and go on to the next sentence')} (Enter)", "primary")
        hint = _("Show another sentence instead of this one")
        self.another = push_button(_("Another sentence"), hint, "link", "voice_another")
        hint = _("A sentence of your own instead of the one shown")
        self.own = push_button(_("Type your own"), hint, "link", "voice_own")
        self.own.setCheckable(True)

    def _lay_out(self) -> None:
        page = QFrame(objectName="page")
        choice = row_of(self.another, self.own, gap=0, centred=True)
        column_of(page, None, self.text, self.typed, None, choice, margins=(3 * GRID, GRID, 3 * GRID, GRID // 2))
        column_of(self, (page, 1), row_of(self.hear, self.record, self.keep, gap=2 * GRID, centred=True), self.advice)
        width = max(self.hear.sizeHint().width(), self.keep.sizeHint().width())
        for button in (self.hear, self.keep):  # so that the round button stands in the middle
            button.setFixedWidth(width)
            keep_place(button)

    def _connect(self) -> None:
        self.record.clicked.connect(self.toggle)
        self.hear.clicked.connect(self.play)
        self.keep.clicked.connect(self.keep_take)
        self.another.clicked.connect(self.pass_over)
        self.own.toggled.connect(self._show_own)
        self.typed.textChanged.connect(self._own_changed)
        self.typed.returnPressed.connect(self._own_ready)
        bind(self, "voice_hear", self.play)
        bind(self, "voice_another", self.pass_over)
        bind(self, "voice_own", self.own.click)
        self._dictaphone.state_changed.connect(self._dictaphone_changed)
        self._dictaphone.level_changed.connect(self.record.show_level)
        self._dictaphone.recording_started.connect(self._recording_started)
        self._dictaphone.failed.connect(self._recording_failed)

    # --- the sentence ---

    def show_sentence(self, text: str | None) -> None:
        """A sentence to read; None where there are no more. A take of another is thrown away."""
        self._forget_take()
        self.sentence = text or ""
        self.text.setText(text or _("All sentences have been read. Type sentences of your own to go on."))
        if self.own.isChecked():
            self.own.setChecked(False)
        self.show_state()

    def show_take(self, take: Path, text: str) -> None:
        """One that was recorded before the program ended."""
        self.show_sentence(text)
        self._judge(take)

    def pass_over(self) -> None:
        if self.state in (State.READY, State.TAKEN) and not self.own.isChecked():
            self.another_wanted.emit(self.sentence)

    def _show_own(self, is_own: bool) -> None:
        self._forget_take()
        if is_own:
            self.typed.setFocus()
        self.show_state()

    def _own_changed(self) -> None:
        self._forget_take()
        self.show_state()

    def _own_ready(self) -> None:
        if self._can_record():
            self.record.setFocus()

    @property
    def said(self) -> str:
        """What is to be read: the sentence shown, or the one typed."""
        return self.typed.text().strip() if self.own.isChecked() else self.sentence

    def _can_record(self) -> bool:
        return bool(normalise(self.said)) and not unusable(self.said)

    # --- recording ---

    def toggle(self) -> None:
        if self.state is State.RECORDING:
            self._dictaphone.stop()
        elif self.state in (State.READY, State.TAKEN) and self._can_record() and not self._closing:
            reason = self._may_record()
            if reason:
                self.advice.setText(reason)
                return
            self._player.stop()
            self.path, self._dropped = None, False
            self._dictaphone.record(self._microphone())
            self.record.setFocus()

    def cancel(self) -> None:
        """The recording under way is thrown away."""
        if self.state is State.RECORDING:
            self._dropped = True
            self._dictaphone.stop(0.0)

    def _recording_started(self, path: Path, _ended: object) -> None:
        self.path = path
        self._remembering.start(partial(self._store.remember, self.said))

    def _dictaphone_changed(self) -> None:
        self.record.show_overdriven(self._dictaphone.loudness is Loudness.OVERDRIVEN)
        if self._dictaphone.state is not Recording.NONE:
            self.state = State.RECORDING
        elif self.state is State.RECORDING:
            self.state = State.READY if self.take is None else State.TAKEN
            path, self.path = self.path, None
            if path is not None and not self._dropped:
                self._judge(path)
            elif path is not None:
                path.unlink(missing_ok=True)
        self.show_state()
        self.changed.emit()

    def _remembered(self, outcome: Exception | None) -> None:
        if outcome is not None:
            self.failed.emit(outcome, None)
        self.changed.emit()

    def _recording_failed(self, error: Exception, _is_kept: bool) -> None:
        self.failed.emit(error, None)

    # --- the take ---

    def _judge(self, path: Path) -> None:
        self.state, self.take = State.JUDGING, path
        text = normalise(self.said)

        def steps():
            yield judge(path, text)
            self._store.drop_takes(but=path)  # an earlier one goes when the new one is there

        self.judging.start(steps)
        self.show_state()

    def _judged(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def _judging_ended(self, outcome: Exception | None) -> None:
        self.state = State.TAKEN
        if outcome is not None:
            self.verdict = Verdict.UNREADABLE
            self.failed.emit(outcome, None)
        self.show_state()
        self.changed.emit()

    def _forget_take(self) -> None:
        if self.take is not None:
            self._player.stop()
            self._store.drop_takes()
        self.take = self.verdict = None
        if self.state is State.TAKEN:
            self.state = State.READY

    def play(self) -> None:
        if self.state is State.TAKEN:
            self._player.toggle(self.take)

    def keep_take(self) -> None:
        if self.state is State.TAKEN and self.verdict.can_be_kept:
            self._player.stop()
            take, self.take, self.state = self.take, None, State.READY
            self.kept.emit(take, self.said)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Comes here if what has the focus did not want the key."""
        if event.isAutoRepeat():
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space:
            self.toggle()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.keep_take()
        elif event.key() == Qt.Key.Key_Escape and self.state is State.RECORDING:
            self.cancel()
        else:
            super().keyPressEvent(event)

    def show_state(self) -> None:
        is_own, taken = self.own.isChecked(), self.state is State.TAKEN
        idle = self.state in (State.READY, State.TAKEN)
        self.text.setVisible(not is_own)
        self.typed.setVisible(is_own)
        self.typed.setReadOnly(not idle)
        self.another.setVisible(not is_own)
        self.another.setEnabled(idle and bool(self.sentence))
        self.own.setText(_("Back to the sentences") if is_own else _("Type your own"))
        self.own.setAccessibleName(self.own.text())
        self.own.setEnabled(idle)
        self.record.setEnabled(self._can_record())  # not for a moment only: the focus would go elsewhere
        self.record.set_recording(self.state is State.RECORDING)
        if not taken and (self.keep.hasFocus() or self.hear.hasFocus()):
            self.record.setFocus()
        self.hear.setVisible(taken)
        self.keep.setVisible(taken)
        self.keep.setEnabled(taken and self.verdict is not None and self.verdict.can_be_kept)
        self.advice.setText(advice(self.state, self._dictaphone, self.verdict, self.said, is_own))

    # --- ending ---

    @property
    def busy(self) -> bool:
        return self._dictaphone.is_busy or self.judging.running or self._remembering.running

    def close_work(self) -> None:
        """Ends the recording; the take stays for next time."""
        self._closing = True
        self._player.stop()
        if self._dictaphone.is_busy:
            self._dictaphone.stop(0.0)
