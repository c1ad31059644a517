"""A small window over all others while one dictates into another program: it hears, it writes, stop, cancel."""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QFont, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from engine.events import Segment
from gui.core.i18n import _
from gui.core.settings import Settings
from gui.core.words import clock_time
from gui.session.session import Session
from gui.session.status import Recording, Status
from gui.widgets.fitted_text import ElidedLabel
from gui.widgets.form import ProgressBar, column_of, fill, keep_place, push_button
from gui.widgets.icon_buttons import IconLabel
from gui.widgets.label import Label
from gui.widgets.record_button import loudness
from gui.widgets.theme import GRID, theme

WIDTH_PX = 52 * GRID
_FROM_EDGE_PX = 6 * GRID
_NOTE_MS = 1500
_ELAPSED_EVERY_MS = 200


class SmallWindow(QFrame):
    """It never takes the focus: what is typed still goes where the person is."""

    def __init__(self) -> None:
        super().__init__()
        kind = Qt.WindowType
        self.setWindowFlags(
            kind.Tool | kind.FramelessWindowHint | kind.WindowStaysOnTopHint | kind.WindowDoesNotAcceptFocus
        )
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)
        self.setObjectName("small")
        self.setWindowTitle(_("Diktovka"))
        self.setAccessibleName(_("Dictation"))
        self.state = Label(font=theme().font(1.0, QFont.Weight.DemiBold))
        self.elapsed = Label(name=_("Time recorded"))
        self.level = ProgressBar(_("Level"))
        self.text = ElidedLabel(Qt.TextElideMode.ElideLeft)
        self.text.setProperty("quiet", True)
        self.text.setAccessibleName(_("Text"))
        self.stop = self._button(_("Stop"), _("Stop recording; the text is written to its end"), "stop")
        self.cancel = self._button(_("Cancel"), _("Cancel; recordings are kept"), "close")
        self._lay_out()

    @staticmethod
    def _button(text: str, hint: str, icon: str) -> QPushButton:
        button = push_button(text, hint, "plain", icon=icon)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(spacing=GRID)
        icon = IconLabel("microphone-outline", accented=True)
        fill(row, icon, (self.state, 1), self.elapsed, self.stop, self.cancel)
        column_of(self, row, self.level, self.text, gap=GRID // 2, margins=(2 * GRID, GRID, GRID, GRID))
        for widget in (self.stop, self.level):
            keep_place(widget)
        self.setFixedWidth(max(WIDTH_PX, self.sizeHint().width()))

    def show_status(self, status: Status) -> None:
        self.state.setText(status.words)
        recording = status.recording in (Recording.OPENING, Recording.LISTENING)
        self.stop.setVisible(recording)
        self.level.setVisible(recording)
        self.cancel.setVisible(status.is_dictating)
        if not recording:
            self.level.setValue(0)

    def show_level(self, rms: float) -> None:
        self.level.show_share(loudness(rms))

    def show_text(self, text: str) -> None:
        """Its end, as much as there is room for."""
        self.text.show_text(" ".join(text.split()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """It is drawn to where it is in nobody's way."""
        if self.windowHandle() is not None:
            self.windowHandle().startSystemMove()
        super().mousePressEvent(event)

    def come(self) -> None:
        """At first in the middle of the screen's lower edge; later where it was drawn to."""
        if not self.testAttribute(Qt.WidgetAttribute.WA_Moved):
            screen = (QGuiApplication.primaryScreen() or self.screen()).availableGeometry()
            size = self.sizeHint()
            self.move(screen.center().x() - self.width() // 2, screen.bottom() - size.height() - _FROM_EDGE_PX)
        self.show()


class WhileElsewhere(QObject):
    """Shows the small window as long as something is dictated while another program has the focus."""

    def __init__(self, session: Session, settings: Settings):
        super().__init__()
        self._session, self._settings = session, settings
        self.window: SmallWindow | None = None
        self._note = QTimer(self, singleShot=True, interval=_NOTE_MS, timeout=self.follow)
        self._clock = QTimer(self, interval=_ELAPSED_EVERY_MS, timeout=self._show_elapsed)
        session.status_changed.connect(self.follow)
        session.level_changed.connect(self._show_level)
        session.provisional.connect(self._show_text)
        session.final.connect(self._show_text)
        session.closed.connect(self.close)
        settings.changed.connect(self.follow)
        QGuiApplication.instance().focusWindowChanged.connect(self.follow)

    def follow(self, _changed: object = None) -> None:
        status = self._session.status
        is_elsewhere = QGuiApplication.focusWindow() is None
        if self._settings.small_window and is_elsewhere and status.is_dictating:
            self._show(status)
        elif self.window is not None and not (self._note.isActive() and is_elsewhere):
            self._hide()

    def _show(self, status: Status) -> None:
        if self.window is None:
            self.window = SmallWindow()
            self.window.stop.clicked.connect(self._session.stop)
            self.window.cancel.clicked.connect(self._session.cancel_dictation)
        if not self.window.isVisible():
            self.window.show_text("")
        self._note.stop()
        self.window.show_status(status)
        self._show_elapsed()
        self._clock.start()
        if not self.window.isVisible():
            self.window.come()

    def _hide(self) -> None:
        self._clock.stop()
        self._note.stop()
        self.window.hide()

    def say(self, words: str) -> None:
        """What became of the text, for a moment."""
        if self.window is not None and self.window.isVisible():
            self.window.state.setText(words)
            self._clock.stop()
            self._note.start()

    def _show_level(self, _peak: float, rms: float) -> None:
        if self.window is not None:
            self.window.show_level(rms)

    def _show_text(self, job, segment: Segment) -> None:
        if self.window is not None and job.is_live and segment.text.strip():
            self.window.show_text(segment.text)

    def _show_elapsed(self) -> None:
        if self._session.elapsed_s:
            self.window.elapsed.setText(clock_time(self._session.elapsed_s))

    def close(self) -> None:
        if self.window is not None:
            self._hide()
            self.window.deleteLater()
            self.window = None
