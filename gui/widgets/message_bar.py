"""What a person should know, said in the page and not in their way."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.errors import DiktovkaError
from gui.core.i18n import _
from gui.core.problem import problem_words
from gui.widgets.dialogs import show_in_folder
from gui.widgets.elided import ElidedLabel
from gui.widgets.flow_row import FlowRow
from gui.widgets.icon_label import IconLabel
from gui.widgets.label import Label
from gui.widgets.log_window import LogWindow
from gui.widgets.theme import GRID, icon_size, theme

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
    """One sentence, its buttons, and a cross. place: under the sentence, as much of it as there is room for."""

    def __init__(
        self,
        text: str,
        icon: str,
        actions: Sequence[Action],
        on_close: Callable[["Message"], None],
        place: Path | None = None,
    ):
        super().__init__()
        self.setObjectName("message")
        self.text = text
        self._on_close = on_close
        self.undo: QPushButton | None = None
        label = Label(text)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(text if place is None else f"{text}: {place}")
        said = FlowRow()
        said.setSpacing(GRID)
        said.addWidget(label if place is None else _with_place(label, place), 1)
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


def _with_place(label: QLabel, place: Path) -> QWidget:
    shown = ElidedLabel()
    shown.setProperty("quiet", True)
    shown.setAccessibleName(str(place))
    shown.show_text(str(place))
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(label)
    column.addWidget(shown)
    return both


class MessageList(QWidget):
    """Messages under one another; what does not fit waits until another is closed. None is said twice.

    `focus_lost` when a message goes that had the keyboard's focus. show_in_folder(path): the file manager, passed in.
    """

    focus_lost = Signal()

    def __init__(self, parent: QWidget | None = None, show_in_folder: Callable[[Path], None] = show_in_folder):
        super().__init__(parent)
        self.show_in_folder = show_in_folder
        self._saved: Message | None = None
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

    def say(
        self,
        text: str,
        icon: str = "information-outline",
        actions: Sequence[Action] = (),
        place: Path | None = None,
    ) -> Message:
        """A newer message with the same words takes the place of the older one."""
        for older in (*self._shown, *self._waiting):
            if older.text == text:
                self._close(older)
        message = Message(text, icon, actions, self._close, place)
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

    def say_saved(self, path: Path, text: str = "") -> Message:
        """What was put where, with a button that shows it there; takes the place of the one before."""
        if self._saved is not None:
            self._close(self._saved)
        show = Action(_("Show in folder"), partial(self.show_place, path), stays=True)
        folder = path if path.is_dir() else path.parent
        said = text or _("Saved as {name}").format(name=path.name)
        self._saved = self.say(said, "check-circle-outline", [show], folder)
        self._put_first(self._saved)
        return self._saved

    def _put_first(self, message: Message) -> None:
        """What was just asked for is seen at once; another waits in its stead where there is no room for both."""
        if message in self._waiting:
            other = self._shown.pop()
            self._column.removeWidget(other)
            other.hide()
            self._waiting.remove(message)
            self._waiting.extendleft((other, message))
            self._fill()

    def show_place(self, path: Path) -> None:
        """In the file manager; where there is none, the person is told."""
        try:
            self.show_in_folder(path)
        except DiktovkaError as error:
            self.say_failure(error)

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
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(message, message.accessibleName()))
        self.setVisible(bool(self._shown))
