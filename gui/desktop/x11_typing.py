"""Types any text into the window that has the focus on an X11 screen, whatever the keyboard's layout.

Each letter is put, as a Unicode keysym, on a key that the keyboard has no use for, and that key is pressed (XTest).
There are about twenty of those, so a long text goes in stretches; a key gets another letter only once the program
has taken what was typed before. The letters stay on their keys until `give_back`: a program may be slow to read them.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Iterator
from functools import partial

from gui.core.errors import FocusLost, KeysHeld, NotTyped, WindowGone
from gui.desktop.poll_until import Patience
from gui.desktop.x11_windows import Target, ask_focus, focused, has_focus, screen, wait_until_handled

log = logging.getLogger(__name__)

_RETURN, _TAB, _SPACE, _CAPS_LOCK = 0xFF0D, 0xFF09, 0x20, 0xFFE5
_UNICODE = 0x0100_0000
_HELD = 1 | 4 | 8 | 64  # masks of Shift, Control, Alt and Meta
_HELD_WITHIN_S, _FOCUS_WITHIN_S = 5.0, 2.0
_TAKEN_WITHIN_S = 15.0
_BETWEEN_KEYS_S = 0.002


def keysym(letter: str) -> int:
    """The X11 keysym of one letter (X protocol, appendix A): Latin-1 as it is, all else marked as Unicode."""
    if letter in "\n\r":
        return _RETURN
    if letter == "\t":
        return _TAB
    code = ord(letter)
    return code if 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xFF else _UNICODE | code


class X11Typing:
    """Remembers the window with the focus, and types into it later."""

    def __init__(self) -> None:
        self._patience = Patience()
        self._keys: OrderedDict[int, int] = OrderedDict()  # keysym -> key, the one used longest ago first

    def target(self) -> Target | None:
        """The window that has the focus. Raises NotTyped."""
        try:
            with screen() as connection:
                return focused(connection)
        except OSError as error:
            raise NotTyped(reason=str(error)) from error

    def typing(self, text: str, target: Target) -> Iterator[None]:
        """Types, step by step. Raises InsertionError; nothing is typed into any other window."""
        try:
            with screen() as connection:
                # A letter typed while the shortcut's Ctrl is still held would be a command to the other program.
                yield from self._patience.until(lambda: not _mask(connection) & _HELD, _HELD_WITHIN_S, KeysHeld)
                if not has_focus(connection, target):
                    ask_focus(connection, target)
                    has_it = partial(has_focus, connection, target)
                    yield from self._patience.until(has_it, _FOCUS_WITHIN_S, WindowGone)
                yield from self._type(connection, text, target)
        except OSError as error:
            raise NotTyped(reason=str(error)) from error

    def give_back(self) -> None:
        """Takes the letters off the keys that they were put on."""
        if not self._keys:
            return
        try:
            with screen() as connection:
                width = len(connection.get_keyboard_mapping(8, 1)[0])
                for key in self._keys.values():
                    connection.change_keyboard_mapping(key, [[0] * width])
        except OSError as error:
            log.info("the keyboard was not put back: %s", error)
        self._keys.clear()

    def _type(self, connection, text: str, target: Target) -> Iterator[None]:
        spare, fixed = _keys(connection)
        self._keys = OrderedDict((sym, key) for sym, key in self._keys.items() if key in spare)
        caps = connection.keysym_to_keycode(_CAPS_LOCK) if _mask(connection) & 2 else 0
        _press(connection, caps)
        try:
            for stretch in _stretches([keysym(letter) for letter in text], fixed, len(spare)):
                self._put_on_keys(connection, [sym for sym in stretch if sym not in fixed], spare)
                for sym in stretch:
                    if not has_focus(connection, target):
                        raise FocusLost()
                    _press(connection, fixed.get(sym) or self._keys[sym])
                    connection.flush()
                    time.sleep(_BETWEEN_KEYS_S)
                    yield None
                if not wait_until_handled(connection, target, _TAKEN_WITHIN_S):
                    raise NotTyped(reason="the other program does not keep up")
        finally:
            _press(connection, caps)

    def _put_on_keys(self, connection, wanted: list[int], spare: list[int]) -> None:
        if not spare:
            raise NotTyped(reason="the keyboard has no key to spare")
        for sym in wanted:
            if sym in self._keys:
                self._keys.move_to_end(sym)
        free = [key for key in spare if key not in self._keys.values()]
        width = len(connection.get_keyboard_mapping(spare[0], 1)[0])
        for sym in dict.fromkeys(sym for sym in wanted if sym not in self._keys):
            key = free.pop() if free else self._keys.popitem(last=False)[1]
            self._keys[sym] = key
            connection.change_keyboard_mapping(key, [[sym] * width])
        connection.sync()


def _stretches(keysyms: list[int], fixed: dict[int, int], n_keys: int) -> Iterator[list[int]]:
    """Cut so that none needs more different letters than there are keys."""
    stretch: list[int] = []
    letters: set[int] = set()
    for sym in keysyms:
        new = sym not in fixed and sym not in letters
        if new and len(letters) == n_keys:
            yield stretch
            stretch, letters = [], set()
        if sym not in fixed:
            letters.add(sym)
        stretch.append(sym)
    if stretch:
        yield stretch


def _keys(connection) -> tuple[list[int], dict[int, int]]:
    """Keys without any meaning, ours of a run that was killed among them; and those of Space, Return and Tab."""
    least, most = connection.display.info.min_keycode, connection.display.info.max_keycode
    spare, fixed = [], {}
    for key, syms in enumerate(connection.get_keyboard_mapping(least, most - least + 1), start=least):
        first = syms[0]
        if not any(syms) or (first & _UNICODE and all(sym in (first, 0) for sym in syms)):
            spare.append(key)
        elif first in (_SPACE, _RETURN, _TAB):
            fixed.setdefault(first, key)
    return spare, fixed


def _mask(connection) -> int:
    return connection.screen().root.query_pointer().mask


def _press(connection, key: int) -> None:
    from Xlib import X
    from Xlib.ext import xtest

    if key:
        xtest.fake_input(connection, X.KeyPress, key)
        xtest.fake_input(connection, X.KeyRelease, key)
