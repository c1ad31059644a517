"""The keys that dictate from any window, where the system has such keys; else the reason why not."""

import importlib
import sys
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from gui.core.errors import NoGlobalKeys, ShortcutError
from gui.core.tasks import Work


def system_keys() -> Callable[[], QObject] | None:
    """Makes what grabs keys here; None where the system has nothing of the kind."""
    if QGuiApplication.platformName() == "xcb":
        from gui.desktop.x11_keys import X11Keys

        return X11Keys
    if sys.platform == "win32":
        from gui.desktop.windows_keys import WindowsKeys

        return WindowsKeys
    if asks_the_desktop():
        from gui.desktop.portal_keys import PortalKeys

        return PortalKeys
    return None


def asks_the_desktop() -> bool:
    """Whether it is the desktop's portal that gives keys, and may give others than were wanted, or none."""
    if not QGuiApplication.platformName().startswith("wayland"):
        return False
    from gui.desktop.portal_keys import has_bus

    return has_bus()


class GlobalShortcut(QObject):
    """`use(keys)`, "" for none; then `pressed` and `released`. `settled` after each use: see `problem` then.

    granted: the keys that the desktop gave, where it is the desktop that gives them.
    """

    pressed = Signal()
    released = Signal()
    settled = Signal()

    def __init__(self, make_keys: Callable[[], QObject] | None):
        super().__init__()
        self.make_keys = make_keys
        self.backend: QObject | None = None
        self._wanted = ""
        self._importing = Work(self, ended=self._grab)
        self.problem: ShortcutError | None = None
        self.granted = ""

    def use(self, keys: str) -> None:
        self._wanted, self.problem, self.granted = keys, None, ""
        if self._importing.running:
            return
        if not keys:
            self.close()
            self.settled.emit()
        elif self.make_keys is None:
            self.problem = NoGlobalKeys()
            self.settled.emit()
        elif self.backend is None and QGuiApplication.platformName() == "xcb":
            self._importing.start(_import_xlib)
        else:
            self._grab()

    def _grab(self, *_error: object) -> None:
        if not self._wanted:
            self.use("")
            return
        if self.backend is None:
            self.backend = self.make_keys()
            self.backend.pressed.connect(self.pressed)
            self.backend.released.connect(self.released)
            if hasattr(self.backend, "granted"):  # they come later, if the person allows it
                self.backend.granted.connect(self._take_granted)
                self.backend.failed.connect(self._take_failure)
        try:
            self.backend.grab(self._wanted)
        except ShortcutError as error:
            self.problem = error
        self.settled.emit()

    def _take_granted(self, keys: str) -> None:
        self.granted = keys
        self.settled.emit()

    def _take_failure(self, error: ShortcutError) -> None:
        self.problem = error
        self.settled.emit()

    def close(self) -> None:
        self._wanted = ""
        if self.backend is not None:
            self.backend.close()


def _import_xlib() -> Iterator[None]:
    """It takes a quarter of a second: on another thread."""
    importlib.import_module("Xlib.display")
    yield None
