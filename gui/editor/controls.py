"""The editor's two rows of buttons: what is done with the text above it, and with the sound below it."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont

from gui.core.i18n import _, decimal_point, ngettext
from gui.core.words import clock_time
from gui.widgets.fitted_text import ElidedChoice, ElidedLabel
from gui.widgets.flow_row import FlowRow
from gui.widgets.form import NOTE_MS, fill, named
from gui.widgets.icon_buttons import ToolRow, icon_button, tool_button
from gui.widgets.label import Label
from gui.widgets.theme import GRID, show_icon, theme

SPEEDS = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)


class EditorBar(ToolRow):
    """Back and the recording's name; undo, redo, doubtful words, copying and saving."""

    def __init__(self) -> None:
        super().__init__()
        self.back = tool_button(_("Back"), "back", _("Back to the list"), "arrow-left")
        self.name = ElidedLabel()
        self.name.setFont(theme().font(1.0, QFont.Weight.DemiBold))
        self.name.setAccessibleName(_("Recording"))
        self.undo = icon_button(_("Undo the last change"), "undo", "Ctrl+Z")
        self.redo = icon_button(_("Redo what was undone"), "redo", "Ctrl+Shift+Z")
        self.doubtful = tool_button("", "doubtful", _("Next doubtful word"), "help-circle-outline")
        self.copy = tool_button(_("Copy"), "copy_edited", _("Copy all text"), "content-copy")
        self.save = tool_button(_("Save as…"), "save_edited", _("Save the text to a file"), "content-save-outline")
        self.name.setMinimumWidth(12 * GRID)
        self.put((self.back, self.name, self.doubtful, self.undo, self.redo, self.copy, self.save))
        self.in_order = (self.back, self.doubtful, self.undo, self.redo, self.copy, self.save)

    def show_doubtful(self, n: int) -> None:
        """How many words are doubtful; the button is there only if any is."""
        self.doubtful.setText(ngettext("{n} doubtful word", "{n} doubtful words", n).format(n=n) if n else "")
        self.doubtful.setVisible(n > 0)
        self.fit()


class PlayBar(FlowRow):
    """Play, sentence by sentence, the time, the speed, zoom; and the sentence that goes to my voice."""

    speed_chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.before = tool_button("", "sentence_before", _("Go back a sentence"), "skip-previous")
        self.play = tool_button("", "play", _("Play"), "play")
        self.play.setProperty("primary", True)
        self.after = tool_button("", "sentence_after", _("Go on a sentence"), "skip-next")
        self.time = Label(name=_("Time"))
        self.speed = ElidedChoice(objectName="choice")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×".replace(".", decimal_point()), speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        named(self.speed, _("Speed"), _("Speed; the pitch stays"))
        self.zoom_out = icon_button(_("Zoom out"), "magnify-minus-outline", "−")
        self.zoom_in = icon_button(_("Zoom in"), "magnify-plus-outline", "+")
        hint = _("Add the sentence to my voice")
        self.add = tool_button(_("Add to my voice"), "add_to_voice", hint, "account-voice")
        self.add.setProperty("outlined", True)
        self.setSpacing(GRID)
        fill(self, self.before, self.play, self.after, self.time, self.speed)
        fill(self, self.zoom_out, self.zoom_in, None, self.add)
        self.in_order = (self.before, self.play, self.after, self.speed, self.zoom_out, self.zoom_in, self.add)
        self.speed.currentIndexChanged.connect(lambda index: self.speed_chosen.emit(SPEEDS[index]))
        self.show_playing(False)
        self.show_time(0.0, 0.0)

    def show_playing(self, playing: bool) -> None:
        self.play.setAccessibleName(_("Pause") if playing else _("Play"))
        show_icon(self.play, "pause" if playing else "play", "on_accent")

    def show_time(self, position_s: float, duration_s: float) -> None:
        text = f"{clock_time(position_s)} / {clock_time(duration_s)}"
        if text != self.time.text():
            self.time.setText(text)

    def set_has_sound(self, has_sound: bool) -> None:
        for widget in self.in_order:
            widget.setEnabled(has_sound)

    def change_speed(self, steps: int) -> None:
        self.speed.setCurrentIndex(min(max(0, self.speed.currentIndex() + steps), len(SPEEDS) - 1))


class Note(Label):
    """A hint that stays, and what has just happened in its place for a moment."""

    def __init__(self) -> None:
        super().__init__(name=_("State"), quiet=True, wraps=True, centred=True)
        self._hint = ""
        self._over = QTimer(self, singleShot=True, interval=NOTE_MS, timeout=lambda: self.setText(self._hint))

    def set_hint(self, words: str) -> None:
        self._hint = words
        self._over.stop()
        self.setText(words)

    def say(self, words: str) -> None:
        self.setText(words)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        self._over.start()
