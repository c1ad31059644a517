"""Every key of the window in one table: what it does, what a person made of it, and the page that says so.

A new shortcut is one line in COMMANDS; `bind(widget, "name", act)` makes it work and `hint(widget, words, "name")`
says so in a tooltip. Both follow when a person chooses other keys.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from engine.system.json_text import parse_json
from gui.core.i18n import N_
from gui.core.key_places import on_all_layouts

PORTABLE = QKeySequence.SequenceFormat.PortableText
# Keys that edit or move in a text when they are pressed alone.
_EDITING = frozenset(
    getattr(Qt.Key, f"Key_{name}")
    for name in ("Backspace", "Delete", "Home", "End", "PageUp", "PageDown", "Left", "Right", "Up", "Down")
)
COMMAND = "command"  # a widget's property: whose keys do what it does
_TYPING_MODIFIERS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


@dataclass(frozen=True)
class Command:
    """keys: the default, as QKeySequence reads it; empty: none. page: the only page it works on, empty: on all."""

    name: str
    keys: str
    meaning: str
    page: str = ""


COMMANDS = (
    Command("record", "Ctrl+R", N_("Start and stop recording"), "dictation"),
    Command("open", "Ctrl+O", N_("Open recordings"), "dictation"),
    Command("recent", "Ctrl+Shift+O", N_("Recent files"), "dictation"),
    Command("cancel", "Esc", N_("Cancel; recordings are kept"), "dictation"),
    Command("copy", "Ctrl+Shift+C", N_("Copy all text"), "dictation"),
    Command("save", "Ctrl+S", N_("Save the text to a file"), "dictation"),
    Command("clear", "Ctrl+Shift+Delete", N_("Clear the page"), "dictation"),
    Command("microphone", "Alt+M", N_("Choose a microphone"), "dictation"),
    Command("find", "Ctrl+F", N_("Find in the text"), "dictation"),
    Command("search", "Ctrl+F", N_("Search in the history"), "history"),
    Command("play_entry", "Ctrl+P", N_("Play a recording, and stop"), "history"),
    Command("save_entries", "Ctrl+S", N_("Save the texts of what is marked"), "history"),
    Command("rename_entry", "F2", N_("Rename"), "history"),
    Command("read_again", "Ctrl+Shift+R", N_("Transcribe selection again"), "history"),
    Command("pause_queue", "Ctrl+Shift+P", N_("Pause the queue of files, and go on with it"), "history"),
    Command("recordings", "Alt+1", N_("Recordings"), "trainer"),
    Command("training", "Alt+2", N_("Training"), "trainer"),
    Command("words", "Alt+3", N_("Words"), "trainer"),
    Command("models", "Alt+4", N_("Models"), "trainer"),
    Command("train", "Ctrl+T", N_("Train, and stop training"), "trainer"),
    Command("pause", "Ctrl+Shift+T", N_("Pause the training, and resume it"), "trainer"),
    Command("rename_model", "F2", N_("Rename"), "trainer"),
    Command("play", "Ctrl+P", N_("Play and pause"), "editor"),
    Command("sentence_before", "Alt+Up", N_("Go back a sentence"), "editor"),
    Command("sentence_after", "Alt+Down", N_("Go on a sentence"), "editor"),
    Command("slower", "Alt+,", N_("Play slower"), "editor"),
    Command("faster", "Alt+.", N_("Play faster"), "editor"),
    Command("doubtful", "F7", N_("Next doubtful word"), "editor"),
    Command("alternatives", "Ctrl+Space", N_("What else the word could be"), "editor"),
    Command("add_to_voice", "Alt+V", N_("Add the sentence to my voice"), "editor"),
    Command("copy_edited", "Ctrl+Shift+C", N_("Copy all text"), "editor"),
    Command("save_edited", "Ctrl+S", N_("Save the text to a file"), "editor"),
    Command("find_edited", "Ctrl+F", N_("Find in the text"), "editor"),
    Command("back", "Alt+Left", N_("Back to the list"), "editor"),
    Command("voice_hear", "Ctrl+P", N_("Hear what was recorded"), "voice"),
    Command("voice_another", "Ctrl+N", N_("Show another sentence instead of this one"), "voice"),
    Command("voice_own", "Ctrl+Shift+N", N_("Type a sentence of your own"), "voice"),
    Command("voice_import", "Ctrl+O", N_("Import recordings"), "voice"),
    Command("tune", "Ctrl+T", N_("Tune the model to my voice, and stop"), "voice"),
    Command("dictation", "Ctrl+1", N_("Dictation")),
    Command("history", "Ctrl+2", N_("History")),
    Command("voice", "Ctrl+3", N_("My voice")),
    Command("trainer", "Ctrl+4", N_("Trainer")),
    Command("settings", "Ctrl+,", N_("Settings")),
    Command("help", "F1", N_("Keyboard shortcuts")),
)
# What the pages are called, in the order in which their shortcuts are listed; one that is not named here comes last.
PAGES = {
    "": N_("Everywhere"),
    "dictation": N_("Dictation"),
    "history": N_("History"),
    "editor": N_("Editor"),
    "voice": N_("My voice"),
    "trainer": N_("Trainer"),
}
# What Qt or a page does with a key by itself; it cannot be changed.
FIXED = (
    ("Space", N_("Start and stop recording, while no text has the focus")),
    ("Return", N_("Keep what was read, on the page My voice")),
    ("Ctrl+Z", N_("Undo the last change")),
    ("F3", N_("Go on to the next place that was found; with Shift, back")),
    ("Return", N_("Open or use what is marked in a list")),
    ("Del", N_("Delete what is marked in a list")),
    ("Tab", N_("Go on to the next control")),
)


def by_page() -> list[tuple[str, list[Command]]]:
    """(title, untranslated, commands) of each page that has some."""
    pages = dict.fromkeys([*PAGES, *(command.page for command in COMMANDS)])
    found = ((PAGES.get(page, page), [command for command in COMMANDS if command.page == page]) for page in pages)
    return [(title, commands) for title, commands in found if commands]


class Keys(QObject):
    """The key sequences in force: KEYS.record is "Ctrl+R" unless a person chose others. `changed` after they did."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._chosen: dict[str, str] = {}

    def __getattr__(self, name: str) -> str:
        for command in COMMANDS:
            if command.name == name:
                return self._chosen.get(name, command.keys)
        raise AttributeError(name)

    @property
    def chosen(self) -> dict[str, str]:
        """Name -> keys, where they differ from the default."""
        return dict(self._chosen)

    def use(self, chosen: Mapping[str, str]) -> None:
        """Puts these in place of all that were chosen before; the others are the defaults."""
        defaults = {command.name: command.keys for command in COMMANDS}
        wanted = {name: keys for name, keys in chosen.items() if not _same(defaults.get(name, keys), keys)}
        if wanted != self._chosen:
            self._chosen = wanted
            self.changed.emit()


KEYS = Keys()


def read_chosen(text: str) -> dict[str, str]:
    """What stands in the settings; what cannot be read, or is no key, is left out."""
    try:
        stored = parse_json(text)
    except ValueError:
        return {}
    names = {command.name for command in COMMANDS}
    return {name: keys for name, keys in stored.items() if name in names and isinstance(keys, str) and is_usable(keys)}


def write_chosen(chosen: Mapping[str, str]) -> str:
    return json.dumps(dict(chosen), ensure_ascii=False, sort_keys=True)


def is_usable(keys: str) -> bool:
    """Whether keys, as text, may be a shortcut: none at all, or ones that no text is typed with."""
    sequence = QKeySequence.fromString(keys, PORTABLE)
    if sequence.isEmpty():
        return not keys
    first = sequence[0]
    key = first.key()
    if key in (Qt.Key.Key_unknown, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    types = not (first.keyboardModifiers() & ~_TYPING_MODIFIERS)
    return not (types and (key < Qt.Key.Key_Escape.value or key in _EDITING))


def _same(keys: str, other: str) -> bool:
    """Whether two texts mean the same keys: "Ctrl+Del" and "Ctrl+Delete" do."""
    return QKeySequence(keys) == QKeySequence(other)


def clashing(command: Command, keys: str) -> list[Command]:
    """The other commands that have these keys, where both would work on the same page."""
    return [
        other
        for other in COMMANDS
        if keys
        and other is not command
        and _same(getattr(KEYS, other.name), keys)
        and (not command.page or not other.page or command.page == other.page)
    ]


def fixed_meaning(keys: str) -> str | None:
    """What these keys do of themselves, untranslated; None if they are free to choose."""
    return next((meaning for fixed, meaning in FIXED if _same(fixed, keys)), None)


def shown(sequence: str) -> str:
    """The keys as this system writes them; the large one as keyboards do."""
    text = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
    return "Enter" if text == "Return" else text


class _Following(QShortcut):
    """A shortcut whose keys are those of a command, whatever a person makes of them and on whatever layout."""

    def __init__(self, parent: QWidget, name: str, act: Callable[[], object]):
        super().__init__(parent)
        self._name = name
        self.activated.connect(act)
        self.activatedAmbiguously.connect(act)  # where both layouts are there, both their keys are pressed at once
        KEYS.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setKeys(on_all_layouts(getattr(KEYS, self._name)))


class _Hint(QObject):
    """Gives a widget its tooltip anew when the keys change."""

    def __init__(self, parent: QWidget, words: str, name: str, show: Callable[[str], None]):
        super().__init__(parent)
        self._words, self._name, self._show = words, name, show
        KEYS.changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        self._show(with_keys(self._words, self._name))


def bind(parent: QWidget, name: str, act: Callable[[], object]) -> QShortcut:
    """`act` on the keys of that command while the window of `parent` is active and `parent` is visible."""
    return _Following(parent, name, act)


def hint(widget: QWidget, words: str, name: str) -> None:
    """The tooltip of a widget, with the keys of a command."""
    widget.setProperty(COMMAND, name)
    _Hint(widget, words, name, widget.setToolTip)


def tab_hint(tabs, index: int, name: str) -> None:
    """The same for a page of a QTabWidget."""
    _Hint(tabs, "", name, partial(tabs.setTabToolTip, index))


def with_keys(words: str, name: str) -> str:
    """ "Copy all text (Ctrl+Shift+C)"; without words the keys alone."""
    keys = shown(getattr(KEYS, name))
    return f"{words} ({keys})" if words and keys else words or keys
