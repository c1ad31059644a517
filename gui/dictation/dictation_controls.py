"""The two rows of controls: what is done with the text above it, and recording below it."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from gui.core.i18n import _, ngettext
from gui.session.loudness import Loudness
from gui.session.status import Recording, Status
from gui.widgets.form import NOTE_MS, ProgressBar, fill, keep_place, push_button, row_of
from gui.widgets.icon_buttons import IconLabel, ToolRow, tool_button
from gui.widgets.label import Label
from gui.widgets.microphone_list import MicrophoneChoice
from gui.widgets.record_button import RecordButton
from gui.widgets.theme import GRID, TITLE_SCALE, theme

SHOW_PROGRESS_AFTER_MS = 500
_LARGE_TEXT = 1.5  # from here on a small window has no room for what stands in the settings too


class Toolbar(ToolRow):
    """Open on the left; Copy, Save as and Clear, for when there is text, on the right; help at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.open = tool_button(_("Open…"), "open", _("Open recordings"), "folder-open-outline")
        self.recent = tool_button("", "recent", _("Recent files"), "menu-down")
        self.recent.setProperty("narrow", True)  # it belongs to Open
        self.count = Label(name=_("Number of words"), quiet=True)
        self.copy = tool_button(_("Copy"), "copy", _("Copy all text"), "content-copy")
        self.save = tool_button(_("Save as…"), "save", _("Save the text to a file"), "content-save-outline")
        self.clear = tool_button(_("Clear"), "clear", _("Clear the page"), "text-box-remove-outline")
        self.help = tool_button("", "help", _("Keyboard shortcuts"), "help-circle-outline")
        self.put((self.open, self.recent, None, self.count, self.copy, self.save, self.clear, self.help))
        self.set_has_text(False)

    def set_has_text(self, has_text: bool) -> None:
        for button in (self.copy, self.save, self.clear):
            button.setEnabled(has_text)

    def show_count(self, n_words: int) -> None:
        """Of the text; nothing where there is none, or no room beside large buttons."""
        text = ngettext("{n} word", "{n} words", n_words).format(n=n_words) if n_words else ""
        self.count.setText(text if theme().text_scale <= _LARGE_TEXT else "")
        self.fit()


class Controls(QWidget):
    """Microphone, Record, elapsed time, Cancel; under them the state in words, and a line of progress or else the keys
    that dictate into other programs. keys: a button to choose them, for the owner to connect.
    """

    def __init__(self, microphones: MicrophoneChoice):
        super().__init__()
        self.microphones = microphones
        self.record = RecordButton()
        self.elapsed = Label(name=_("Time recorded"), font=theme().font(TITLE_SCALE, QFont.Weight.Medium))
        self.cancel = push_button(_("Cancel"), _("Cancel; recordings are kept"), command="cancel")
        self.state = Label(name=_("State"), wraps=True, centred=True)
        self.progress = ProgressBar(_("Progress"))
        self.progress.setFixedWidth(40 * GRID)
        self.keys = push_button("", _("Choose these keys, and how they are pressed"), "link")
        self._below = row_of(self.keys, centred=True)
        self._status = Status()
        self._announced: tuple | None = None
        self._note = QTimer(self, singleShot=True, interval=NOTE_MS, timeout=self._say_state)
        self._patience = QTimer(self, singleShot=True, interval=SHOW_PROGRESS_AFTER_MS, timeout=self._show_progress)
        self._lay_out()
        self.show_status(self._status)

    def _lay_out(self) -> None:
        left, right = QHBoxLayout(spacing=GRID), QHBoxLayout(spacing=GRID)
        fill(left, IconLabel("microphone-outline"), self.microphones, None)
        fill(right, GRID, self.elapsed, None, self.cancel)
        grid = QGridLayout(self, horizontalSpacing=GRID, verticalSpacing=GRID)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addLayout(left, 0, 0)
        grid.addWidget(self.record, 0, 1)
        grid.addLayout(right, 0, 2)
        grid.addWidget(self.state, 1, 0, 1, 3)
        grid.addWidget(self.progress, 2, 0, 1, 3, Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self._below, 2, 0, 1, 3)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        for widget in (self.cancel, self.progress, self.elapsed):
            keep_place(widget)

    def show_status(self, status: Status) -> None:
        self._status = status
        has_room = theme().text_scale <= _LARGE_TEXT
        self._below.setVisible(not status.can_cancel and has_room)
        keep_place(self._below, has_room)
        recording = status.recording in (Recording.OPENING, Recording.LISTENING)
        self.record.set_recording(recording)
        self.record.show_overdriven(recording and status.loudness is Loudness.OVERDRIVEN)
        self.elapsed.setVisible(status.recording is not Recording.NONE)
        if recording:
            self._note.stop()
        if not self._note.isActive():
            self._say_state()
        if not status.can_cancel:
            self._patience.stop()
            self.cancel.hide()
            self.progress.hide()
        elif self.cancel.isHidden():
            if not self._patience.isActive():
                self._patience.start()
        else:
            self._show_progress()

    def add_below(self, widget: QWidget) -> None:
        """Beside the keys, while nothing is recorded or transcribed."""
        self._below.addWidget(widget)

    def show_keys(self, keys: str, is_held: bool) -> None:
        """keys: those that work in every window, as they are written; empty where none are chosen."""
        if not keys:
            text = _("Dictate into other programs…")
        elif is_held:
            text = _("Hold {keys} to dictate into any program").format(keys=keys)
        else:
            text = _("{keys} dictates into any program").format(keys=keys)
        self.keys.setText(text)
        self.keys.setAccessibleName(text)

    def say(self, words: str) -> None:
        """In the place of the state, for a moment."""
        self.state.setText(words)
        self._note.start()

    def _say_state(self) -> None:
        self.state.setText(self._status.words)
        status = self._status
        kind = (status.recording, status.reading, status.model, status.hears_nothing, status.loudness)
        if kind != self._announced:  # a screen reader is told what happens, but not every second that is left
            self._announced = kind
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.state, self._status.words))

    def _show_progress(self) -> None:
        """What takes longer than a moment shows how far it is, and can be cancelled."""
        self.cancel.show()
        self.progress.show_share(self._status.fraction)
        self.progress.setVisible(self._status.recording is Recording.NONE)
