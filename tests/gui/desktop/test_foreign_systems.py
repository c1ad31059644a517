"""Typing and keys of Windows and macOS, held to what their documentation wants. The systems' C functions are stand-ins
that record; on the systems themselves none of this has run.
"""

import ctypes
import ctypes.util
from ctypes import wintypes

import pytest

from gui.core.errors import FocusLost, KeysHeld, KeysTaken, KeysUnusable, NotTyped, TypingForbidden, WindowGone
from gui.desktop.global_shortcut import GlobalShortcut
from gui.desktop.insertion import Insertion
from gui.desktop.mac_typing import SIGNATURES, MacTyping, application_services, pieces
from gui.desktop.poll_until import Patience
from gui.desktop.windows_keys import WindowsKeys, key_and_modifiers
from gui.desktop.windows_typing import Input, WindowsTyping

TEXT = "Я, 🎤 и\tты\nконец"
DOWN, UP = 0, 2


class Clock(Patience):
    """Time passes only where it is slept. on_sleep: what happens meanwhile."""

    def __init__(self, on_sleep=lambda: None):
        self.now = 0.0
        self._on_sleep = on_sleep
        super().__init__(lambda: self.now, self._pass)

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        self._on_sleep()


# --- Windows ---


class User32:
    """front: the window with the focus; held: keys that are down; room: how many events are still taken."""

    def __init__(self) -> None:
        self.front, self.held, self.room = 7, set(), 10_000
        self.obeys, self.sent, self.registered = True, [], []
        self.taken_by_others: set[tuple[int, int]] = set()

    def GetForegroundWindow(self) -> int:
        return self.front

    def SetForegroundWindow(self, window: int) -> int:
        if self.obeys:
            self.front = window
        return self.obeys

    def GetAsyncKeyState(self, key: int) -> int:
        return -0x8000 if key in self.held else 0

    def SendInput(self, n: int, events, size: int) -> int:
        assert size == ctypes.sizeof(Input)
        taken = min(n, self.room)
        self.room -= taken
        self.sent += [(e.type, e.keyboard.virtual_key, e.keyboard.scan, e.keyboard.flags) for e in events[:taken]]
        return taken

    def RegisterHotKey(self, window, number: int, flags: int, key: int) -> int:
        if (flags & 0xF, key) in self.taken_by_others:
            return 0
        self.registered.append((number, flags, key))
        return 1

    def UnregisterHotKey(self, window, number: int) -> int:
        self.registered = [one for one in self.registered if one[0] != number]
        return 1


@pytest.fixture
def user32():
    return User32()


def typed_on_windows(user32: User32, clock: Clock | None = None, text: str = TEXT) -> None:
    typing = WindowsTyping(user32, clock or Clock())
    for _step in typing.typing(text, 7):
        pass


def test_windows_gets_unicode_and_keys_for_line_ends_and_tabs(user32):
    typed_on_windows(user32)
    keyboard, unicode = 1, 4
    assert {kind for kind, *_ in user32.sent} == {keyboard}
    downs = [(key, unit) for _, key, unit, flags in user32.sent if not flags & UP]
    ups = [(key, unit) for _, key, unit, flags in user32.sent if flags & UP]
    keys = {"\t": 9, "\n": 13}
    units = [(0, unit) if (c := chr(unit)) not in keys else (keys[c], 0) for unit in _utf16(TEXT)]
    assert downs == ups == units
    assert all(bool(flags & unicode) == (key == 0) for _, key, _, flags in user32.sent)


def test_windows_gets_both_halves_of_a_letter_beyond_the_first_plane_at_once(user32):
    typed_on_windows(user32, text="🎤")
    assert [(unit, flags & UP) for _, _, unit, flags in user32.sent] == [
        (0xD83C, DOWN),
        (0xDFA4, DOWN),
        (0xD83C, UP),
        (0xDFA4, UP),
    ]


def test_the_structures_are_as_large_as_windows_has_them():
    pointer = ctypes.sizeof(ctypes.c_void_p)
    assert ctypes.sizeof(Input) == {8: 40, 4: 28}[pointer]
    assert Input.keyboard.offset == pointer


def test_what_windows_refuses_is_told_and_no_more_is_sent(user32):
    user32.room = 5  # two letters, and one event of the third
    with pytest.raises(NotTyped, match="the system refused it"):
        typed_on_windows(user32, text="раз")
    assert len(user32.sent) == 5


def test_on_windows_the_focus_is_asked_back(user32):
    user32.front = 8
    typed_on_windows(user32, text="да")
    assert (user32.front, len(user32.sent)) == (7, 4)
    user32.front, user32.obeys = 8, False
    with pytest.raises(WindowGone):
        typed_on_windows(user32, text="да")
    assert len(user32.sent) == 4


def test_on_windows_nothing_goes_into_another_window(user32):
    def change_the_window() -> None:
        user32.front = 8

    with pytest.raises(FocusLost):
        typed_on_windows(user32, Clock(change_the_window), "раз")
    assert len(user32.sent) == 2  # one letter


def test_on_windows_the_keys_of_the_shortcut_are_waited_for(user32):
    control = 0x11
    user32.held = {control}
    with pytest.raises(KeysHeld):
        typed_on_windows(user32)
    assert user32.sent == []
    typed_on_windows(user32, Clock(user32.held.clear), "а")
    assert len(user32.sent) == 2


def test_windows_target_is_none_where_no_window_has_the_focus(user32):
    assert WindowsTyping(user32).target() == 7
    user32.front = 0
    assert WindowsTyping(user32).target() is None


# --- keys of Windows ---


@pytest.mark.parametrize(
    ("keys", "expected"),
    [("Ctrl+Alt+D", (0x44, 3)), ("Meta+Space", (0x20, 8)), ("Shift+F9", (0x78, 4)), ("Ctrl+7", (0x37, 2))],
)
def test_keys_as_windows_numbers_them(keys, expected):
    assert key_and_modifiers(keys) == expected


@pytest.mark.parametrize("keys", ["", "Ctrl+K, Ctrl+D", "Ctrl+Я"])
def test_keys_that_windows_has_no_number_for(keys):
    with pytest.raises(KeysUnusable):
        key_and_modifiers(keys)


def hot_key(number: int, message: int = 0x0312) -> wintypes.MSG:
    told = wintypes.MSG()
    told.message, told.wParam = message, number
    return told


@pytest.fixture
def keys(user32, qapp):
    made = WindowsKeys(user32)
    yield made
    made.close()


def test_a_key_of_windows_is_pressed_once_and_let_go(keys, user32, qtbot):
    keys.grab("Ctrl+Alt+D")
    ((number, flags, key),) = user32.registered
    assert (flags & 0xF, key) == (3, 0x44)
    pressed = []
    keys.pressed.connect(lambda: pressed.append(True))
    take = keys._filter.nativeEventFilter
    user32.held = {key}
    for told, kind in (
        (hot_key(number + 1), b"windows_generic_MSG"),  # another program's
        (hot_key(number, 0x0100), b"windows_generic_MSG"),  # WM_KEYDOWN
        (hot_key(number), b"xcb_generic_event_t"),
    ):
        assert take(kind, ctypes.addressof(told)) == (False, 0)
    assert pressed == []
    told = hot_key(number)
    take(b"windows_generic_MSG", ctypes.addressof(told))
    take(b"windows_generic_MSG", ctypes.addressof(told))
    assert pressed == [True]
    with qtbot.waitSignal(keys.released):
        user32.held = set()


def test_keys_that_another_program_of_windows_has_are_told(user32, qtbot):
    user32.taken_by_others = {(3, 0x44)}
    shortcut = GlobalShortcut(lambda: WindowsKeys(user32))
    with qtbot.waitSignal(shortcut.settled):
        shortcut.use("Ctrl+Alt+D")
    assert isinstance(shortcut.problem, KeysTaken)
    assert "another program has them" in str(shortcut.problem)
    shortcut.use("Ctrl+Alt+E")
    assert shortcut.problem is None
    assert [key for _, _, key in user32.registered] == [0x45]
    shortcut.close()
    assert user32.registered == []


def test_keys_of_windows_are_given_back_at_the_end_and_for_others(keys, user32, qtbot):
    keys.grab("Ctrl+Alt+D")
    keys.grab("Ctrl+Alt+E")
    ((number, _flags, key),) = user32.registered
    assert key == 0x45
    told = hot_key(number)
    user32.held = {key}
    keys._filter.nativeEventFilter(b"windows_generic_MSG", ctypes.addressof(told))
    with qtbot.waitSignal(keys.released):  # though they are held still: else a recording would go on for ever
        keys.close()
    assert user32.registered == []


# --- macOS ---


class Quartz:
    """Functions with C's own types, so that what is passed is what macOS would get. front: the program in front.

    posted: (tap, key, whether it goes down, UTF-16 units, flags) of each event.
    """

    def __init__(self) -> None:
        self.front, self.trusted, self.flags, self.fails = (0, 77), True, 0, False
        self.obeys, self.posted, self.alive = True, [], {}
        self._n_made = 0
        for name, types in SIGNATURES.items():
            setattr(self, name, ctypes.CFUNCTYPE(*types)(getattr(self, f"_{name}")))

    def _AXIsProcessTrusted(self) -> int:
        return self.trusted

    def _GetFrontProcess(self, into) -> int:
        if self.front is None:
            return -600  # procNotFound
        into.contents.high, into.contents.low = self.front
        return 0

    def _SetFrontProcess(self, wanted) -> int:
        if self.obeys:
            self.front = wanted.contents.high, wanted.contents.low
        return 0

    def _CGEventSourceFlagsState(self, state: int) -> int:
        return self.flags if state == 1 else 0

    def _CGEventCreateKeyboardEvent(self, source, key: int, is_down: bool) -> int:
        if self.fails:
            return 0
        self._n_made += 1
        event = 0x1_0000_0000 + self._n_made  # more than 32 bits, as pointers are
        self.alive[event] = {"key": key, "is_down": is_down, "units": (), "flags": None}
        return event

    def _CGEventSetFlags(self, event: int, flags: int) -> None:
        self.alive[event]["flags"] = flags

    def _CGEventKeyboardSetUnicodeString(self, event: int, n: int, units) -> None:
        self.alive[event]["units"] = tuple(units[:n])

    def _CGEventPost(self, tap: int, event: int) -> None:
        one = self.alive[event]
        self.posted.append((tap, one["key"], one["is_down"], one["units"], one["flags"]))

    def _CFRelease(self, event: int) -> None:
        del self.alive[event]


@pytest.fixture
def quartz():
    return Quartz()


def typed_on_macos(quartz: Quartz, clock: Clock | None = None, text: str = TEXT) -> None:
    for _step in MacTyping(quartz, clock or Clock()).typing(text, (0, 77)):
        pass


def test_macos_gets_unicode_and_keys_for_line_ends_and_tabs(quartz):
    typed_on_macos(quartz)
    expected = [(0, _utf16("Я, 🎤 и")), (0x30, ()), (0, _utf16("ты")), (0x24, ()), (0, _utf16("конец"))]
    hid_tap, no_flags = 0, 0
    assert quartz.posted == [
        (hid_tap, key, is_down, units, no_flags) for key, units in expected for is_down in (True, False)
    ]
    assert quartz.alive == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("а" * 20, ["а" * 20]),
        ("а" * 21, ["а" * 20, "а"]),
        ("а" * 19 + "🎤б", ["а" * 19, "🎤б"]),
        ("🎤" * 11, ["🎤" * 10, "🎤"]),
        ("\n\nраз\n", ["\n", "\n", "раз", "\n"]),
    ],
)
def test_no_event_is_longer_than_macos_takes_and_no_letter_is_split(text, expected):
    assert list(pieces(text)) == expected


def test_where_macos_does_not_allow_it_the_way_is_told_and_nothing_typed(quartz, qtbot):
    quartz.trusted = False
    with pytest.raises(TypingForbidden, match="System Settings > Privacy & Security > Accessibility"):
        typed_on_macos(quartz)
    assert quartz.posted == []


def test_on_macos_the_program_is_asked_to_the_front(quartz):
    quartz.front = (0, 78)
    typed_on_macos(quartz, text="да")
    assert (quartz.front, len(quartz.posted)) == ((0, 77), 2)
    quartz.front, quartz.obeys = (0, 78), False
    with pytest.raises(WindowGone):
        typed_on_macos(quartz, text="да")
    assert len(quartz.posted) == 2


def test_on_macos_nothing_goes_into_another_program(quartz):
    def change_the_program() -> None:
        quartz.front = (0, 78)

    with pytest.raises(FocusLost):
        typed_on_macos(quartz, Clock(change_the_program), "а" * 50)
    assert [units for *_, units, _flags in quartz.posted] == [_utf16("а" * 20)] * 2


@pytest.mark.parametrize("flag", [1 << 17, 1 << 18, 1 << 19, 1 << 20], ids=["shift", "control", "option", "command"])
def test_on_macos_the_keys_of_the_shortcut_are_waited_for(quartz, flag):
    quartz.flags = flag
    with pytest.raises(KeysHeld):
        typed_on_macos(quartz)
    assert quartz.posted == []


def test_on_macos_an_event_that_cannot_be_made_is_told(quartz):
    quartz.fails = True
    with pytest.raises(NotTyped, match="the system refused it"):
        typed_on_macos(quartz)


def test_on_macos_there_is_no_target_where_no_program_is_in_front(quartz):
    assert MacTyping(quartz).target() == (0, 77)
    quartz.front = None
    assert MacTyping(quartz).target() is None
    with pytest.raises(WindowGone):
        typed_on_macos(quartz)


def test_the_window_types_through_it_beside_itself(quartz, qtbot):
    insertion = Insertion(MacTyping(quartz, Clock()))
    with qtbot.waitSignal(insertion.inserted):
        insertion.insert("привет", (0, 77))
    assert quartz.posted[0][3] == _utf16("привет")
    quartz.trusted = False
    with qtbot.waitSignal(insertion.failed) as failed:
        insertion.insert("мир", (0, 77))
    assert failed.args[0] == "мир"
    assert isinstance(failed.args[1], TypingForbidden)


@pytest.mark.skipif(ctypes.util.find_library("ApplicationServices") is not None, reason="this is a Mac")
def test_without_the_library_of_macos_it_is_told():
    with pytest.raises(NotTyped):
        application_services()


def _utf16(text: str) -> tuple[int, ...]:
    encoded = text.encode("utf-16-le")
    return tuple(int.from_bytes(encoded[at : at + 2], "little") for at in range(0, len(encoded), 2))
