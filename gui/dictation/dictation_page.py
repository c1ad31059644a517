"""The page where a person dictates: text, one large button under it, and in words what is happening."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from engine.errors import CaptureError, NoMicrophone
from engine.events import Segment
from engine.notes import Note
from engine.paths import model_name
from engine.text_marks import words_of
from engine.transcript.typography import typeset
from gui.core.file_names import page_names
from gui.core.i18n import _, ngettext, translate_note
from gui.core.problem import Problem
from gui.core.settings import Settings
from gui.core.shortcuts import bind
from gui.core.words import clock_time, shown_name, track_words
from gui.dictation.dictation_controls import Controls, Toolbar
from gui.dictation.empty_page import EmptyPage, Sample
from gui.dictation.transcript_view import TranscriptView
from gui.editor.find_bar import FindBar
from gui.editor.save_menu import Saver
from gui.editor.text_page import plain_text
from gui.help.shortcuts_window import ShortcutsWindow
from gui.session.jobs import Ending, Job
from gui.session.session import Session
from gui.session.status import Reading, Recording, Status, left_out_words, nothing_found_words
from gui.tuning.model_label import ModelLabel
from gui.widgets.dialogs import ask_open_paths, ask_save_path
from gui.widgets.form import column_of
from gui.widgets.message_bar import Action, Message, MessageList
from gui.widgets.microphone_list import MicrophoneChoice
from gui.widgets.theme import GRID

ELAPSED_EVERY_MS = 200
COUNT_AFTER_MS = 250  # a long text is not gone through at each letter
LEAST_TEXT_PX = 5 * GRID  # it scrolls; messages and controls must not be cut, however large text is
MOST_TRACKS = 3  # that have a button; the history has all
BUTTON_PADDING_PX = 12  # as in style.qss


class DictationPage(QWidget):
    """Shows what the session tells, and tells it what the person wants.

    ask_open_paths, ask_save_path: the file dialogs.
    """

    def __init__(
        self,
        session: Session,
        settings: Settings,
        microphones: MicrophoneChoice,
        samples: Sequence[Sample] = (),
    ):
        super().__init__()
        self._session, self._settings, self._microphones = session, settings, microphones
        self.ask_open_paths, self.ask_save_path = ask_open_paths, ask_save_path
        self.toolbar = Toolbar()
        self.transcript = TranscriptView()
        self.empty = EmptyPage(samples)
        self.messages = MessageList()
        self.find = FindBar(self.transcript, self.transcript.setExtraSelections)
        self.controls = Controls(microphones)
        self.model = ModelLabel(session, settings)
        self.controls.add_below(self.model)
        self._no_microphone: Message | None = None
        self._until_recorded: list[Message] = []  # of what kept the person from recording
        self.saver = Saver(settings)
        self._clock = QTimer(self, interval=ELAPSED_EVERY_MS, timeout=self._show_elapsed)
        self._counting = QTimer(self, singleShot=True, interval=COUNT_AFTER_MS, timeout=self._count_words)
        self._lay_out()
        self._follow_session()
        self._follow_person()

    # --- how it looks ---

    def _lay_out(self) -> None:
        self.page = QFrame(objectName="page")
        on_page = QGridLayout(self.page)
        on_page.setContentsMargins(3 * GRID, 4 * GRID, GRID, 2 * GRID)
        for widget in (self.transcript, self.empty):
            widget.setMinimumHeight(LEAST_TEXT_PX)
        on_page.addWidget(self.transcript, 0, 0)
        on_page.addWidget(self.empty, 0, 0, 2, 1)  # messages lie on its lower end: none moves what can be pressed
        on_page.addWidget(self.messages, 1, 0)
        on_page.setRowStretch(0, 1)
        self.messages.setContentsMargins(0, 0, 2 * GRID, 0)  # as far from the page's right edge as from its left
        self.messages.raise_()
        # The toolbar's icons, not the invisible frames of its buttons, stand above the page's edges.
        side = 3 * GRID
        padding = (BUTTON_PADDING_PX, 0, BUTTON_PADDING_PX, 0)
        below = column_of(None, self.find, (self.page, 1), GRID, self.controls, margins=padding)
        side -= BUTTON_PADDING_PX
        column_of(self, self.toolbar, (below, 1), margins=(side, GRID, side, 2 * GRID))

    def _show_emptiness(self) -> None:
        status = self._session.status
        idle = status.recording is Recording.NONE and status.reading is Reading.NONE
        has_text = not self.transcript.document().isEmpty()
        self.empty.setVisible(idle and not has_text)
        self.toolbar.set_has_text(has_text)

    # --- what the session tells ---

    def _follow_session(self) -> None:
        session = self._session
        session.status_changed.connect(self._show_status)
        session.level_changed.connect(self.controls.record.show_level)
        session.job_started.connect(self._begin_paragraph)
        session.provisional.connect(self._show_provisional)
        session.final.connect(self._add_segment)
        session.revised.connect(self.transcript.revise)
        session.job_ended.connect(self._end_job)
        session.nothing_heard.connect(self._tell_nothing_heard)
        session.nothing_found.connect(self._tell_nothing_found)
        session.left_out.connect(self._tell_left_out)
        session.cancelled.connect(self._tell_cancelled)
        session.problem.connect(self.tell)
        self.transcript.emptied_changed.connect(self._show_emptiness)
        self._microphones.unusable.connect(self._tell_no_microphone)
        self._microphones.found.connect(self._take_back_no_microphone)
        self.transcript.document().contentsChanged.connect(self._counting.start)
        self.saver.saved.connect(self.messages.say_saved)
        self.saver.failed.connect(self._tell_not_saved)
        self._show_status(session.status)

    def _show_status(self, status: Status) -> None:
        self.controls.show_status(status)
        if status.recording is Recording.LISTENING:
            for message in self._until_recorded:
                self.messages.take_back(message)
            self._until_recorded.clear()
        if status.recording is Recording.NONE:
            self._clock.stop()
        elif not self._clock.isActive():
            self._show_elapsed()
            self._clock.start()
        self._show_emptiness()

    def _count_words(self) -> None:
        self.toolbar.show_count(self.transcript.n_words)

    def _show_elapsed(self) -> None:
        self.controls.elapsed.setText(clock_time(self._session.elapsed_s))

    def _show_provisional(self, _job: Job, segment: Segment) -> None:
        self.transcript.show_provisional(" ".join(words_of(segment.text)))

    def _add_segment(self, job: Job, segment: Segment) -> None:
        if job.is_quiet:
            return
        self.transcript.add_segment(job, segment)
        if not segment.words and segment.raw:  # nothing but commands: what they did may not be seen
            heard = " ".join(word.text for word in segment.raw)
            self.controls.say(_("Done: “{words}”").format(words=heard))

    def _begin_paragraph(self, job: Job) -> None:
        if not job.is_quiet:
            self.transcript.begin(job)

    def _end_job(self, job: Job) -> None:
        self.transcript.show_provisional("")
        if job.ending is Ending.DONE and job.has_text and job.is_live:  # of files, one's success is not another's
            self.messages.succeed()
        if not job.is_quiet:
            for note in job.notes:
                if job.has_text or note.other_tracks:
                    self._tell_note(job, note)

    def _tell_note(self, job: Job, note: Note) -> None:
        """What to know of the recording, beside its text; of a file with its name."""
        sentence = translate_note(note)
        others = list(note.other_tracks.items())[:MOST_TRACKS]
        actions = [
            Action(track_words(number, name), partial(self._session.read, [job.again(number)]))
            for number, name in others
        ]
        text = sentence if job.is_live else f"{shown_name(job.path)}: {sentence}"
        self.messages.say(text, "alert-outline", actions, is_failure=True)

    def _tell_nothing_heard(self, job: Job) -> None:
        reasons = [translate_note(note) for note in job.notes if not note.other_tracks]
        if not job.is_live:
            text = _("No speech was recognised in {name}.").format(name=shown_name(job.path))
        elif reasons:
            text = _("No speech was recognised.")
        else:
            text = _("No speech was recognised. Speak louder or closer to the microphone, or choose another.")
        self.messages.say(" ".join([text, *reasons]), "text-search")

    def _tell_left_out(self, paths: Sequence[Path], is_quiet: bool) -> None:
        if not is_quiet:
            self.messages.say(left_out_words(paths), "file-question-outline", is_failure=True)

    def _tell_nothing_found(self, is_quiet: bool) -> None:
        if not is_quiet:
            self.messages.say(nothing_found_words(), "text-search")

    def _tell_cancelled(self, jobs: list[Job]) -> None:
        if jobs:
            text = ngettext(
                "Cancelled. The recording was not transcribed to its end; it is kept.",
                "Cancelled. {n} recordings were not transcribed to their end; they are kept.",
                len(jobs),
            ).format(n=len(jobs))
            self.messages.say(text, actions=[Action(_("Try again"), partial(self._session.read_again, jobs))])

    def tell(self, problem: Problem, icon: str = "alert-outline") -> Message:
        """A failure in one sentence, with the log and, where it makes sense, another try."""
        message = self.messages.say_failure(problem.error, problem.try_again, icon=icon)
        if isinstance(problem.error, CaptureError):
            self._until_recorded.append(message)
        return message

    def _tell_no_microphone(self, error: Exception) -> None:
        self._take_back_no_microphone()
        look = partial(self._microphones.look, rescan=True)
        icon = "microphone-off" if isinstance(error, NoMicrophone) else "alert-outline"
        self._no_microphone = self.tell(Problem(error, look), icon)

    def _take_back_no_microphone(self) -> None:
        if self._no_microphone is not None:
            self.messages.take_back(self._no_microphone)
            self._no_microphone = None

    def offer_text_of_last_time(self, bring_back: Callable[[], None]) -> None:
        text = _("Text from your last session was kept.")
        self.messages.say(text, "text-box-check-outline", [Action(_("Restore"), bring_back)])

    # --- what the person wants ---

    def _follow_person(self) -> None:
        toolbar, controls = self.toolbar, self.controls
        for button, command, act in (
            (controls.record, "record", self.toggle_recording),
            (controls.cancel, "cancel", self._session.cancel),
            (toolbar.open, "open", self.open_files),
            (toolbar.copy, "copy", self.copy_all),
            (toolbar.save, "save", self.save_as),
            (toolbar.clear, "clear", self.clear),
            (None, "microphone", self._choose_microphone),
            (None, "find", self.find.open),
        ):
            if button is not None:
                button.clicked.connect(lambda _checked=False, act=act: act())
            bind(self, command, act)
        toolbar.help.clicked.connect(self.show_shortcuts)
        self.empty.sample_chosen.connect(lambda path: self._session.open_files([path]))
        # Else the focus would go from what is hidden to the text, and Space would type.
        for left in (self._microphones.activated, self.empty.sample_chosen, controls.cancel.clicked):
            left.connect(controls.record.setFocus)
        self.messages.focus_lost.connect(controls.record.setFocus)
        tools = (toolbar.open, toolbar.recent, toolbar.copy, toolbar.save, toolbar.clear, toolbar.help)
        below = (controls.record, controls.cancel, controls.keys, self.model)
        order = (*tools, *self.empty.cards, self.transcript, self._microphones, *below)
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the empty page puts the caret there, for those who want to type."""
        if self.empty.isVisible() and self.page.geometry().contains(event.position().toPoint()):
            self.transcript.setFocus()
        super().mousePressEvent(event)

    def toggle_recording(self) -> None:
        match self._session.status.recording:
            case Recording.NONE:
                self._session.record(self._microphones.microphone)
            case Recording.OPENING | Recording.LISTENING:
                self._session.stop()

    def open_files(self) -> None:
        paths = self.ask_open_paths(self, self._settings.folder)
        if paths:
            self._settings.folder = paths[0].parent
            self._session.open_dropped(paths)  # looked at first: the dialog lists any file if asked

    def copy_all(self) -> None:
        if not self.transcript.document().isEmpty():
            QGuiApplication.clipboard().setText(typeset(plain_text(self.transcript.document())))
            self.controls.say(_("Copied"))

    def save_as(self) -> None:
        if self.transcript.document().isEmpty():
            return
        page = self.transcript.page()
        sources = [name for name, _duration_s in page.jobs.values()]
        title, name = page_names(sources, page.is_dictation, datetime.now())
        path = self.ask_save_path(self, self._settings.folder, name)
        if path is not None:
            self._settings.folder = path.parent
            self.saver.save(path, page, model_name(self._session.model), title)

    def _tell_not_saved(self, error: Exception) -> None:
        self.tell(Problem(error, self.save_as))

    def clear(self) -> None:
        """Asks nothing; Undo restores the text as long as the window is open."""
        if not self.transcript.document().isEmpty():
            undo = partial(self.transcript.restore, self.transcript.clear_page())
            self.messages.say_done(_("The page was cleared."), undo, "text-box-remove-outline")

    def _choose_microphone(self) -> None:
        self._microphones.setFocus()
        self._microphones.showPopup()

    def show_shortcuts(self) -> None:
        ShortcutsWindow(self).open()
