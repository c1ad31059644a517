"""A desktop's portal for global shortcuts, as a program on a session bus: `python -m tests.helpers.portal [refuse]`.

It prints a line of JSON for each call it gets; lines on its standard input press and release the keys.
"""

import json
import select
import sys

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

BUS, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
KEYS = "org.freedesktop.portal.GlobalShortcuts"
SIGNATURES = {"CreateSession": "a{sv}", "BindShortcuts": "oa(sa{sv})sa{sv}", "Close": None}


class Portal:
    """refuses: the person says no when shortcuts are bound."""

    def __init__(self, refuses: bool):
        self._refuses = refuses
        self._connection = open_dbus_connection("SESSION")
        self._connection.send_and_get_reply(message_bus.RequestName(BUS))
        self._session = ""
        self.tell(call="ready")

    @staticmethod
    def tell(**what: object) -> None:
        print(json.dumps(what), flush=True)

    def serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._connection.sock, sys.stdin], [], [])
            if sys.stdin in ready:
                # Not through a buffer: a line that waited there would not wake `select`.
                line = sys.stdin.buffer.raw.readline().decode()
                if not line:
                    return
                self._press(line.strip())
            while True:
                try:
                    message = self._connection.receive(timeout=0)
                except TimeoutError:
                    break
                if message.header.message_type is MessageType.method_call:
                    self._answer(message)

    def _press(self, member: str) -> None:
        emitter = DBusAddress(PATH, interface=KEYS)
        body = (self._session, "dictate", 1234, {})
        self._connection.send(new_signal(emitter, member, "osta{sv}", body))

    def _answer(self, call) -> None:
        fields = call.header.fields
        member, signature = fields[HeaderFields.member], fields.get(HeaderFields.signature)
        if member not in SIGNATURES:
            self._connection.send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod"))
            return
        if signature != SIGNATURES[member]:
            self._connection.send(new_error(call, "org.freedesktop.DBus.Error.InvalidArgs"))
            return
        sender = fields[HeaderFields.sender].lstrip(":").replace(".", "_")
        if member == "Close":
            self._connection.send(new_method_return(call))
            self.tell(call="Close", session=fields[HeaderFields.path])
            return
        options = call.body[-1]
        request = f"{PATH}/request/{sender}/{options['handle_token'][1]}"
        self._connection.send(new_method_return(call, "o", (request,)))
        if member == "CreateSession":
            self._session = f"{PATH}/session/{sender}/{options['session_handle_token'][1]}"
            self._respond(request, 0, {"session_handle": ("s", self._session)})
            return
        session, ((name, described),), _parent, _options = call.body
        self.tell(call="BindShortcuts", own=session == self._session, name=name, described=described)
        told = {"description": described["description"], "trigger_description": ("s", "Super+F9")}
        shortcuts = {"shortcuts": ("a(sa{sv})", [(name, told)])}
        self._respond(request, int(self._refuses), {} if self._refuses else shortcuts)

    def _respond(self, request: str, status: int, results: dict) -> None:
        emitter = DBusAddress(request, interface="org.freedesktop.portal.Request")
        self._connection.send(new_signal(emitter, "Response", "ua{sv}", (status, results)))


if __name__ == "__main__":
    Portal("refuse" in sys.argv[1:]).serve()
