"""A sign in the corner of the tabs: on whatever page one is, it is seen that a recording runs."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QPushButton

from gui.core.i18n import _
from gui.core.words import clock_time
from gui.session.session import Session
from gui.session.status import Recording, Status
from gui.widgets.theme import button_icon_size, show_icon

_EVERY_MS = 200


class RecordingSign(QPushButton):
    """Hidden while nothing is recorded; a click is for the owner to take."""

    def __init__(self, session: Session):
        super().__init__()
        self._session = session
        self.setObjectName("recording")
        self.setIconSize(button_icon_size())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(_("Dictation is recording; click to go there"))
        self._clock = QTimer(self, interval=_EVERY_MS, timeout=self._show_time)
        session.status_changed.connect(self._show)
        show_icon(self, "record-circle", "accent")
        self._show_time()
        self.hide()

    def _show(self, status: Status) -> None:
        recording = status.recording in (Recording.OPENING, Recording.LISTENING)
        if recording == self.isHidden():
            self._show_time()
            self.setVisible(recording)
            if recording:
                self._clock.start()
            else:
                self._clock.stop()

    def _show_time(self) -> None:
        self.setText(_("Recording {time}").format(time=clock_time(self._session.elapsed_s)))
        self.setAccessibleName(self.text())
