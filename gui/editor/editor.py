"""The editor: the text of a recording beside its sound, corrected, kept and exported."""

from functools import partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from engine.audio.sound_on_disk import Sound
from engine.events import Segment, Word
from engine.transcript.document import Document
from engine.transcript.typography import typeset
from engine.transcript.word_places import is_doubtful
from gui.core.i18n import _
from gui.core.settings import Settings
from gui.core.shortcuts import bind
from gui.editor.add_to_voice import OwnVoice
from gui.editor.controls import EditorBar, Note, PlayBar
from gui.editor.edited_text import EditedText
from gui.editor.find_bar import FindBar
from gui.editor.player import Player
from gui.editor.save_menu import Saver
from gui.editor.text_page import plain_text
from gui.editor.waveform import ZOOM_STEP, Waveform
from gui.widgets.dialogs import ask_save_path
from gui.widgets.form import column_of
from gui.widgets.message_bar import MessageList
from gui.widgets.theme import GRID

KEEP_AFTER_MS = 500
KEEP_EVERY_MS = 5000  # while a person types without a pause
_MOST_LETTERS = 60  # of a sentence in a message
_BACK_IN_SENTENCE_S = 1.0  # further into one than this, "back" goes to its start


class Editor(QWidget):
    """changed(document): what is to be kept, half a second after the last key; back: the person has done.
    settings: where files were saved last. ask_save_path: the dialog.
    """

    changed = Signal(object)
    back = Signal()

    def __init__(self, settings: Settings):
        super().__init__()
        self._settings, self.ask_save_path = settings, ask_save_path
        self.document: Document | None = None
        self._title = self._file_name = ""
        self.bar, self.text, self.waveform, self.controls = EditorBar(), EditedText(), Waveform(), PlayBar()
        self.messages, self.note = MessageList(), Note()
        self.find = FindBar(self.text, self.text.mark_found)
        self.player = Player()
        self.saver, self.voice = Saver(settings), OwnVoice()
        self._keep = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS, timeout=self._tell_change)
        self._keep_meanwhile = QTimer(self, singleShot=True, interval=KEEP_EVERY_MS, timeout=self.flush)
        self._lay_out()
        self._follow()
        self._bind()

    # --- what is open ---

    def open(self, document: Document, audio: Path | None, title: str = "", file_name: str = "") -> None:
        """Shows a document; what was open before is told to `changed` first. audio: its recording, if it is there.

        title, file_name: what it is called, and its file without an ending, where that is not the recording's name.
        """
        self.flush()
        self.player.unload()
        self.messages.close_all()
        self.voice.forget()
        self.document = document
        self._title, self._file_name = title or document.source, file_name or Path(document.source).stem
        self.bar.name.show_text(self._title)
        self.text.show_document(document)
        self._show_words()
        self.waveform.show_sound(None)
        self.waveform.setVisible(audio is not None)
        self.controls.setVisible(audio is not None)
        self.controls.set_has_sound(False)
        self.controls.show_time(0.0, document.duration_s)
        self.note.set_hint(
            _("Changes are kept by themselves.")
            if audio is None
            else _("Ctrl+click a word to hear it from there; while it plays, a click is enough. Changes are kept.")
        )
        if audio is None:
            self.messages.say(_("The recording is no longer there; its text can be edited all the same."))
        else:
            self.player.load(audio, document.track)
        self.text.setFocus()

    def flush(self) -> None:
        """Tells at once what has not been told yet; to be called before the program ends."""
        if self._keep.isActive():
            self._keep.stop()
            self._tell_change()

    def close_work(self) -> None:
        """Tells what was changed, and is silent."""
        self.flush()
        self.player.unload()

    # --- how it looks ---

    def _lay_out(self) -> None:
        page = QFrame(objectName="page")
        on_page = QGridLayout(page)
        on_page.setContentsMargins(3 * GRID, 2 * GRID, GRID, 2 * GRID)
        on_page.addWidget(self.text)
        below = (self.messages, self.waveform, self.controls, self.note)
        column_of(self, self.bar, self.find, (page, 1), *below, margins=(2 * GRID, GRID, 2 * GRID, GRID))
        for before, after in pairwise((*self.bar.in_order, self.text, self.waveform, *self.controls.in_order)):
            self.setTabOrder(before, after)

    def _show_words(self) -> None:
        places = self.text.places
        self.waveform.show_words(places.words)
        self.bar.show_doubtful(sum(map(is_doubtful, places.words)))

    # --- what happens ---

    def _follow(self) -> None:
        document = self.text.document()
        document.undoAvailable.connect(self.bar.undo.setEnabled)
        document.redoAvailable.connect(self.bar.redo.setEnabled)
        self.bar.undo.setEnabled(False)
        self.bar.redo.setEnabled(False)
        self.text.edited.connect(self._take_edit)
        self.text.aligned.connect(self._show_aligned)
        self.text.word_clicked.connect(self._word_clicked)
        self.text.confirmed.connect(self._confirm)
        self.waveform.seek_wanted.connect(self.player.seek)
        self.waveform.play_wanted.connect(self.player.toggle)
        self.player.loaded.connect(self._sound_loaded)
        self.player.moved.connect(self._show_position)
        self.player.playing_changed.connect(self._show_playing)
        self.player.failed.connect(self.messages.say_failure)
        self.controls.speed_chosen.connect(self.player.set_speed)
        self.saver.saved.connect(self.messages.say_saved)
        self.saver.failed.connect(self.messages.say_failure)
        self.voice.added.connect(self._tell_added)
        self.voice.removed.connect(lambda _segment: self.note.say(_("Taken out of your voice")))
        self.voice.refused.connect(self.note.say)
        self.voice.failed.connect(self.messages.say_failure)

    def _bind(self) -> None:
        bar, controls = self.bar, self.controls
        for button, name, act in (
            (bar.back, "back", self._go_back),
            (bar.doubtful, "doubtful", self.next_doubtful),
            (bar.copy, "copy_edited", self.copy_all),
            (bar.save, "save_edited", self.save_as),
            (controls.play, "play", self.player.toggle),
            (controls.before, "sentence_before", partial(self.jump, -1)),
            (controls.after, "sentence_after", partial(self.jump, 1)),
            (controls.add, "add_to_voice", self.add_to_voice),
            (None, "slower", partial(controls.change_speed, -1)),
            (None, "faster", partial(controls.change_speed, 1)),
            (None, "alternatives", self.text.offer_alternatives),
            (None, "find_edited", self.find.open),
            (bar.undo, "", self.text.undo),
            (bar.redo, "", self.text.redo),
            (controls.zoom_out, "", partial(self.waveform.zoom, 1 / ZOOM_STEP)),
            (controls.zoom_in, "", partial(self.waveform.zoom, ZOOM_STEP)),
        ):
            if button is not None:
                button.clicked.connect(lambda _checked=False, act=act: act())
            if name:
                bind(self, name, act)

    # --- edits ---

    def _take_edit(self) -> None:
        self._keep.start()
        if not self._keep_meanwhile.isActive():
            self._keep_meanwhile.start()

    def _tell_change(self) -> None:
        self._keep_meanwhile.stop()
        if self.document is None:
            return
        self.document = self.document.edited(plain_text(self.text.document()))
        self.changed.emit(self.document)
        self.text.align(self.document)

    def _show_aligned(self) -> None:
        self._show_words()
        self._show_position(self.player.position_s)

    def _confirm(self, word: Word) -> None:
        self.document = self.document.confirmed(word)
        self._tell_change()

    def next_doubtful(self) -> None:
        """Selects the next doubtful word and opens what else it could be."""
        self.text.setFocus()
        word = self.text.next_doubtful()
        if word is not None:
            if not self.player.is_playing:
                self.player.seek(word.start_s)
            self.text.offer_alternatives()
        else:
            self.note.say(_("No word is doubtful"))

    # --- the sound ---

    def _sound_loaded(self, sound: Sound) -> None:
        self.waveform.show_sound(sound)
        self.controls.set_has_sound(True)
        self.controls.show_time(0.0, sound.duration_s)

    def _word_clicked(self, word: Word, asked: bool) -> None:
        """Heard where a person asks for it or is listening anyway; else it is only where Play would begin."""
        if asked:
            self.player.play_from(word.start_s)
        else:
            self.player.seek(word.start_s)

    def _show_position(self, time_s: float) -> None:
        self.waveform.show_position(time_s)
        sound = self.player.sound
        self.controls.show_time(time_s, sound.duration_s if sound else self.document.duration_s)
        index = self.text.places.at_time(time_s) if self.player.is_playing else None
        self.text.mark_playing(None if index is None else self.text.places.words[index])

    def _show_playing(self, playing: bool) -> None:
        self.controls.show_playing(playing)
        self._show_position(self.player.position_s)

    def jump(self, step: int) -> None:
        """To the start of the sentence before (-1) or behind (1) the one that is heard."""
        starts = [segment.start_s for segment in (self.document.segments if self.document else ())]
        now_s = self.player.position_s
        if step > 0:
            wanted = next((start for start in starts if start > now_s + 0.01), None)
        else:
            before = [start for start in starts if start < now_s - _BACK_IN_SENTENCE_S]
            wanted = before[-1] if before else 0.0
        if wanted is not None:
            self.player.seek(wanted)

    # --- my voice ---

    def add_to_voice(self) -> None:
        """The sentence at the caret, as it stands now, with its sound."""
        self.flush()
        if self.document is not None:
            self.voice.add(self.document, self.text.textCursor().position(), self.player.sound)

    def _tell_added(self, segment: Segment, path: Path) -> None:
        text = _("Added to your voice: “{text}”").format(text=_shortened(segment.text))
        self.messages.say_done(text, partial(self.voice.remove, segment, path), "account-voice")

    # --- copying, saving and leaving ---

    def copy_all(self) -> None:
        """The text as it stands; an empty one leaves the clipboard as it was."""
        if not self.text.document().isEmpty():
            QGuiApplication.clipboard().setText(typeset(plain_text(self.text.document())))
            self.note.say(_("Copied"))

    def save_as(self) -> None:
        if self.document is None:
            return
        self.flush()
        path = self.ask_save_path(self, self._settings.folder, self._file_name)
        if path is not None:
            self._settings.folder = path.parent
            self.saver.save_document(path, self.document, self._title)

    def _go_back(self) -> None:
        self.flush()
        self.player.pause()
        self.back.emit()


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS].rstrip()}…"
