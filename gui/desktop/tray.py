"""The icon in the desktop's tray: what the program is doing, and the few things to tell it there."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from engine.paths import resource
from gui.core.i18n import _
from gui.session.status import Model, Reading, Recording, Status
from gui.widgets.theme import theme

_SIZES_PX = (16, 22, 24, 32, 48, 64)
_MARK_GROUND, _MARK_COLOUR = "#ffffff", "#00473f"  # the icon is the same dark green in every theme
IDLE, LISTENING, READING, PROBLEM = "idle", "listening", "reading", "problem"
# Told by the shape of the mark as well as by its colour.
_MARKS = {LISTENING: "record", READING: "dots-horizontal", PROBLEM: "exclamation-thick"}


def state_of(status: Status, has_problem: bool) -> str:
    """IDLE, LISTENING, READING or PROBLEM: what is most worth knowing."""
    if status.recording in (Recording.OPENING, Recording.LISTENING):
        return PROBLEM if status.hears_nothing else LISTENING
    if has_problem or status.model is Model.MISSING:
        return PROBLEM
    if status.reading is not Reading.NONE or status.recording is Recording.STOPPING:
        return READING
    return IDLE


def state_icon(state: str) -> QIcon:
    """The program's icon, with a mark in its lower right corner unless it is idle."""
    plain = QIcon(str(resource("icons/diktovka.svg")))
    if state == IDLE:
        return plain
    icon = QIcon()
    for side in _SIZES_PX:
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plain.paint(painter, picture.rect())
        mark = QRectF(side * 0.4, side * 0.4, side * 0.6, side * 0.6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_MARK_GROUND))
        painter.drawEllipse(mark)
        inner = mark.adjusted(mark.width() * 0.14, mark.width() * 0.14, -mark.width() * 0.14, -mark.width() * 0.14)
        theme().icon(_MARKS[state], _MARK_COLOUR).paint(painter, inner.toRect())
        painter.end()
        icon.addPixmap(picture)
    return icon


class Tray(QObject):
    """Signals what a person asked for; shows what `show_status` tells."""

    show_wanted = Signal()
    toggle_wanted = Signal()
    cancel_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, is_shown: Callable[[], bool]):
        """is_shown: whether the window is on the screen."""
        super().__init__()
        self._is_shown = is_shown
        self.state = ""
        self.menu = QMenu()
        self.show_window = self._action(_("Show the window"), self.show_wanted)
        self.record = self._action(_("Record"), self.toggle_wanted)
        self.cancel = self._action(_("Cancel"), self.cancel_wanted)
        self.menu.addSeparator()
        self.quit = self._action(_("Quit"), self.quit_wanted)
        self.menu.aboutToShow.connect(self._name_actions)
        self.icon = QSystemTrayIcon()
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activate)
        self.show_status(Status())

    def _action(self, text: str, wanted) -> QAction:
        action = self.menu.addAction(text)
        action.triggered.connect(wanted)
        return action

    @staticmethod
    def is_possible() -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show_status(self, status: Status, has_problem: bool = False) -> None:
        self._recording = status.recording in (Recording.OPENING, Recording.LISTENING)
        self.record.setText(_("Stop") if self._recording else _("Record"))
        self.record.setEnabled(not status.closing and status.recording is not Recording.STOPPING)
        self.cancel.setEnabled(status.can_cancel and not status.closing)
        self.icon.setToolTip(f"{_('Diktovka')}: {status.words}")
        state = state_of(status, has_problem)
        if state != self.state:
            self.state = state
            self.icon.setIcon(state_icon(state))

    def _name_actions(self) -> None:
        self.show_window.setText(_("Hide the window") if self._is_shown() else _("Show the window"))

    def _activate(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        match reason:
            case QSystemTrayIcon.ActivationReason.Trigger:
                self.show_wanted.emit()
            case QSystemTrayIcon.ActivationReason.MiddleClick:
                self.toggle_wanted.emit()
