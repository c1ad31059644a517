"""While Alt is held, the buttons in view show which letter presses each: "&" in their text, as Qt has it.

The letters are given out anew each time, from the words as they stand. So no two of a page are the same in any
language, whatever comes and goes there, and the rest of the program never meets a "&".
"""

import sys
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QKeySequenceEdit, QMainWindow
from shiboken6 import isValid

from gui.core.i18n import language
from gui.core.key_places import SAME_KEYS
from gui.core.shortcuts import COMMAND, COMMANDS, KEYS


def are_usual() -> bool:
    """Whether people of this system know such letters; on a Mac, Alt types signs."""
    return sys.platform != "darwin"


def letters_for(texts: Sequence[str], taken: Iterable[str]) -> list[int | None]:
    """The place of a letter in each text, no letter twice and none that is taken; None where none is left.

    The beginning of a word goes before what is within it, and texts before later ones; but none goes without that could
    have one if others were content with another (augmenting paths).
    """
    taken = set(taken)
    owner: dict[str, int] = {}
    places: list[int | None] = [None] * len(texts)

    def take(number: int, seen: set[str], may_displace: bool) -> bool:
        for place in _in_order(texts[number]):
            letter = texts[number][place].lower()
            if letter in taken or letter in seen:
                continue
            seen.add(letter)
            if letter not in owner or (may_displace and take(owner[letter], seen, True)):
                owner[letter], places[number] = number, place
                return True
        return False

    for may_displace in (False, True):
        for number in range(len(texts)):
            if places[number] is None:
                take(number, set(), may_displace)
    return places


def _in_order(text: str) -> list[int]:
    """First those of the window's language: whoever reads it may have no others on the keyboard at the moment."""
    is_latin = language() == "en"

    def rank(place: int) -> tuple[bool, bool]:
        return text[place].isascii() is not is_latin, place > 0 and text[place - 1].isalpha()

    return sorted((place for place, letter in enumerate(text) if letter.isalpha()), key=rank)


def taken_letters() -> set[str]:
    """Those that a command has with Alt alone, on an English and on a Russian keyboard."""
    alt = Qt.KeyboardModifier.AltModifier
    chords = [QKeySequence(getattr(KEYS, command.name)) for command in COMMANDS]
    keys = [chord[0] for chord in chords if not chord.isEmpty() and chord[0].keyboardModifiers() == alt]
    letters = {chr(key.key()).lower() for key in keys if key.key() < Qt.Key.Key_Escape}
    return letters | {SAME_KEYS[letter] for letter in letters & set(SAME_KEYS)}


class AltLetters(QObject):
    """For the page of a window that is in view. To be installed on its handle, which has keys first, whatever has the
    focus."""

    def __init__(self, window: QMainWindow):
        super().__init__(window)
        self._window = window
        self._given: list[tuple[QAbstractButton, str, str]] = []

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.KeyPress if event.key() == Qt.Key.Key_Alt and not self._given:
                self._give()
            case QEvent.Type.KeyRelease if event.key() == Qt.Key.Key_Alt:
                self._take_back()
            case QEvent.Type.FocusOut:
                self._take_back()
        return False

    def _give(self) -> None:
        if isinstance(self._window.focusWidget(), QKeySequenceEdit):
            return  # the keys that are pressed there are wanted for themselves
        buttons = [
            button for button in self._window.tabs.currentWidget().findChildren(QAbstractButton) if _needs(button)
        ]
        texts = [button.text() for button in buttons]
        for button, text, place in zip(buttons, texts, letters_for(texts, taken_letters()), strict=True):
            if place is not None:
                marked = f"{text[:place]}&{text[place:]}"
                self._given.append((button, text, marked))
                button.setText(marked)

    def _take_back(self) -> None:
        given, self._given = self._given, []
        for button, text, marked in given:
            if isValid(button) and button.text() == marked:
                button.setText(text)


def _needs(button: QAbstractButton) -> bool:
    """What cannot be pressed gets no letter, nor what has keys of its own."""
    command = button.property(COMMAND)
    has_keys = bool(command and getattr(KEYS, command))
    return (
        button.isVisible() and button.isEnabled() and bool(button.text()) and "&" not in button.text() and not has_keys
    )
