"""A key that works in every window of an X11 screen (XGrabKey), with its release, so that it can be held to talk."""

import contextlib

from PySide6.QtCore import QKeyCombination, QObject, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence

from gui.core.errors import KeyMissing, KeysTaken, KeysUnusable

_REPEAT_MS = 30  # a key that is held sends release and press again and again, at the same moment
_SAME_MOMENT_MS = 5
_SPECIAL = {
    Qt.Key.Key_Space: 0x20,
    Qt.Key.Key_Escape: 0xFF1B,
    Qt.Key.Key_Pause: 0xFF13,
    Qt.Key.Key_ScrollLock: 0xFF14,
    Qt.Key.Key_Print: 0xFF61,
    Qt.Key.Key_Insert: 0xFF63,
    Qt.Key.Key_Menu: 0xFF67,
    Qt.Key.Key_Home: 0xFF50,
    Qt.Key.Key_Left: 0xFF51,
    Qt.Key.Key_Up: 0xFF52,
    Qt.Key.Key_Right: 0xFF53,
    Qt.Key.Key_Down: 0xFF54,
    Qt.Key.Key_PageUp: 0xFF55,
    Qt.Key.Key_PageDown: 0xFF56,
    Qt.Key.Key_End: 0xFF57,
    Qt.Key.Key_Backspace: 0xFF08,
    Qt.Key.Key_Delete: 0xFFFF,
}
_SHIFT, _LOCK, _CONTROL, _ALT, _NUM_LOCK, _META = 1, 2, 4, 8, 16, 64  # masks of the X protocol, as keyboards have them
_ROWS = {24: "qwertyuiop[]", 38: "asdfghjkl;'`", 52: "zxcvbnm,./"}
_MODIFIERS = (
    (Qt.KeyboardModifier.ShiftModifier, _SHIFT),
    (Qt.KeyboardModifier.ControlModifier, _CONTROL),
    (Qt.KeyboardModifier.AltModifier, _ALT),
    (Qt.KeyboardModifier.MetaModifier, _META),
)


def keysym_and_mask(keys: str) -> tuple[int, int]:
    """X11 keysym and modifiers of keys as QKeySequence writes them. Raises KeysUnusable."""
    sequence = QKeySequence.fromString(keys, QKeySequence.SequenceFormat.PortableText)
    if sequence.count() != 1:
        raise KeysUnusable(keys=keys)
    combination: QKeyCombination = sequence[0]
    key, held = combination.key(), combination.keyboardModifiers()
    mask = sum(bit for modifier, bit in _MODIFIERS if held & modifier)
    if key in _SPECIAL:
        return _SPECIAL[key], mask
    if Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35:
        return 0xFFBE + key - Qt.Key.Key_F1, mask
    if Qt.Key.Key_Exclam <= key <= Qt.Key.Key_AsciiTilde:
        return ord(chr(key).lower()), mask
    raise KeysUnusable(keys=keys)


def _by_place(sym: int) -> int:
    """The keycode of a letter's place, as all keyboards of today have it; 0 for none. For layouts without Latin."""
    return next((first + row.index(chr(sym)) for first, row in _ROWS.items() if sym < 0x80 and chr(sym) in row), 0)


class X11Keys(QObject):
    """`grab` may be called again; `pressed` and `released` come once for each time the keys are held."""

    pressed = Signal()
    released = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._connection = None
        self._notifier: QSocketNotifier | None = None
        self._is_down = False
        self._released_at_ms = 0  # by the server's clock
        self._release = QTimer(self, singleShot=True, interval=_REPEAT_MS, timeout=self._let_go)

    def grab(self, keys: str) -> None:
        """Raises KeysUnusable, KeyMissing, KeysTaken; then no key is grabbed."""
        from Xlib import X, display, error

        self.close()
        sym, mask = keysym_and_mask(keys)
        try:
            self._connection = display.Display()
        except (error.DisplayError, error.ConnectionClosedError) as problem:
            raise KeysTaken(keys=keys, reason=str(problem)) from problem
        key = self._connection.keysym_to_keycode(sym) or _by_place(sym)
        if not key:
            self.close()
            raise KeyMissing(keys=keys)
        taken = error.CatchError(error.BadAccess)
        root = self._connection.screen().root
        for locks in (0, _LOCK, _NUM_LOCK, _LOCK | _NUM_LOCK):
            root.grab_key(key, mask | locks, False, X.GrabModeAsync, X.GrabModeAsync, onerror=taken)
        self._connection.sync()
        if taken.get_error():
            self.close()
            raise KeysTaken(keys=keys, reason="another program has them")
        self._notifier = QSocketNotifier(self._connection.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def close(self) -> None:
        from Xlib import error

        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._connection is not None:
            with contextlib.suppress(error.ConnectionClosedError, OSError):
                self._connection.close()
            self._connection = None
        self._release.stop()
        self._let_go()

    def _read(self) -> None:
        from Xlib import X, error

        try:
            while self._connection is not None and self._connection.pending_events():
                event = self._connection.next_event()
                if event.type == X.KeyPress:
                    self._press(event.time)
                elif event.type == X.KeyRelease and self._is_down:
                    self._released_at_ms = event.time
                    self._release.start()
        except (error.ConnectionClosedError, OSError):
            self.close()

    def _press(self, at_ms: int) -> None:
        if self._release.isActive() and at_ms - self._released_at_ms > _SAME_MOMENT_MS:
            self._let_go()  # pressed anew, and both are heard only now
        self._release.stop()
        if not self._is_down:
            self._is_down = True
            self.pressed.emit()

    def _let_go(self) -> None:
        if self._is_down:
            self._is_down = False
            self.released.emit()
