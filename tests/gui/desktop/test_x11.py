"""Typing into another program's window, and keys that work in it, on a real X11 screen with a real other program."""

import subprocess
import sys
import time
from functools import partial
from itertools import islice

import pytest

from gui.core.errors import FocusLost, KeyMissing, KeysTaken, KeysUnusable, WindowGone
from gui.session.status import Recording
from tests.helpers.punctuation import ByHeart, Ready
from tests.helpers.screens import program, x11_screen

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is Linux's")


@pytest.fixture(scope="module")
def display():
    with x11_screen("xdotool", "setxkbmap") as name:
        yield name


@pytest.fixture
def on_screen(display, monkeypatch):
    monkeypatch.setenv("DISPLAY", display)
    return display


@pytest.fixture
def field(on_screen, tmp_path, qtbot):
    """Another program with a text field that has the focus; what stands in it, as a function."""
    file = tmp_path / "field.txt"
    arguments = ("-m", "tests.helpers.text_field", str(file), "what was copied before")
    with program(*arguments, DISPLAY=on_screen, QT_QPA_PLATFORM="xcb") as running:
        qtbot.waitUntil(lambda: file.exists() and file.read_text("utf-8") == "ready")
        text = partial(file.read_text, "utf-8")
        text.process = running
        yield text


def xdotool(*arguments: str) -> str:
    return subprocess.run(["xdotool", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def type_into(text: str, target=None):
    from gui.desktop.x11_typing import X11Typing

    typing = X11Typing()
    try:
        for _step in typing.typing(text, target or typing.target()):
            pass
    finally:
        typing.give_back()


LONG = "Съешь ещё этих мягких французских булок, да выпей же чаю — «Hello, World» 100 % ёЁ €\nНовая строка. "


@pytest.mark.parametrize("text", ["Привет, мир!", LONG * 2], ids=["short", "long"])
def test_another_program_receives_what_is_typed(field, qtbot, text):
    type_into(text)
    qtbot.waitUntil(lambda: field() == text)


@pytest.mark.parametrize("layout", ["us,ru", "ru", "de"])
def test_the_layout_of_the_keyboard_does_not_matter(field, qtbot, layout):
    subprocess.run(["setxkbmap", layout], check=True)
    type_into("Привет, мир! Yes.")
    qtbot.waitUntil(lambda: field() == "Привет, мир! Yes.")
    subprocess.run(["setxkbmap", "us"], check=True)


def test_caps_lock_does_not_matter(field, qtbot):
    xdotool("key", "Caps_Lock")
    try:
        type_into("привет, Мир")
        qtbot.waitUntil(lambda: field() == "привет, Мир")
    finally:
        xdotool("key", "Caps_Lock")


def test_nothing_is_typed_while_the_keys_of_the_shortcut_are_held(field, qtbot, monkeypatch):
    """A letter typed meanwhile would be lacking in the end."""
    from gui.desktop.x11_typing import X11Typing

    monkeypatch.setattr("gui.desktop.x11_typing._HELD_WITHIN_S", 100)
    text, typing = "привет", X11Typing()
    steps = typing.typing(text, typing.target())
    xdotool("keydown", "ctrl")
    try:
        n_steps = len(list(islice(steps, 2 * len(text))))
    finally:
        xdotool("keyup", "ctrl")
    assert n_steps == 2 * len(text), "it has come to its end"
    assert len(list(steps)) >= len(text)
    qtbot.waitUntil(lambda: field() == text)
    typing.give_back()


def test_the_keyboard_is_put_back(field):
    from gui.desktop.x11_windows import screen

    def mapping() -> list:
        with screen() as connection:
            return [list(syms) for syms in connection.get_keyboard_mapping(8, 248)]

    before = mapping()
    type_into("Привет")
    assert mapping() == before


def test_nothing_is_typed_when_the_window_is_gone(field, qtbot):
    from gui.desktop.x11_typing import X11Typing

    target = X11Typing().target()
    field.process.kill()
    field.process.wait(10)
    with pytest.raises(WindowGone):
        type_into("Привет", target)


def test_typing_stops_when_another_window_gets_the_focus(field, qtbot):
    from gui.desktop.x11_typing import X11Typing
    from gui.desktop.x11_windows import screen

    typing = X11Typing()
    steps = typing.typing("привет", typing.target())
    next(steps)
    with screen() as connection:
        connection.set_input_focus(0, 0, 0)
    with pytest.raises(FocusLost):
        list(steps)
    typing.give_back()
    assert field() in ("ready", "п")


def test_the_clipboard_keeps_what_was_copied_before(field, qtbot):
    type_into("Привет")
    qtbot.waitUntil(lambda: field() == "Привет")
    xdotool("key", "ctrl+v")
    qtbot.waitUntil(lambda: field() == "Приветwhat was copied before")


# --- keys ---


@pytest.fixture
def keys(on_screen, qtbot):
    from gui.desktop.x11_keys import X11Keys

    made = []

    def make():
        made.append(X11Keys())
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("wanted", ["Ctrl+Alt+D", "D"])
def test_keys_work_while_another_program_has_the_focus(field, keys, qtbot, wanted):
    grabbed = keys()
    grabbed.grab(wanted)
    with qtbot.waitSignals([grabbed.pressed, grabbed.released], order="strict"):
        xdotool("key", wanted.lower())
    type_into("Привет")
    qtbot.waitUntil(lambda: field() == "Привет")


def test_a_key_that_is_held_is_pressed_once_and_released_once(keys, qtbot, monkeypatch):
    from gui.desktop.x11_keys import X11Keys

    heard, hear = [], X11Keys._press

    def note(self, at_ms: int) -> None:
        heard.append(at_ms)
        hear(self, at_ms)

    monkeypatch.setattr(X11Keys, "_press", note)
    grabbed, told = keys(), []
    grabbed.pressed.connect(lambda: told.append("pressed"))
    grabbed.released.connect(lambda: told.append("released"))
    grabbed.grab("F9")
    xdotool("keydown", "F9")
    qtbot.waitUntil(lambda: len(heard) >= 5)  # it repeats after 660 ms
    assert told == ["pressed"]
    xdotool("keyup", "F9")
    qtbot.waitUntil(lambda: told == ["pressed", "released"])


def test_num_lock_and_caps_lock_do_not_matter(keys, qtbot):
    grabbed = keys()
    grabbed.grab("F9")
    for lock in ("Num_Lock", "Caps_Lock"):
        xdotool("key", lock)
        with qtbot.waitSignal(grabbed.pressed):
            xdotool("key", "F9")
        with qtbot.waitSignal(grabbed.released):
            xdotool("key", lock)


def test_other_keys_take_the_place_of_the_first(keys, qtbot):
    grabbed, told = keys(), []
    grabbed.grab("F9")
    grabbed.grab("F10")
    grabbed.pressed.connect(lambda: told.append("pressed"))
    xdotool("key", "F9")
    with qtbot.waitSignal(grabbed.released):  # of the key that came later
        xdotool("key", "F10")
    assert told == ["pressed"]


def test_keys_that_another_program_has(keys):
    first, second = keys(), keys()
    first.grab("Ctrl+F9")
    with pytest.raises(KeysTaken):
        second.grab("Ctrl+F9")
    first.close()
    second.grab("Ctrl+F9")


@pytest.mark.parametrize("wanted", ["", "Ctrl+K, Ctrl+C", "Ctrl+Я"])
def test_keys_that_cannot_be_used(keys, wanted):
    with pytest.raises(KeysUnusable):
        keys().grab(wanted)


def test_a_key_that_the_keyboard_does_not_have(keys):
    with pytest.raises(KeyMissing):
        keys().grab("F35")


def test_waiting_for_a_program_ends(field):
    """One that is stopped cannot answer."""
    import signal

    from gui.desktop.x11_windows import focused, screen, wait_until_handled

    field.process.send_signal(signal.SIGSTOP)
    try:
        with screen() as connection:
            begun_s = time.monotonic()
            assert not wait_until_handled(connection, focused(connection), 0.2)
            assert time.monotonic() - begun_s >= 0.2
    finally:
        field.process.send_signal(signal.SIGCONT)


@pytest.fixture
def dictate_into(field, make_stage, qtbot, monkeypatch):
    """Keys pressed in the other program, some breaths, keys again: a function, with what the stage is to be given."""
    from gui.desktop.insertion import Insertion
    from gui.desktop.x11_keys import X11Keys
    from gui.desktop.x11_typing import X11Typing

    stage = make_stage()
    dictating = stage.program.dictating
    monkeypatch.setattr("PySide6.QtGui.QGuiApplication.focusWindow", staticmethod(lambda: None))
    monkeypatch.setattr(dictating, "insertion", Insertion(X11Typing()))
    dictating.shortcut.make_keys = X11Keys
    stage.program.settings.insert_dictated = True
    stage.program.settings.global_keys = "Ctrl+Alt+D"
    qtbot.waitUntil(lambda: dictating.shortcut.backend is not None)

    def dictate(*breaths: str, prepare=lambda stage: None) -> None:
        prepare(stage)
        xdotool("key", "ctrl+alt+d")
        qtbot.waitUntil(stage.microphone.opened.is_set)
        stage.microphone.say_for(0.5)
        qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
        for number, text in enumerate(breaths):
            stage.engine.write(text, 10.0 * number)
        xdotool("key", "ctrl+alt+d")
        qtbot.waitUntil(lambda: stage.session.status.recording is Recording.STOPPING)
        stage.microphone.say_for(1.0)
        stage.engine.finish()

    yield dictate
    dictating.shortcut.close()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_from_the_shortcut_to_the_text_in_another_program(field, dictate_into, qtbot):
    """The whole way: speech with spoken marks, and the text stands there."""
    dictate_into("привет запятая мир", "восклицательный знак")
    qtbot.waitUntil(lambda: field() == "Привет, мир!")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_marks_and_capitals_that_nobody_said_stand_in_the_other_program_too(field, dictate_into, qtbot):
    def punctuate(stage) -> None:
        stage.session.punctuator = Ready(ByHeart("Привет, дела? Москве. кое- дом —"))
        stage.program.settings.punctuate = True

    dictate_into("привет как дела", "у нас в москве", "кое что дом крепость", prepare=punctuate)
    qtbot.waitUntil(lambda: field() == "Привет, как дела? У нас в Москве. Кое-что дом — крепость.")
