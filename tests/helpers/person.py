"""A person at the program's own window, who has only a mouse and keys."""

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLineEdit, QPushButton, QWidget

from gui.session.status import Model, Recording
from gui.shell.app import Program
from gui.widgets.lazy_page import LatePage
from gui.widgets.message_bar import MessageList

LIMIT_S = 300.0
_LOOK_FOR_DIALOG_MS = 50


class Person:
    """Sees the window, and acts on it by the mouse and the keyboard alone."""

    def __init__(self, app: QApplication):
        self._app = app
        self.program = Program(language="en")
        self.session, self.window, self.page = self.program.session, self.program.window, self.program.page
        self.words: list[str] = []
        self.provisional: list[tuple[float, str]] = []
        self.session.status_changed.connect(self._note_words)
        self.session.provisional.connect(self._note_provisional)

    def _note_words(self, status) -> None:
        if not self.words or self.words[-1] != status.words:
            self.words.append(status.words)

    def _note_provisional(self, _job, segment) -> None:
        self.provisional.append((time.monotonic(), segment.text))

    def wait(self, until: Callable[[], bool], what: str, limit_s: float = LIMIT_S) -> None:
        deadline = time.monotonic() + limit_s
        while not until():
            if time.monotonic() > deadline:
                raise SystemExit(f"waited too long for {what}; seen: {self.words}, {self.page.messages.texts}")
            self._app.processEvents()
            time.sleep(0.005)

    # --- the mouse ---

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place or widget.rect().center())

    def click_tab(self, tab: QWidget) -> None:
        bar = self.window.tabs.tabBar()
        self.click(bar, bar.tabRect(self.window.tabs.indexOf(tab)).center())

    def turn_to(self, tab: LatePage) -> QWidget:
        """The page behind a tab, once it is there."""
        self.click_tab(tab)
        self.wait(lambda: tab.page is not None, "the page")
        return tab.page

    def press(self, messages: MessageList, label: str) -> None:
        """A button of a message."""
        self.click(next(button for button in messages.findChildren(QPushButton) if button.text() == label))

    def drop(self, paths: Sequence[Path]) -> None:
        """Files onto the middle of the window."""
        dropped = QMimeData()
        dropped.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        middle = self.window.rect().center()
        how = (Qt.DropAction.CopyAction, dropped, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        self._app.sendEvent(self.window, QDragEnterEvent(middle, *how))
        self._app.sendEvent(self.window, QDropEvent(QPointF(middle), *how))

    # --- the keyboard ---

    def type(self, text: str) -> None:
        """Into what was clicked last; QTest knows no Cyrillic keys."""
        for letter in text:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, letter)
                self._app.sendEvent(self.window.focusWidget(), event)

    def in_dialog(self, opener: QWidget, path: Path, kind: str = "") -> None:
        """Clicks on what opens a file dialog, chooses a path in it and the kind of file that begins so."""

        def choose() -> None:
            dialog = self._app.activeModalWidget()
            if not isinstance(dialog, QFileDialog):
                QTimer.singleShot(_LOOK_FOR_DIALOG_MS, choose)
                return
            if kind:
                name = next(name for name in dialog.nameFilters() if name.startswith(kind))
                dialog.selectNameFilter(name)
                dialog.filterSelected.emit(name)
            line = dialog.findChild(QLineEdit, "fileNameEdit")
            line.setText(str(path))  # as if pasted: typed, the first click would only close the proposals
            buttons = dialog.findChild(QDialogButtonBox).buttons()
            accept = QDialogButtonBox.ButtonRole.AcceptRole
            self.click(next(one for one in buttons if dialog.findChild(QDialogButtonBox).buttonRole(one) == accept))

        QTimer.singleShot(_LOOK_FOR_DIALOG_MS, choose)
        self.click(opener)

    # --- what is done every day ---

    def open(self) -> None:
        self.program.open()
        self.wait(lambda: self.session.status.model is Model.READY, "the model")

    def record(self) -> None:
        """Clicks Record, and waits until the program says that it listens."""
        self.click(self.page.controls.record)
        self.wait(lambda: self.session.status.recording is Recording.LISTENING, "the microphone")

    @staticmethod
    def play(recording: Path) -> subprocess.Popen:
        """A loudspeaker begins to play it."""
        return subprocess.Popen(["paplay", str(recording)])

    def speak(self, recording: Path) -> tuple[float, float]:
        """A loudspeaker plays it; when that began and ended, in seconds of the monotonic clock."""
        with self.play(recording) as loudspeaker:
            began_s = time.monotonic()
            self.wait(lambda: loudspeaker.poll() is not None, "the loudspeaker")
            return began_s, time.monotonic()

    def stop(self) -> None:
        """Clicks Stop, and waits until all is written down."""
        self.click(self.page.controls.record)
        self.wait_until_read()

    def wait_until_read(self) -> None:
        self.wait(lambda: not self.session.status.can_cancel, "the rest")

    def leave(self) -> None:
        self.window.close()
        self.wait(lambda: self.session.has_closed and not self.window.isVisible(), "the end")
