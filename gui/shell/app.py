"""The application: puts the parts together, shows the window first and does everything slow afterwards."""

import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_API", "pyside6")  # for qtawesome, which would otherwise take what it finds first

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QSocketNotifier, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from engine.audio.capture import Recorder, input_devices
from engine.errors import DiktovkaError
from engine.paths import data_dir
from engine.system.private import keep_private
from gui.core import i18n
from gui.core.garbage import Garbage
from gui.core.i18n import _, window_locale
from gui.core.log import Uncaught, start_logging
from gui.core.problem import Problem
from gui.core.recognition import Engine
from gui.core.settings import Settings
from gui.core.tasks import MakeRecorder
from gui.desktop.single_instance import SingleInstance
from gui.desktop.start_options import CANCEL, HIDE, OPEN, RECORD, SHOW, STOP, TOGGLE, StartOptions, parse
from gui.dictation.autosave import KeptText
from gui.dictation.dictation_page import DictationPage
from gui.dictation.empty_page import shipped_samples
from gui.dictation.language_model_warning import LanguageWatch
from gui.dictation.page_edits import DictatedText
from gui.dictation.recent_files import RecentFiles
from gui.dictation.resume_offer import HistoryOffer
from gui.session.history_recorder import HistoryKeeper
from gui.session.session import Session
from gui.session.watched_folder import WatchedFolder
from gui.settings.privacy import Left, delete, stored_kinds
from gui.shell.apply_settings import Applied
from gui.shell.desktop_dictation import Dictating
from gui.shell.main_window import MainWindow
from gui.shell.queue_notice import QueueNotice
from gui.widgets.lazy_page import LatePage
from gui.widgets.microphone_list import ListDevices, MicrophoneChoice

log = logging.getLogger(__name__)


def start_engine_process(settings: Settings, model: Path) -> Engine:
    """The recognition process with the model in that folder and the chosen language model; not started yet."""
    from engine.decode.beam_loader import Language
    from engine.transcribe.recognition_process import EngineProcess

    return EngineProcess(model, Language(settings.language_model))


class Program(QObject):
    """The parts of the running program. Needs a QApplication; `open` shows the window.

    make_engine, make_recorder, list_devices: recognition (None: its process) and sound, passed in.
    """

    def __init__(
        self,
        make_engine: Callable[[Path], Engine] | None = None,
        make_recorder: MakeRecorder = Recorder,
        list_devices: ListDevices = input_devices,
        language: str | None = None,
    ):
        super().__init__()
        self.garbage = Garbage(self)
        self.settings = Settings()
        self.language = i18n.install(language or self.settings.language or None)
        QApplication.setApplicationDisplayName(_("Diktovka"))  # as titles end: Qt adds it to those that do not
        self._translate_qt()
        self.applied = Applied(self.settings)
        make_engine = make_engine or partial(start_engine_process, self.settings)
        self.session = Session(make_engine, self.settings.recordings, make_recorder, model=self.settings.model)
        self.applied.follow(self.session)
        self.microphones = MicrophoneChoice(self.settings, list_devices)
        self.page = DictationPage(self.session, self.settings, self.microphones, shipped_samples(self.language))
        self.kept_text = KeptText(data_dir() / "texts", self.page.transcript)
        self.kept_text.failed.connect(lambda error: self.page.tell(Problem(error)))
        self.session.closed.connect(self.kept_text.save_last)
        self.language_watch = LanguageWatch(self.session, self.settings, self.page)
        self._list_devices, self._make_recorder = list_devices, make_recorder
        self.history = HistoryKeeper(self.session, self.settings)
        self.history_offer = HistoryOffer(self.page, self.history, self._show_history)
        self.dictated_text = DictatedText(self.page.transcript, self.history)
        self.session.jobs_added.connect(self.dictated_text.leave_read_again)
        self.watch = WatchedFolder(self.session, self.settings, self.history.store)
        self.watch.failed.connect(self.history_offer.tell)
        history_page = LatePage("gui.history.page", self._make_history_page, _("Getting the history ready"))
        late = (self._make_trainer_page, self._make_settings_page, self._make_voice_page, history_page)
        self.window = MainWindow(self.session, self.settings, self.page, *late, self.history)
        self.dictating = Dictating(self.session, self.settings, self.page, self.window)
        self.queue_notice = QueueNotice(
            self.session, self.window, self.page.messages, self.dictating.notify, self._show_history
        )
        self.recent_files = RecentFiles(self.page, self.session, self.history.store)
        self.page.controls.keys.clicked.connect(lambda: self.show_round("keys"))
        self._first, self._welcome = StartOptions(SHOW), False
        self._unwanted: Collection[str] | None = ()

    def _translate_qt(self) -> None:
        """Qt's own words in menus and file dialogs, and its numbers in fields."""
        QLocale.setDefault(window_locale())
        translator = QTranslator(self)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(f"qtbase_{self.language}", folder):
            QApplication.installTranslator(translator)

    # Pages are imported late: by then the window has done so on another thread.

    def _make_trainer_page(self) -> QWidget:
        from gui.training.page import TrainerPage

        return TrainerPage(self.session, self.settings)

    def _make_settings_page(self) -> QWidget:
        from gui.settings.page import SettingsPage
        from gui.settings.sections import Around

        around = Around(
            self.session,
            self.settings,
            self._list_devices,
            close_window=self.window.leave,
            delete_at_end=self._delete_at_end,
            make_recorder=self._make_recorder,
            shortcut=self.dictating.shortcut,
            show_tour=self.show_round,
        )
        page = SettingsPage(around)
        self.dictating.message_lists.append(around.messages)
        self.session.closed.connect(page.save_last)
        return page

    def _make_voice_page(self) -> QWidget:
        from gui.voice.page import VoicePage

        return VoicePage(self.session, self.settings, self._make_recorder)

    def _make_history_page(self) -> QWidget:
        from gui.history.page import HistoryPage

        page = HistoryPage(self.session, self.settings, self.history)
        page.editing.edited.connect(self.dictated_text.leave)
        return page

    def _show_history(self) -> None:
        self.window.tabs.setCurrentWidget(self.window.history_page)

    def _delete_at_end(self, names: Collection[str] | None) -> None:
        self._unwanted = names

    def delete_unwanted(self) -> list[Left]:
        """What the person wanted deleted, now that nothing of it is in use any more. Tells what is left."""
        if self._unwanted == ():
            return []
        logging.shutdown()
        self.settings.save()  # else Qt would write what was set last once the file is gone
        kinds = stored_kinds(self.settings.recordings)
        return delete(kind for kind in kinds if self._unwanted is None or kind.name in self._unwanted)

    def open(self, files: Sequence[Path] = (), welcome: bool = False) -> None:
        """Shows the window, then loads the model and looks for microphones, then reads the files."""
        self.start(StartOptions(OPEN if files else SHOW, tuple(files)), welcome)

    def start(self, options: StartOptions, welcome: bool = False) -> None:
        """The same, and what else this first start was asked for.

        welcome: whether a newcomer who asked for nothing is shown round.
        """
        self._first, self._welcome = options, welcome and options.command == SHOW and not self.settings.tour_seen
        if options.command == HIDE and self.dictating.has_tray:
            self._begin_later()
            return
        self.window.first_shown.connect(self._begin_later)
        if options.command == HIDE:
            self.dictating.show_small()
        else:
            self.window.show()

    def _begin_later(self) -> None:
        QTimer.singleShot(0, self._begin)

    def _begin(self) -> None:
        self.session.load_model()
        self.history.begin()
        self.watch.begin()
        self.microphones.look()
        if self.kept_text.of_last_time is not None:
            self.page.offer_text_of_last_time(self.kept_text.bring_back)
        if self._first.files:
            self.session.open_files(self._first.files)
        if self._first.command in (TOGGLE, RECORD):
            self.page.toggle_recording()
        if self._welcome:
            self.show_round()

    def show_round(self, name: str = "") -> None:
        """The tour, from its beginning or from the step of that name."""
        from gui.desktop.keys_setup import KeysTrial
        from gui.help.tour import Tour

        tour = Tour(self.settings, self.window)
        tour.add_to_step("keys", KeysTrial(self.settings, self.dictating.shortcut, self.session))
        tour.show_named(name)
        tour.finished.connect(tour.deleteLater)
        tour.open()

    def tell_uncaught(self, error: BaseException) -> None:
        self.page.tell(Problem(error if isinstance(error, Exception) else RuntimeError(str(error))))


class _Signals(QObject):
    """SIGINT and SIGTERM close the window as a click on its cross does.

    Python runs its handlers only between two instructions of its own; a byte in a socket wakes Qt's loop.
    """

    def __init__(self, close: Callable[[], object]):
        super().__init__()
        self._close = close
        self._inner, outer = socket.socketpair()
        self._outer = outer
        for end in (self._inner, outer):
            end.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(outer.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._inner.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._take)
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: None)

    def _take(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._inner.recv(64)
        self._close()


def _hand_over(instance: SingleInstance, options: StartOptions) -> int | None:
    """The exit status; None where the other program has just ended, so that this one is to run."""
    try:
        return 0 if instance.hand_over(options) else None
    except DiktovkaError as error:
        print(f"diktovka: {error}", file=sys.stderr)
        return 1


def run(argv: Sequence[str], make_program: Callable[[], Program] = Program) -> int:
    """Opens the window, or hands argv to the program that runs already; returns the exit status."""
    options = parse(argv)
    keep_private()
    instance = SingleInstance()
    if not instance.claim() and (status := _hand_over(instance, options)) is not None:
        return status
    if options.command in (STOP, CANCEL):
        print("diktovka: Diktovka is not running.", file=sys.stderr)
        return 1
    start_logging()
    app = QApplication(["diktovka"])
    app.setApplicationName("diktovka")
    app.setDesktopFileName("org.diktovka.Diktovka")
    uncaught = Uncaught()
    uncaught.install()
    program = make_program()
    uncaught.failed.connect(program.tell_uncaught)
    signals = _Signals(program.window.leave)
    app.setQuitOnLastWindowClosed(False)  # it may be hidden in the tray
    program.window.left.connect(app.quit)
    instance.listen(program.dictating.take)
    Garbage.keep()
    program.window.page_made.connect(Garbage.keep)
    program.start(options, welcome=True)
    status = app.exec()
    instance.stop_listening()
    uncaught.uninstall()
    del signals
    for left in program.delete_unwanted():
        print(f"{left.path}: {left.reason}", file=sys.stderr)
    instance.close()  # not earlier: what the next start makes would be deleted under it
    return status
