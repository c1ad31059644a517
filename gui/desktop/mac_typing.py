"""Types any text into the program that is in front on macOS: Quartz events that carry Unicode.

Written after Apple's headers (CGEvent.h, CGEventSource.h, AXUIElement.h, Processes.h). GetFrontProcess and
SetFrontProcess are deprecated, but what stands for them now is Objective-C.
"""

import ctypes
from collections.abc import Iterator

from gui.core.errors import FocusLost, KeysHeld, NotTyped, TypingForbidden, WindowGone
from gui.desktop.poll_until import Patience

_LIBRARY = "/System/Library/Frameworks/ApplicationServices.framework/ApplicationServices"
_HID_STATE, _HID_TAP = 1, 0  # kCGEventSourceStateHIDSystemState, kCGHIDEventTap
_HELD_FLAGS = 0x2_0000 | 0x4_0000 | 0x8_0000 | 0x10_0000  # Shift, Control, Option, Command
_KEYS = {"\n": 0x24, "\t": 0x30}  # kVK_Return, kVK_Tab: as Unicode they would not be taken for keys
_MOST_UNITS = 20  # an event drops what it has beyond that
_HELD_WITHIN_S, _FOCUS_WITHIN_S, _BETWEEN_EVENTS_S = 5.0, 2.0, 0.01


class ProcessSerialNumber(ctypes.Structure):
    """Of Processes.h."""

    _fields_ = (("high", ctypes.c_uint32), ("low", ctypes.c_uint32))


# name -> type of the result, types of the arguments
SIGNATURES = {
    "AXIsProcessTrusted": (ctypes.c_ubyte,),
    "GetFrontProcess": (ctypes.c_int16, ctypes.POINTER(ProcessSerialNumber)),
    "SetFrontProcess": (ctypes.c_int16, ctypes.POINTER(ProcessSerialNumber)),
    "CGEventSourceFlagsState": (ctypes.c_uint64, ctypes.c_int32),
    "CGEventCreateKeyboardEvent": (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint16, ctypes.c_bool),
    "CGEventSetFlags": (None, ctypes.c_void_p, ctypes.c_uint64),
    "CGEventKeyboardSetUnicodeString": (None, ctypes.c_void_p, ctypes.c_ulong, ctypes.POINTER(ctypes.c_uint16)),
    "CGEventPost": (None, ctypes.c_uint32, ctypes.c_void_p),
    "CFRelease": (None, ctypes.c_void_p),
}


def application_services() -> ctypes.CDLL:
    """Raises NotTyped."""
    try:
        library = ctypes.CDLL(_LIBRARY)
        for name, (result, *arguments) in SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise NotTyped(reason=str(error)) from error
    return library


def pieces(text: str) -> Iterator[str]:
    """Line ends and tabs alone, all else in stretches of at most 20 UTF-16 units; a letter of two is never split."""
    piece, n_units = "", 0
    for letter in text:
        n_more = len(_units(letter))
        if piece and (letter in _KEYS or n_units + n_more > _MOST_UNITS):
            yield piece
            piece, n_units = "", 0
        if letter in _KEYS:
            yield letter
        else:
            piece, n_units = piece + letter, n_units + n_more
    if piece:
        yield piece


def _units(text: str) -> list[int]:
    encoded = text.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(encoded[start : start + 2], "little") for start in range(0, len(encoded), 2)]


class MacTyping:
    """Remembers the program in front, and types into it later. library: ApplicationServices, passed in for tests."""

    def __init__(self, library=None, patience: Patience | None = None):
        self._library = library
        self._patience = patience or Patience()

    def target(self) -> tuple[int, int] | None:
        """Serial number of the program in front. Raises NotTyped."""
        if self._library is None:
            self._library = application_services()
        front = ProcessSerialNumber()
        if self._library.GetFrontProcess(ctypes.byref(front)) != 0:
            return None
        return front.high, front.low

    def typing(self, text: str, target: tuple[int, int]) -> Iterator[None]:
        """Types, step by step. Raises InsertionError; nothing is typed into any other program."""
        if self.target() is None:
            raise WindowGone()
        if not self._library.AXIsProcessTrusted():
            raise TypingForbidden()
        yield from self._patience.until(self._released, _HELD_WITHIN_S, KeysHeld)
        if self.target() != target:
            self._library.SetFrontProcess(ctypes.byref(ProcessSerialNumber(*target)))
            yield from self._patience.until(lambda: self.target() == target, _FOCUS_WITHIN_S, WindowGone)
        for piece in pieces(text):
            if self.target() != target:
                raise FocusLost()
            for is_down in (True, False):
                self._post(piece, is_down)
            self._patience.sleep(_BETWEEN_EVENTS_S)
            yield None

    def give_back(self) -> None:
        """There is nothing to put back."""

    def _post(self, piece: str, is_down: bool) -> None:
        event = self._library.CGEventCreateKeyboardEvent(None, _KEYS.get(piece, 0), is_down)
        if not event:
            raise NotTyped(reason="the system refused it")
        try:
            self._library.CGEventSetFlags(event, 0)
            if piece not in _KEYS:
                units = _units(piece)
                self._library.CGEventKeyboardSetUnicodeString(event, len(units), (ctypes.c_uint16 * len(units))(*units))
            self._library.CGEventPost(_HID_TAP, event)
        finally:
            self._library.CFRelease(event)

    def _released(self) -> bool:
        return not self._library.CGEventSourceFlagsState(_HID_STATE) & _HELD_FLAGS
