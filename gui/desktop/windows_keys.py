"""A key that works in every window on Windows (RegisterHotKey); that it was let go is seen by looking."""

import ctypes
from ctypes import wintypes

from PySide6.QtCore import QAbstractNativeEventFilter, QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence

from gui.core.errors import KeysTaken, KeysUnusable

_HOT_KEY, _ID, _NO_REPEAT = 0x0312, 0xD1C7, 0x4000  # WM_HOTKEY, a number of our own, MOD_NOREPEAT
_LOOK_MS = 30
_MODIFIERS = (
    (Qt.KeyboardModifier.AltModifier, 1),
    (Qt.KeyboardModifier.ControlModifier, 2),
    (Qt.KeyboardModifier.ShiftModifier, 4),
    (Qt.KeyboardModifier.MetaModifier, 8),
)
_SPECIAL = {Qt.Key.Key_Space: 0x20, Qt.Key.Key_Pause: 0x13, Qt.Key.Key_ScrollLock: 0x91, Qt.Key.Key_Insert: 0x2D}


def key_and_modifiers(keys: str) -> tuple[int, int]:
    """Virtual key and MOD_ flags of keys as QKeySequence writes them. Raises KeysUnusable."""
    sequence = QKeySequence.fromString(keys, QKeySequence.SequenceFormat.PortableText)
    if sequence.count() != 1:
        raise KeysUnusable(keys=keys)
    key, held = sequence[0].key(), sequence[0].keyboardModifiers()
    flags = sum(flag for modifier, flag in _MODIFIERS if held & modifier)
    if key in _SPECIAL:
        return _SPECIAL[key], flags
    if Qt.Key.Key_F1 <= key <= Qt.Key.Key_F24:
        return 0x70 + key - Qt.Key.Key_F1, flags
    if Qt.Key.Key_A <= key <= Qt.Key.Key_Z or Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
        return int(key), flags
    raise KeysUnusable(keys=keys)


class _Filter(QAbstractNativeEventFilter):
    def __init__(self, take) -> None:
        super().__init__()
        self._take = take

    def nativeEventFilter(self, kind, message):
        if bytes(kind) == b"windows_generic_MSG":
            posted = wintypes.MSG.from_address(int(message))
            if posted.message == _HOT_KEY and posted.wParam == _ID:
                self._take()
        return False, 0


class WindowsKeys(QObject):
    """As gui.desktop.x11_keys.X11Keys. user32: passed in for tests."""

    pressed = Signal()
    released = Signal()

    def __init__(self, user32=None):
        super().__init__()
        self._user32 = user32 or ctypes.windll.user32
        self._key = 0
        self._is_down = False
        self._filter = _Filter(self.take)
        QCoreApplication.instance().installNativeEventFilter(self._filter)
        self._look = QTimer(self, interval=_LOOK_MS, timeout=self._see_release)

    def grab(self, keys: str) -> None:
        """Raises KeysUnusable, KeysTaken; then no key is grabbed."""
        self.close()
        key, flags = key_and_modifiers(keys)
        if not self._user32.RegisterHotKey(None, _ID, flags | _NO_REPEAT, key):
            raise KeysTaken(keys=keys, reason="another program has them")
        self._key = key

    def close(self) -> None:
        if self._key:
            self._user32.UnregisterHotKey(None, _ID)
            self._key = 0
        self._let_go()

    def take(self) -> None:
        """The keys were pressed."""
        if not self._is_down:
            self._is_down = True
            self._look.start()
            self.pressed.emit()

    def _see_release(self) -> None:
        if not self._user32.GetAsyncKeyState(self._key) & 0x8000:
            self._let_go()

    def _let_go(self) -> None:
        self._look.stop()
        if self._is_down:
            self._is_down = False
            self.released.emit()
