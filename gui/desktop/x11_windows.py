"""Windows of other programs on an X11 screen: which has the focus, how it gets it back, whether it keeps up.

python-xlib is imported late: it takes a quarter of a second.
"""

import contextlib
import select
import time
from collections.abc import Iterator
from dataclasses import dataclass

_NO_WINDOW = (0, 1)  # None and PointerRoot
_UNKNOWN_S = 0.5
_PAGER = 2  # who asks for the focus on a person's behalf (EWMH)


@dataclass(frozen=True)
class Target:
    """A window with the focus. window: which gets the keys; top: the one that the window manager knows, or 0."""

    window: int
    top: int


@contextlib.contextmanager
def screen() -> Iterator[object]:
    """A connection of its own to the X server of this session. Raises OSError where there is none, or no more."""
    from Xlib import display, error

    try:
        connection = display.Display()
    except (error.DisplayError, error.ConnectionClosedError) as problem:
        raise OSError(str(problem)) from problem
    connection.set_error_handler(lambda *_: None)  # a window may go at any moment; what is asked for tells
    try:
        yield connection
        connection.sync()
    except error.ConnectionClosedError as problem:
        raise OSError(str(problem)) from problem
    finally:
        with contextlib.suppress(error.ConnectionClosedError, OSError):
            connection.close()


def focused(connection) -> Target | None:
    """Where keys go now; None where they go nowhere."""
    focus = connection.get_input_focus().focus
    window = focus if isinstance(focus, int) else focus.id
    return None if window in _NO_WINDOW else Target(window, _active(connection))


def _active(connection) -> int:
    from Xlib import X

    active = connection.screen().root.get_full_property(connection.intern_atom("_NET_ACTIVE_WINDOW"), X.AnyPropertyType)
    return int(active.value[0]) if active is not None and len(active.value) else 0


def ask_focus(connection, target: Target) -> None:
    """Asks the window manager, or the server where there is none, to give it the focus again."""
    from Xlib import X
    from Xlib.protocol import event

    if not target.top:
        connection.set_input_focus(target.window, X.RevertToParent, X.CurrentTime)
    else:
        window = connection.create_resource_object("window", target.top)
        wanted = event.ClientMessage(
            window=window, client_type=connection.intern_atom("_NET_ACTIVE_WINDOW"), data=(32, [_PAGER, 0, 0, 0, 0])
        )
        connection.screen().root.send_event(wanted, X.SubstructureRedirectMask | X.SubstructureNotifyMask)
    connection.sync()


def has_focus(connection, target: Target) -> bool:
    now = focused(connection)
    return now is not None and (now.window == target.window or (target.top != 0 and now.top == target.top))


def wait_until_handled(connection, target: Target, within_s: float) -> bool:
    """Whether the program has taken all keys sent to it so far, as its answer to a _NET_WM_PING tells.

    False after within_s without an answer. A program that knows no ping is given half a second, and believed.
    """
    from Xlib import X
    from Xlib.protocol import event

    root, ping = connection.screen().root, connection.intern_atom("_NET_WM_PING")
    window = connection.create_resource_object("window", target.top or target.window)
    if ping not in (window.get_wm_protocols() or ()):
        time.sleep(_UNKNOWN_S)
        return True
    root.change_attributes(event_mask=X.StructureNotifyMask | X.SubstructureNotifyMask)  # Qt answers to the former
    stamp = int(time.monotonic() * 1000) & 0x7FFF_FFFF or 1
    asked = event.ClientMessage(
        window=window,
        client_type=connection.intern_atom("WM_PROTOCOLS"),
        data=(32, [ping, stamp, window.id, 0, 0]),
    )
    window.send_event(asked)
    connection.flush()
    end_s = time.monotonic() + within_s
    while (left_s := end_s - time.monotonic()) > 0:
        while connection.pending_events():
            came = connection.next_event()
            if came.type == X.ClientMessage and list(came.data[1][:2]) == [ping, stamp]:
                return True
        select.select([connection.fileno()], [], [], left_s)
    return False
