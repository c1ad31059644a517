"""My voice: read sentences aloud, tune the model on them, see what it brought, keep it or throw it away."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.errors import StorageError
from engine.system.worker import Cancelled
from gui.core.i18n import _, ngettext
from gui.core.settings import Settings
from gui.core.tasks import Errand, MakeRecorder
from gui.editor.clip_player import ClipPlayer
from gui.session.session import Session
from gui.tuning.model_label import ModelLabel
from gui.voice.list import KeptList
from gui.voice.other_voices_panel import OtherVoicesPanel
from gui.voice.reader import Reader
from gui.voice.recognition import VoiceHearing
from gui.voice.tuning import VoiceTuning
from gui.widgets.dialogs import ask_folder
from gui.widgets.form import ScrollArea, column_of, group
from gui.widgets.message_bar import Action, MessageList
from gui.widgets.theme import GRID
from trainer.evaluation.misread import misread
from trainer.own_voice.prompt_chooser import Chooser, sentences
from trainer.own_voice.store import Imported, Kept, VoiceStore


class VoicePage(QWidget):
    """`closed` after `close_work`, when nothing runs any more. ask_folder: the dialog."""

    closed = Signal()

    def __init__(self, session: Session, settings: Settings, make_recorder: MakeRecorder):
        super().__init__()
        self._session, self._settings, self.ask_folder = session, settings, ask_folder
        self._closing = self.has_closed = False
        self.store = VoiceStore()
        self.store.empty_bin()
        self._chooser, self._passed_over = Chooser(sentences()), []
        self._fresh: set[str] = set()  # names of what was kept since the page was made, and not heard yet
        self._imported: Imported | None = None
        self._unkept: Kept | None = None
        self.player = ClipPlayer()
        self.reader = Reader(self.store, self.player, make_recorder, lambda: settings.microphone, self._may_record)
        self.list, self.model = KeptList(), ModelLabel(session, settings)
        self.list.add_below(self.model)
        self.hearing = VoiceHearing(self.store, session)
        self.others = OtherVoicesPanel(lambda: session.model, settings, self.store.folder)
        self.tuning = VoiceTuning(session, settings, self.store.folder, self.others)
        self.work = Errand(self, ended=self._end)
        self.messages = MessageList()
        self._lay_out()
        self._connect()
        self._begin()

    def _lay_out(self) -> None:
        reading = group((self.reader, 3), (self.list, 2), self.others, gap=GRID + GRID // 2)
        self.pages = QStackedWidget()
        self.pages.addWidget(reading)
        self.pages.addWidget(self.tuning.result_view)
        area = ScrollArea(self.pages)
        below = (self.messages, self.tuning.panel)  # below what scrolls, so that the button is always in sight
        column_of(self, (area, 1), *below, margins=(3 * GRID, GRID, 3 * GRID, GRID))
        self.messages.keep_still(area)

    def _connect(self) -> None:
        for part in (self.reader, self.player):
            part.failed.connect(self.messages.say_failure)
            part.changed.connect(self._close_when_quiet)
        self.reader.kept.connect(self._keep)
        self.reader.another_wanted.connect(self._pass_over)
        self.list.play_wanted.connect(self._play)
        self.list.delete_wanted.connect(self._delete)
        self.list.bring_in.clicked.connect(self._import)
        self.list.choice_changed.connect(self._choose)
        self.hearing.changed.connect(self._heard)
        self._session.status_changed.connect(self._session_changed)
        self.tuning.failed.connect(self.messages.say_failure)
        self.tuning.done.connect(self.messages.say_done)
        self.tuning.doubted.connect(self._ask_about)
        self.tuning.changed.connect(self._tuning_changed)

    def _begin(self) -> None:
        """What was there last time is there again: kept sentences, a take, a tuned model."""
        self.kept = self.store.kept()
        self.hearing.look()
        take = self.store.take_of_last_time()
        if take is not None:
            self.reader.show_take(take.path, take.text)
        else:
            self._next_sentence()
        self._show()
        self._tuning_changed()

    def showEvent(self, event: QShowEvent) -> None:
        """Other pages may have added sentences, or other people's recordings, meanwhile."""
        super().showEvent(event)
        self.reader.record.setFocus()  # so that Space records
        self.others.look()
        if not self.work.running:
            self.kept = self.store.kept()
            self._show()

    # --- reading ---

    def _may_record(self) -> str:
        return self._session.status.hindrance

    def _next_sentence(self) -> None:
        heard = [(clip.text, self.hearing.heard.get(clip.path.name)) for clip in self.kept]
        self.reader.show_sentence(self._chooser.choose(heard, self._passed_over))

    def _pass_over(self, text: str) -> None:
        self._passed_over.append(text)
        self._next_sentence()

    def _keep(self, take: Path, text: str) -> None:
        self._unkept = Kept(take, text)
        if not self._do(self.store.keep(take, text), self._was_kept):
            self.reader.show_take(take, text)

    def _was_kept(self, clip: Kept) -> None:
        self.kept.append(clip)
        self._fresh.add(clip.path.name)
        self._unkept = None
        self._show()
        self._next_sentence()

    def _play(self, clip: Kept) -> None:
        self.player.toggle(clip.path)

    def _delete(self, clip: Kept) -> None:
        def tell(deleted: Kept) -> None:
            self.kept.remove(clip)
            self._show()
            bring_back = partial(self._do, self.store.restore(deleted), self._was_restored)
            undo = partial(self.work.when_free, bring_back)
            self.messages.say_done(_("“{text}” was taken out.").format(text=clip.text), undo)

        self._do(self.store.delete(clip), tell)

    def _was_restored(self, clip: Kept) -> None:
        self.kept.append(clip)
        self._show()

    def _import(self) -> None:
        folder = self.ask_folder(self, _("Choose a folder of your own recordings"), self._settings.folder)
        if folder is not None:
            self._settings.folder = folder
            self._imported = Imported(0, 0, 0)
            self._do(self.store.bring_in(folder), self._was_imported)

    def _was_imported(self, so_far: Imported) -> None:
        self._imported = so_far
        self.tuning.panel.state.setText(
            _("{n} of {total} recordings are taken in").format(n=so_far.n + so_far.rejected, total=so_far.total)
        )

    def _tell_imported(self) -> None:
        done, self._imported = self._imported, None
        sentence = ngettext("{n} recording was taken in.", "{n} recordings were taken in.", done.n).format(n=done.n)
        if done.rejected:
            sentence += " " + ngettext(
                "{n} could not be used: without a text in Russian letters, or unreadable.",
                "{n} could not be used: without a text in Russian letters, or unreadable.",
                done.rejected,
            ).format(n=done.rejected)
        self.messages.say_success(sentence)

    # --- what is done on the disk, one thing at a time ---

    def _do(self, steps, after: Callable[[object], None]) -> bool:
        if self.work.running:
            return False
        self.work.run(steps, after)
        self.list.set_busy(True)
        return True

    def _end(self, outcome: Exception | None) -> None:
        self.list.set_busy(False)
        if self._unkept is not None:  # it is a take still
            self.reader.show_take(self._unkept.path, self._unkept.text)
            self._unkept = None
        if self._imported is not None:
            self._tell_imported()
            self.kept = self.store.kept()
            self._show()
        if outcome is not None and not isinstance(outcome, Cancelled):
            self.messages.say_failure(outcome)  # last: a success takes away what was told before
        self._close_when_quiet()

    def _show(self) -> None:
        self._show_kept()
        QTimer.singleShot(0, self, self._session_changed)

    def _session_changed(self, _status: object = None) -> None:
        self.hearing.go_on(self.kept)

    def _show_kept(self) -> None:
        odd, chosen = self._misread(), self.store.chosen()
        names = [clip.path.name for clip in self.kept]
        without = frozenset(name for name in names if not chosen.get(name, name not in odd))
        self.list.show_kept(self.kept, self.hearing.heard, odd, without)
        self.tuning.show_kept(len(names) - len(without), without)

    def _misread(self) -> frozenset[str]:
        """Names of the recordings of which something else is heard than is shown."""
        heard = self.hearing.heard
        return misread(
            {clip.path.name: (clip.text, heard[clip.path.name]) for clip in self.kept if clip.path.name in heard}
        )

    def _choose(self, clip: Kept, is_learned: bool) -> None:
        try:
            self.store.save_chosen(self.store.chosen() | {clip.path.name: is_learned})
        except StorageError as error:
            self.messages.say_failure(error)
        QTimer.singleShot(0, self, self._show_kept)  # not while the table is at it

    def _warn(self) -> None:
        """Of what was kept just now, if something else is heard."""
        heard_now = self._fresh & self.hearing.heard.keys()
        self._fresh -= heard_now
        for clip in [clip for clip in self.kept if clip.path.name in heard_now & self._misread()]:
            self.messages.say(
                _("“{text}” sounds like another text, so it is left out of the tuning.").format(text=clip.text),
                "alert-outline",
                [
                    Action(_("Delete"), partial(self._delete, clip)),
                    Action(_("Use it all the same"), partial(self._choose, clip, True)),
                ],
            )

    def _heard(self) -> None:
        self._show_kept()
        self._warn()
        self._close_when_quiet()
        QTimer.singleShot(0, self, self._session_changed)

    def _tuning_changed(self) -> None:
        self.pages.setCurrentIndex(0 if self.tuning.result is None else 1)
        self.tuning.panel.setVisible(self.tuning.result is None)
        self._close_when_quiet()

    # --- telling and ending ---

    def _ask_about(self, sentence: str, take: Callable[[], None], refuse: Callable[[], None]) -> None:
        self.messages.say(
            sentence,
            "alert-outline",
            [Action(_("Keep the model before"), refuse), Action(_("Use it all the same"), take)],
        )

    def close_work(self) -> None:
        """Asks all that runs to stop; a tuning saves its state, a take stays."""
        self._closing = True
        self.reader.close_work()
        self.hearing.close_work()
        self.tuning.stop()
        self.others.stop()
        if self._imported is not None:
            self.work.cancel()
        self._close_when_quiet()

    def _close_when_quiet(self) -> None:
        busy = self.reader.busy or self.player.is_playing or self.hearing.work.running or self.tuning.busy
        if self._closing and not busy and not self.work.running and not self.has_closed:
            self.has_closed = True
            self.closed.emit()
