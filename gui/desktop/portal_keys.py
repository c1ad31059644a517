"""Keys for every window by the desktop's portal, which Wayland has in place of grabbing them.

org.freedesktop.portal.GlobalShortcuts of xdg-desktop-portal: a session is made, a shortcut is bound to it (the desktop
may ask the person, and may give other keys), and then the portal tells when its keys go down and up.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Qt, Signal
from PySide6.QtGui import QKeySequence

from gui.core.errors import KeysRefused, NoGlobalKeys
from gui.core.i18n import _
from gui.core.tasks import Task

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

APP_ID, SHORTCUT = "org.diktovka.Diktovka", "dictate"
BUS, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
KEYS, REQUEST, SESSION = (f"org.freedesktop.portal.{name}" for name in ("GlobalShortcuts", "Request", "Session"))
REGISTRY = "org.freedesktop.host.portal.Registry"
_CALL_S, _POLL_S = 10, 0.2  # the portal may have to be started first
_GRANTED = 0  # of a Response
_MODIFIERS = (
    (Qt.KeyboardModifier.ControlModifier, "CTRL"),
    (Qt.KeyboardModifier.AltModifier, "ALT"),
    (Qt.KeyboardModifier.ShiftModifier, "SHIFT"),
    (Qt.KeyboardModifier.MetaModifier, "LOGO"),
)
_NAMES = {
    Qt.Key.Key_Space: "space",
    Qt.Key.Key_Escape: "Escape",
    Qt.Key.Key_Pause: "Pause",
    Qt.Key.Key_ScrollLock: "Scroll_Lock",
    Qt.Key.Key_Print: "Print",
    Qt.Key.Key_Insert: "Insert",
    Qt.Key.Key_Menu: "Menu",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_PageUp: "Page_Up",
    Qt.Key.Key_PageDown: "Page_Down",
}


def trigger(keys: str) -> str:
    """Keys as QKeySequence writes them, in the words of freedesktop.org's shortcuts; empty where these have none."""
    sequence = QKeySequence.fromString(keys, QKeySequence.SequenceFormat.PortableText)
    if sequence.count() != 1:
        return ""
    key, held = sequence[0].key(), sequence[0].keyboardModifiers()
    if Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35:
        name = f"F{key - Qt.Key.Key_F1 + 1}"
    elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9 or Qt.Key.Key_A <= key <= Qt.Key.Key_Z:
        name = chr(key).lower()
    else:
        name = _NAMES.get(key, "")
    return "+".join([*(word for modifier, word in _MODIFIERS if held & modifier), name]) if name else ""


def has_bus() -> bool:
    """Whether there is a session bus at all, on which a portal may be."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS") or (runtime and (Path(runtime) / "bus").exists()))


@dataclass(frozen=True)
class Bound:
    """The portal listens. keys: those that the desktop gave, in its words; empty where it does not tell."""

    connection: "DBusConnection"
    session: str
    keys: str


def bind_keys(keys: str) -> Iterator[Bound | None]:
    """Bound at last, None while it is waited for. Raises NoGlobalKeys or KeysRefused."""
    from jeepney import DBusErrorResponse
    from jeepney.io.blocking import open_dbus_connection

    try:
        connection = open_dbus_connection("SESSION")
    except (OSError, KeyError, ValueError) as error:
        raise NoGlobalKeys from error
    try:
        portal = _Portal(connection)
        session = yield from portal.make_session()
        shown = yield from portal.bind(session, keys)
    except (DBusErrorResponse, OSError, EOFError) as error:
        connection.close()
        raise NoGlobalKeys from error
    except BaseException:
        connection.close()
        raise
    yield Bound(connection, session, shown)


class _Portal:
    """Its calls, each of which is answered by a signal of a Request."""

    def __init__(self, connection: "DBusConnection"):
        self._connection = connection

    def _call(self, interface: str, method: str, signature: str, *body: object) -> tuple:
        from jeepney import DBusAddress, new_method_call
        from jeepney.wrappers import unwrap_msg

        address = DBusAddress(PATH, bus_name=BUS, interface=interface)
        message = new_method_call(address, method, signature, body)
        return unwrap_msg(self._connection.send_and_get_reply(message, timeout=_CALL_S))

    def make_session(self) -> Iterator[None]:
        from jeepney import DBusErrorResponse

        with contextlib.suppress(DBusErrorResponse):  # older portals know programs by other means
            self._call(REGISTRY, "Register", "sa{sv}", APP_ID, {})
        token = secrets.token_hex(8)
        options = {"session_handle_token": ("s", f"diktovka_{token}")}
        results = yield from self._asked("CreateSession", "a{sv}", lambda more: (options | more,))
        return results["session_handle"][1]

    def bind(self, session: str, keys: str) -> Iterator[None]:
        described = {"description": ("s", _("Start and stop recording"))}
        if trigger(keys):
            described["preferred_trigger"] = ("s", trigger(keys))
        shortcuts = [(SHORTCUT, described)]
        results = yield from self._asked(
            "BindShortcuts", "oa(sa{sv})sa{sv}", lambda options: (session, shortcuts, "", options)
        )
        bound = dict(results.get("shortcuts", ("", []))[1])
        if SHORTCUT not in bound:
            raise KeysRefused
        return bound[SHORTCUT].get("trigger_description", ("s", ""))[1]

    def _asked(self, method: str, signature: str, body) -> Iterator[None]:
        """What the request's Response brings; the person may take their time to answer. Raises KeysRefused."""
        from jeepney import MatchRule, message_bus
        from jeepney.wrappers import unwrap_msg

        token = f"diktovka_{secrets.token_hex(8)}"
        sender = self._connection.unique_name.lstrip(":").replace(".", "_")
        path = f"{PATH}/request/{sender}/{token}"
        rule = MatchRule(type="signal", interface=REQUEST, member="Response", path=path)
        unwrap_msg(self._connection.send_and_get_reply(message_bus.AddMatch(rule), timeout=_CALL_S))
        with self._connection.filter(rule) as answers:
            self._call(KEYS, method, signature, *body({"handle_token": ("s", token)}))
            while not answers:
                yield None
                with contextlib.suppress(TimeoutError):
                    self._connection.recv_messages(timeout=_POLL_S)
            status, results = answers.popleft().body
        if status != _GRANTED:
            raise KeysRefused
        return results


class PortalKeys(QObject):
    """`granted(keys)` or `failed(error)` some time after `grab`; then `pressed` and `released`."""

    pressed = Signal()
    released = Signal()
    granted = Signal(str)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._binding: Task | None = None
        self._bound: Bound | None = None
        self._notifier: QSocketNotifier | None = None

    def grab(self, keys: str) -> None:
        """In place of those before."""
        self.close()
        self._binding = Task(partial(bind_keys, keys), yielded=self._take, failed=self._fail)
        self._binding.start()

    def _take(self, bound: Bound | None) -> None:
        if bound is None:
            return
        if self.sender() is not self._binding:  # others were wanted meanwhile
            bound.connection.close()
            return
        from jeepney import MatchRule, message_bus

        self._bound, self._binding = bound, None
        for member in ("Activated", "Deactivated"):
            rule = MatchRule(type="signal", interface=KEYS, member=member, path=PATH)
            bound.connection.send(message_bus.AddMatch(rule))
        self._notifier = QSocketNotifier(bound.connection.sock.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        self.granted.emit(bound.keys)

    def _fail(self, error: Exception) -> None:
        if self.sender() is self._binding:
            self._binding = None
            self.failed.emit(error)

    def _read(self) -> None:
        while self._bound is not None:
            try:
                message = self._bound.connection.receive(timeout=0)
            except TimeoutError:
                return
            except OSError:  # the bus is gone, and the keys with it
                self.close()
                self.failed.emit(NoGlobalKeys())
                return
            self._take_message(message)

    def _take_message(self, message: "Message") -> None:
        from jeepney import HeaderFields

        fields = message.header.fields
        if fields.get(HeaderFields.interface) != KEYS or tuple(message.body[:2]) != (self._bound.session, SHORTCUT):
            return
        match fields[HeaderFields.member]:
            case "Activated":
                self.pressed.emit()
            case "Deactivated":
                self.released.emit()

    def close(self) -> None:
        """The desktop may give the keys to others."""
        if self._binding is not None:
            self._binding.cancel()
            self._binding = None
        if self._bound is None:
            return
        from jeepney import DBusAddress, new_method_call

        self._notifier.setEnabled(False)
        self._notifier = None
        bound, self._bound = self._bound, None
        address = DBusAddress(bound.session, bus_name=BUS, interface=SESSION)
        with contextlib.suppress(OSError):
            bound.connection.send(new_method_call(address, "Close"))
        bound.connection.close()
