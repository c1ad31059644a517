"""Types any text into the window that has the focus on Windows: SendInput with KEYEVENTF_UNICODE."""

import ctypes
from collections.abc import Iterator

from gui.core.errors import FocusLost, KeysHeld, NotTyped, WindowGone
from gui.desktop.poll_until import Patience

_KEYBOARD, _KEY_UP, _UNICODE = 1, 0x0002, 0x0004  # INPUT_KEYBOARD, KEYEVENTF_KEYUP, KEYEVENTF_UNICODE
_RETURN, _TAB = 0x0D, 0x09
_HELD_KEYS = (0x10, 0x11, 0x12, 0x5B, 0x5C)  # Shift, Ctrl, Alt, both Windows keys
_HELD_WITHIN_S, _FOCUS_WITHIN_S, _BETWEEN_KEYS_S = 5.0, 2.0, 0.002


class KeyboardInput(ctypes.Structure):
    """KEYBDINPUT, padded to the size of the union that it stands in."""

    _fields_ = (
        ("virtual_key", ctypes.c_uint16),
        ("scan", ctypes.c_uint16),
        ("flags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("extra", ctypes.c_size_t),
        ("padding", ctypes.c_ubyte * 8),
    )


class Input(ctypes.Structure):
    """INPUT of winuser.h."""

    _fields_ = (("type", ctypes.c_uint32), ("keyboard", KeyboardInput))


def inputs(letter: str) -> list[Input]:
    """Press and release for one letter; two of each where it is beyond UTF-16's first plane."""
    key = {"\n": _RETURN, "\t": _TAB}.get(letter)
    if key is not None:
        return [_input(key, 0, 0), _input(key, 0, _KEY_UP)]
    encoded = letter.encode("utf-16-le")
    units = [int.from_bytes(encoded[start : start + 2], "little") for start in range(0, len(encoded), 2)]
    return [_input(0, unit, _UNICODE | up) for up in (0, _KEY_UP) for unit in units]


def _input(key: int, scan: int, flags: int) -> Input:
    return Input(_KEYBOARD, KeyboardInput(key, scan, flags, 0, 0))


class WindowsTyping:
    """Remembers the window with the focus, and types into it later. user32: passed in for tests."""

    def __init__(self, user32=None, patience: Patience | None = None):
        self._user32 = user32 or ctypes.windll.user32
        self._patience = patience or Patience()

    def target(self) -> int | None:
        return self._user32.GetForegroundWindow() or None

    def typing(self, text: str, target: int) -> Iterator[None]:
        """Types, step by step. Raises InsertionError; nothing is typed into any other window."""
        yield from self._patience.until(self._released, _HELD_WITHIN_S, KeysHeld)
        if not self._has_focus(target):
            self._user32.SetForegroundWindow(target)
            yield from self._patience.until(lambda: self._has_focus(target), _FOCUS_WITHIN_S, WindowGone)
        for letter in text:
            if not self._has_focus(target):
                raise FocusLost()
            events = inputs(letter)
            sent = self._user32.SendInput(len(events), (Input * len(events))(*events), ctypes.sizeof(Input))
            if sent != len(events):
                raise NotTyped(reason="the system refused it")  # into a program with more rights than ours
            self._patience.sleep(_BETWEEN_KEYS_S)
            yield None

    def give_back(self) -> None:
        """There is nothing to put back."""

    def _has_focus(self, target: int) -> bool:
        return self._user32.GetForegroundWindow() == target

    def _released(self) -> bool:
        return not any(self._user32.GetAsyncKeyState(key) & 0x8000 for key in _HELD_KEYS)
