"""Keys by the desktop's portal: on a session bus of our own, with a portal that is another program."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gui.core.errors import KeysRefused, NoGlobalKeys
from gui.desktop import global_shortcut
from gui.desktop.global_shortcut import GlobalShortcut
from gui.desktop.portal_keys import PortalKeys, has_bus, trigger
from tests.helpers.programs import needs

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the portal is Linux's")


@pytest.fixture
def bus(monkeypatch):
    """A session bus on which nobody is yet."""
    needs("dbus-daemon")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", running.stdout.readline().strip())
    yield running
    running.terminate()
    running.wait(10)
    running.stdout.close()


class Portal:
    """The portal's process in the test's hand."""

    def __init__(self, *arguments: str):
        command = [sys.executable, "-m", "tests.helpers.portal", *arguments]
        self._running = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self.told() == {"call": "ready"}

    def told(self) -> dict:
        """The next call it got."""
        return json.loads(self._running.stdout.readline())

    def say(self, signal: str) -> None:
        self._running.stdin.write(signal + "\n")

    def close(self) -> None:
        self._running.stdin.close()
        self._running.wait(10)
        self._running.stdout.close()


@pytest.fixture
def make_portal(bus):
    portals: list[Portal] = []

    def make(*arguments: str) -> Portal:
        portals.append(Portal(*arguments))
        return portals[-1]

    yield make
    for portal in portals:
        portal.close()


@pytest.fixture
def shortcut(qapp):
    shortcut = GlobalShortcut(PortalKeys)
    yield shortcut
    shortcut.close()


def test_keys_go_down_and_up(make_portal, shortcut, qtbot):
    portal = make_portal()
    shortcut.use("Ctrl+Alt+D")
    bound = portal.told()
    assert (bound["call"], bound["own"], bound["name"]) == ("BindShortcuts", True, "dictate")
    assert bound["described"]["preferred_trigger"] == ["s", "CTRL+ALT+d"]
    qtbot.waitUntil(lambda: shortcut.granted != "")
    assert (shortcut.granted, shortcut.problem) == ("Super+F9", None)
    for signal, member in ((shortcut.pressed, "Activated"), (shortcut.released, "Deactivated")):
        with qtbot.waitSignal(signal):
            portal.say(member)
    shortcut.close()
    assert portal.told()["call"] == "Close"


def test_other_keys_take_the_place_of_the_first(make_portal, shortcut, qtbot):
    portal = make_portal()
    shortcut.use("Ctrl+Alt+D")
    qtbot.waitUntil(lambda: shortcut.granted != "")
    portal.told()
    shortcut.use("Meta+F9")
    assert portal.told()["call"] == "Close"
    assert portal.told()["described"]["preferred_trigger"] == ["s", "LOGO+F9"]
    qtbot.waitUntil(lambda: shortcut.granted != "")
    presses = []
    shortcut.pressed.connect(lambda: presses.append(1))
    with qtbot.waitSignal(shortcut.released):
        portal.say("Activated")
        portal.say("Deactivated")
    assert presses == [1]


def test_who_says_no_is_told_what_to_do(make_portal, shortcut, qtbot):
    make_portal("refuse")
    shortcut.use("Ctrl+Alt+D")
    qtbot.waitUntil(lambda: shortcut.problem is not None)
    assert isinstance(shortcut.problem, KeysRefused)
    assert "diktovka --toggle" in str(shortcut.problem)


def test_a_desktop_without_such_a_portal(bus, shortcut, qtbot):
    shortcut.use("Ctrl+Alt+D")
    qtbot.waitUntil(lambda: shortcut.problem is not None)
    assert isinstance(shortcut.problem, NoGlobalKeys)


def test_a_bus_that_goes_away(bus, make_portal, shortcut, qtbot):
    make_portal()
    shortcut.use("Ctrl+Alt+D")
    qtbot.waitUntil(lambda: shortcut.granted != "")
    bus.terminate()
    qtbot.waitUntil(lambda: shortcut.problem is not None)
    assert isinstance(shortcut.problem, NoGlobalKeys)


def test_no_bus_at_all(shortcut, qtbot, monkeypatch, tmp_path):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert not has_bus()
    shortcut.use("Ctrl+Alt+D")
    qtbot.waitUntil(lambda: shortcut.problem is not None)
    assert isinstance(shortcut.problem, NoGlobalKeys)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("Ctrl+Alt+D", "CTRL+ALT+d"),
        ("Meta+Shift+Space", "SHIFT+LOGO+space"),
        ("F9", "F9"),
        ("Ctrl+PgUp", "CTRL+Page_Up"),
        ("Ctrl+7", "CTRL+7"),
        ("Ctrl+,", ""),
        ("", ""),
    ],
)
def test_keys_in_the_words_of_freedesktop(keys, told):
    assert trigger(keys) == told


def test_the_portal_is_asked_on_wayland_alone(bus, monkeypatch):
    monkeypatch.setattr(global_shortcut.QGuiApplication, "platformName", lambda: "wayland")
    assert global_shortcut.system_keys() is PortalKeys
    monkeypatch.setattr(global_shortcut.QGuiApplication, "platformName", lambda: "offscreen")
    assert global_shortcut.system_keys() is None
