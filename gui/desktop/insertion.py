"""The dictated text in the window where the person was, typed as Unicode; else on the clipboard.

Nothing is ever pasted, so the clipboard's content is left alone where text is typed.
"""

import sys
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from engine.system.worker import Cancelled
from gui.core.errors import InsertionError
from gui.core.i18n import N_
from gui.core.tasks import Work


class Typing(Protocol):
    """What types: X11Typing, WindowsTyping or MacTyping of the modules with these names."""

    def target(self) -> object | None: ...
    def typing(self, text: str, target) -> Iterator[None]: ...
    def give_back(self) -> None: ...


def system_typing() -> Typing | None:
    """None where the system does not allow it, see `why_not`."""
    if QGuiApplication.platformName() == "xcb":
        from gui.desktop.x11_typing import X11Typing

        return X11Typing()
    if QGuiApplication.platformName() == "cocoa":
        from gui.desktop.mac_typing import MacTyping

        return MacTyping()
    if sys.platform == "win32":
        from gui.desktop.windows_typing import WindowsTyping

        return WindowsTyping()
    return None


def is_possible() -> bool:
    """Whether text is typed here."""
    return QGuiApplication.platformName() in ("xcb", "cocoa") or sys.platform == "win32"


def why_not() -> str:
    """What a person is told where text is not typed; to be translated."""
    if QGuiApplication.platformName().startswith("wayland"):
        return N_("Wayland lets no program type into another's window: the text is copied, and you paste it.")
    return N_("This system lets no program type into another's window: the text is copied, and you paste it.")


class Insertion(QObject):
    """One text after the other. `inserted(text)`, or `failed(text, error)`: then it is not, or not all of it, there."""

    inserted = Signal(str)
    failed = Signal(str, object)

    def __init__(self, typing: Typing | None):
        super().__init__()
        self._typing = typing
        self._waiting: list[tuple[str, object]] = []
        self._current: tuple[str, object] | None = None
        self._last_target: object | None = None
        self._work = Work(self, ended=self._end)

    @property
    def is_possible(self) -> bool:
        return self._typing is not None

    def target(self) -> object | None:
        """The other program's window that has the focus; None where there is none, or it cannot be known."""
        if self._typing is None or QGuiApplication.focusWindow() is not None:
            return None
        try:
            return self._typing.target()
        except InsertionError:
            return None

    def insert(self, text: str, target: object) -> None:
        """A second text for the same window is parted from the first by a blank."""
        if self._last_target == target and text[:1].isalnum():
            text = f" {text}"
        self._last_target = target
        self._waiting.append((text, target))
        self._next()

    def _next(self) -> None:
        if self._waiting and not self._work.running:
            self._current = self._waiting.pop(0)
            self._work.start(partial(self._typing.typing, *self._current))

    def _end(self, outcome: Exception | None) -> None:
        text = self._current[0]
        if outcome is None or isinstance(outcome, Cancelled):
            self.inserted.emit(text)
        else:
            self._last_target = None
            self.failed.emit(text.lstrip(), outcome)
        self._next()

    def close(self) -> None:
        """Stops typing and puts the keyboard back."""
        self._waiting.clear()
        self._work.cancel()
        if self._typing is not None:
            self._typing.give_back()
