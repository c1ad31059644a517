"""Dictating beyond the window: keys that work everywhere, the tray, a second start, and where the text goes."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from engine.dictation.spoken_commands import NOTHING_SPOKEN, Spoken
from engine.paths import recordings_dir
from engine.transcript.typography import typeset
from gui.core.errors import Closing
from gui.core.i18n import N_, _
from gui.core.problem import problem_words
from gui.core.settings import Settings
from gui.core.shortcuts import shown
from gui.desktop import start_options
from gui.desktop.global_shortcut import GlobalShortcut, system_keys
from gui.desktop.insertion import Insertion, system_typing, why_not
from gui.desktop.small_window import WhileElsewhere
from gui.desktop.start_options import StartOptions
from gui.desktop.tray import Tray
from gui.dictation.dictation_page import DictationPage
from gui.session.jobs import Job
from gui.session.session import Session
from gui.session.status import Recording, Status
from gui.shell.main_window import MainWindow
from gui.widgets.label import notice
from gui.widgets.message_bar import Action

NO_WINDOW = N_("No window had the focus, so the text was not inserted but copied.")


def spoken(settings: Settings) -> Spoken:
    """What the person wants to be made of spoken words."""
    return Spoken(frozenset(settings.spoken_off.split()), settings.spoken_capitals, settings.spoken_digits)


class Dictating(QObject):
    """Puts the settings of dictating into force, and carries out what comes from outside the window."""

    def __init__(self, session: Session, settings: Settings, page: DictationPage, window: MainWindow):
        super().__init__()
        self._session, self._settings, self._page, self._window = session, settings, page, window
        self.insertion, self.shortcut = Insertion(system_typing()), GlobalShortcut(system_keys())
        self.tray: Tray | None = None
        self.small = WhileElsewhere(session, settings)
        self.message_lists = [page.messages]  # where it is said that the keys for every window cannot be had
        self._target: object | None = None
        self._is_elsewhere = False  # whether the person was in another program when they began to speak
        self._targets: dict[int, tuple[object | None, bool]] = {}
        self._was = Status()
        self._has_problem = False
        self._follow()
        self._apply_all()

    def _follow(self) -> None:
        session = self._session
        session.spoken_for = self._spoken_for
        session.status_changed.connect(self._take_status)
        session.recorded.connect(self._remember)
        session.dictated.connect(self._hand_on)
        session.problem.connect(self._take_problem)
        session.closed.connect(self.close)
        self.insertion.inserted.connect(self.tell_inserted)
        self.insertion.failed.connect(self.tell_not_inserted)
        self.shortcut.pressed.connect(self._keys_pressed)
        self.shortcut.released.connect(self._keys_released)
        self.shortcut.settled.connect(self._tell_shortcut)
        self._settings.changed.connect(self._apply)
        self._window.hides_on_close = self._hides_on_close

    # --- settings ---

    def _apply_all(self) -> None:
        for name in ("silence_s", "tray_icon", "punctuate"):
            self._apply(name)
        if self._settings.global_keys:
            self._apply("global_keys")
        self._apply("global_keys_held")

    def _apply(self, name: str) -> None:
        match name:
            case "silence_s":
                self._session.dictaphone.silence_s = self._settings.silence_s
            case "punctuate":
                self._session.punctuates = self._settings.punctuate
            case "global_keys":
                self.shortcut.use(self._settings.global_keys)
                self._show_keys()
            case "global_keys_held":
                self._show_keys()
            case "tray_icon":
                self.show_tray(self._settings.tray_icon and Tray.is_possible())

    def _show_keys(self) -> None:
        keys = self.shortcut.granted or shown(self._settings.global_keys)
        self._page.controls.show_keys(keys, self._settings.global_keys_held)

    def show_tray(self, wanted: bool) -> None:
        if wanted and self.tray is None:
            self.tray = Tray(self._window.isVisible)
            self.tray.show_wanted.connect(self._show_or_hide)
            self.tray.toggle_wanted.connect(self._page.toggle_recording)
            self.tray.cancel_wanted.connect(self._session.cancel)
            self.tray.quit_wanted.connect(self._window.leave)
            self.tray.show_status(self._session.status)
        if self.tray is not None:
            self.tray.icon.setVisible(wanted)
            if not wanted and not self._window.isVisible():
                self._window.come()

    @property
    def has_tray(self) -> bool:
        return self.tray is not None and self.tray.icon.isVisible()

    def _hides_on_close(self) -> bool:
        return self._settings.close_to_tray and self.has_tray

    def _show_or_hide(self) -> None:
        if self._window.isVisible() and not self._window.isMinimized():
            self._window.hide()
        else:
            self._window.come()

    def _spoken_for(self, job: Job) -> Spoken:
        """In a file no commands are carried out, unless it was dictated here or the person wants it so."""
        dictated = job.is_live or job.path.parent in (self._settings.recordings, recordings_dir())
        if dictated:
            return spoken(self._settings)
        in_file = spoken(self._settings) if self._settings.spoken_in_files else NOTHING_SPOKEN
        return replace(in_file, digits=self._settings.digits_in_files)

    # --- what comes from outside ---

    def show_small(self) -> None:
        """Where there is no tray to call a hidden window from."""
        self._window.showMinimized()
        self._page.messages.say(_("There is no tray icon, so the window was not hidden but made small."))

    def take(self, options: StartOptions) -> None:
        """What a later start asks for. Raises Closing."""
        if self._session.status.closing:
            raise Closing()
        recording = self._session.status.recording
        if options.files:
            self._session.open_files(options.files)
        match options.command:
            case start_options.SHOW | start_options.OPEN:
                self._window.come()
            case start_options.TOGGLE:
                self._page.toggle_recording()
            case start_options.RECORD if recording is Recording.NONE:
                self._page.toggle_recording()
            case start_options.STOP:
                self._stop()
            case start_options.CANCEL:
                self._session.cancel_dictation()

    def _stop(self) -> None:
        if self._session.status.recording in (Recording.OPENING, Recording.LISTENING):
            self._session.stop()

    def _keys_pressed(self) -> None:
        held = self._settings.global_keys_held
        if not held or self._session.status.recording is Recording.NONE:
            self._page.toggle_recording()

    def _keys_released(self) -> None:
        if self._settings.global_keys_held:
            self._stop()

    def _tell_shortcut(self) -> None:
        if self.shortcut.problem is not None:
            for messages in self.message_lists:
                messages.say_failure(self.shortcut.problem)
        elif self.shortcut.granted:
            sentence = _("In every window the desktop gives Diktovka the keys: {keys}")
            self._page.controls.say(sentence.format(keys=self.shortcut.granted))

    # --- where the text goes ---

    def _take_status(self, status: Status) -> None:
        before, self._was = self._was.recording, status
        if before is Recording.NONE and status.recording is Recording.OPENING:
            self._has_problem = False
            self._is_elsewhere = QGuiApplication.focusWindow() is None
            wanted = self._settings.insert_dictated and self._is_elsewhere
            self._target = self.insertion.target() if wanted else None
        if self.tray is not None:
            self.tray.show_status(status, self._has_problem)

    def _take_problem(self, problem) -> None:
        self._has_problem = True
        if self.tray is not None:
            self.tray.show_status(self._session.status, True)
            if not self._window.isVisible():
                self.notify(problem_words(problem.error))

    def notify(self, sentence: str) -> None:
        """On the desktop, where there is a tray icon to do so."""
        if self.has_tray:
            self.tray.icon.showMessage(_("Diktovka"), notice(sentence))

    def _remember(self, job: Job) -> None:
        self._targets[job.key] = self._target, self._is_elsewhere

    def _hand_on(self, job: Job, text: str) -> None:
        """The text of a dictation that was read to its end goes where the person wants it."""
        target, is_elsewhere = self._targets.pop(job.key, (None, False))
        if not text.strip():
            return
        text = typeset(text)
        copies, inserts = self._settings.copy_dictated, self._settings.insert_dictated and is_elsewhere
        if inserts and target is not None:
            self.insertion.insert(text, target)
        elif inserts:
            copies = True
            reason = NO_WINDOW if self.insertion.is_possible else why_not()
            self._page.messages.say(_(reason))
        if copies:
            QGuiApplication.clipboard().setText(text)
            self._page.controls.say(_("Copied"))
            self.small.say(_("Copied"))
            self._announce_copying()

    def _announce_copying(self) -> None:
        """Once: a clipboard that changes by itself is no nice surprise."""
        if self._settings.copy_dictated and not self._settings.copying_told:
            self._settings.copying_told = True
            text = _("What you dictate is copied as well: paste it wherever you want it.")
            stop_copying = partial(setattr, self._settings, "copy_dictated", False)
            self._page.messages.say(text, "content-copy", [Action(_("Do not copy"), stop_copying)])

    def tell_inserted(self, _text: str) -> None:
        self._page.controls.say(_("Inserted"))
        self.small.say(_("Inserted"))

    def tell_not_inserted(self, text: str, error: Exception) -> None:
        QGuiApplication.clipboard().setText(text)
        self._page.messages.say_failure(error, sentence=_("{problem} It was copied instead."))

    def close(self) -> None:
        self.shortcut.close()
        self.insertion.close()
        if self.tray is not None:
            self.tray.icon.hide()
