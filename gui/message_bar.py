"""What a person should know, said in the page and not in their way."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.flow_row import FlowRow
from gui.i18n import _
from gui.icon_label import IconLabel
from gui.log_window import LogWindow
from gui.problem_words import problem_words
from gui.theme import GRID, icon_size, theme

MOST_AT_ONCE = 2
_LINES_FOR_TWO = 24  # of text that the window must have room for, if two messages are to be seen at once


@dataclass(frozen=True)
class Action:
    """A button of a message; the message goes when it is pressed, unless it stays."""

    text: str
    do: Callable[[], None]
    stays: bool = False
    undoes: bool = False


def undo_action(undo: Callable[[], None]) -> Action:
    """Takes back what the message tells of; so does Ctrl+Z, where no text has the focus."""
    return Action(_("Undo"), undo, undoes=True)


class Message(QFrame):
    """One sentence, its buttons, and a cross."""

    def __init__(self, text: str, icon: str, actions: Sequence[Action], on_close: Callable[["Message"], None]):
        super().__init__()
        self.setObjectName("message")
        self.text = text
        self._on_close = on_close
        self.undo: QPushButton | None = None
        label = QLabel(text)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(text)
        said = FlowRow()
        said.setSpacing(GRID)
        said.addWidget(label, 1)
        if actions:
            said.addWidget(self._buttons(actions))
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(IconLabel(icon, accented=True))
        row.addSpacing(GRID // 2)
        row.addWidget(said, 1)
        self._cross = QPushButton()
        self._cross.setIconSize(icon_size())
        self._cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cross.setToolTip(_("Close this message"))
        self._cross.setAccessibleName(_("Close this message"))
        self._cross.clicked.connect(self.close_message)
        row.addWidget(self._cross)
        theme().changed.connect(self._paint_cross)
        self._paint_cross()

    def _buttons(self, actions: Sequence[Action]) -> QWidget:
        """All of them go below the sentence where one has no room beside it."""
        row = FlowRow()
        row.setSpacing(GRID)
        for action in actions:
            row.addWidget(self._button(action))
        return row

    def _button(self, action: Action) -> QPushButton:
        button = QPushButton(action.text)
        button.setProperty("link", True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(action.text)
        keys = QKeySequence(QKeySequence.StandardKey.Undo).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{action.text} ({keys})" if action.undoes else action.text)
        if action.undoes:
            self.undo = button

        def press() -> None:
            if not action.stays:
                self.close_message()
            action.do()

        button.clicked.connect(press)
        return button

    def _paint_cross(self) -> None:
        self._cross.setIcon(theme().icon("close", theme().colours.quiet_text))

    def close_message(self) -> None:
        self._on_close(self)


class MessageList(QWidget):
    """Messages under one another; what does not fit waits until another is closed. None is said twice.

    `focus_lost` when a message goes that had the keyboard's focus.
    """

    focus_lost = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self._shown: list[Message] = []
        self._waiting: deque[Message] = deque()
        QShortcut(QKeySequence.StandardKey.Undo, self, self.undo)
        self.hide()

    @property
    def texts(self) -> list[str]:
        """What is said and what waits to be said, in order."""
        return [message.text for message in (*self._shown, *self._waiting)]

    def say(self, text: str, icon: str = "information-outline", actions: Sequence[Action] = ()) -> Message:
        """A newer message with the same words takes the place of the older one."""
        for older in (*self._shown, *self._waiting):
            if older.text == text:
                self._close(older)
        message = Message(text, icon, actions, self._close)
        self._waiting.append(message)
        self._fill()
        return message

    def say_failure(
        self,
        error: Exception,
        try_again: Callable[[], None] | None = None,
        *,
        icon: str = "alert-outline",
        sentence: str = "{problem}",
        actions: Sequence[Action] = (),
    ) -> Message:
        """A failure in one sentence, with another try where that makes sense, what else can be done, and the log.

        sentence: what is said, translated, with the failure's own words for {problem}.
        """
        again = [Action(_("Try again"), try_again)] if try_again else []
        log = Action(_("Show log"), lambda: LogWindow(self).open(), stays=True)
        return self.say(sentence.format(problem=problem_words(error)), icon, [*again, *actions, log])

    def take_back(self, message: Message) -> None:
        """The message does not hold any more."""
        self._close(message)

    def undo(self) -> None:
        """As a click on the “Undo” of the newest message that has one."""
        offered = [message.undo for message in (*self._shown, *self._waiting) if message.undo is not None]
        if offered:
            offered[-1].click()

    def close_all(self) -> None:
        for message in (*self._waiting, *self._shown):
            self._close(message)

    def _close(self, message: Message) -> None:
        if message in self._waiting:
            self._waiting.remove(message)
        elif message in self._shown:
            self._shown.remove(message)
            had_focus = message.isAncestorOf(self.window().focusWidget() or self)
            self._column.removeWidget(message)
            message.hide()
            if had_focus:
                self.focus_lost.emit()
        else:
            return
        message.deleteLater()
        self._fill()

    @property
    def _most_at_once(self) -> int:
        n_lines = self.window().height() / self.fontMetrics().lineSpacing()
        return MOST_AT_ONCE if n_lines >= _LINES_FOR_TWO else 1

    def _fill(self) -> None:
        while self._waiting and len(self._shown) < self._most_at_once:
            message = self._waiting.popleft()
            self._shown.append(message)
            self._column.addWidget(message)
            message.show()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(message, message.text))
        self.setVisible(bool(self._shown))
