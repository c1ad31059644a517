"""What a person should know, said in the page and not in their way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QWidget

from engine.errors import DiktovkaError
from gui.core.i18n import _
from gui.core.key_places import on_all_layouts
from gui.core.problem import problem_words
from gui.core.words import shown_name
from gui.widgets.dialogs import show_in_folder
from gui.widgets.fitted_text import ElidedLabel
from gui.widgets.form import column_of, fill, group, push_button, row_of
from gui.widgets.icon_buttons import IconLabel, icon_button
from gui.widgets.label import Label
from gui.widgets.log_window import LogWindow
from gui.widgets.theme import GRID, icon_size, show_icon

LEAVES_AFTER_MS = 8000
_Bar = Qt.ScrollBarPolicy


@dataclass(frozen=True)
class Action:
    """A button of a message; the message goes when it is pressed, unless it stays."""

    text: str
    do: Callable[[], None]
    stays: bool = False
    undoes: bool = False


def undo_action(undo: Callable[[], None]) -> Action:
    """Undoes what the message reports; so does Ctrl+Z, where no text has the focus."""
    return Action(_("Undo"), undo, undoes=True)


class Message(QFrame):
    """One sentence, its buttons, how many more there are, and a cross.

    asks: whether one of its buttons does more than to show something. place: under the sentence, as much of it as there
    is room for. on_next: another message is wanted in its place.
    """

    def __init__(
        self,
        text: str,
        icon: str,
        actions: Sequence[Action],
        on_close: Callable[["Message"], None],
        on_next: Callable[[], None],
        place: Path | None = None,
        is_failure: bool = False,
    ):
        super().__init__()
        self.setObjectName("message")
        self.text, self.is_failure = text, is_failure
        self.asks = any(not action.stays for action in actions)
        self._on_close = on_close
        self.undo: QPushButton | None = None
        label = Label(text, wraps=True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(text if place is None else f"{text}: {place}")
        buttons = [row_of(*map(self._button, actions))] if actions else []  # all go below where one has no room
        line = row_of((label if place is None else _with_place(label, place), 1), *buttons)
        self._cross = icon_button(_("Close this message"), "close")
        self._cross.setIconSize(icon_size())
        show_icon(self._cross, "close", "quiet_text")
        self._cross.clicked.connect(self.close_message)
        middle = column_of(None, None, line, None)  # beside the middle of the icon, however high the buttons are
        row = QHBoxLayout(self, spacing=GRID)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        icon_label = IconLabel(icon, accented=True)
        fill(row, icon_label, GRID // 2, (middle, 1), self._make_count(on_next), self._cross)

    def _button(self, action: Action) -> QPushButton:
        keys = QKeySequence(QKeySequence.StandardKey.Undo).toString(QKeySequence.SequenceFormat.NativeText)
        button = push_button(action.text, f"{action.text} ({keys})" if action.undoes else action.text, "link")
        if action.undoes:
            self.undo = button

        def press() -> None:
            if not action.stays:
                self.close_message()
            action.do()

        button.clicked.connect(press)
        return button

    def _make_count(self, on_next: Callable[[], None]) -> QPushButton:
        self._counted = push_button("", _("Show the message before this one"), "link")
        self._counted.clicked.connect(lambda _checked=False: on_next())
        self._counted.hide()
        return self._counted

    def show_count(self, number: int, n_all: int) -> None:
        """Which of how many it is, the newest first; nothing where it is alone."""
        self._counted.setText(_("{number} of {total}").format(number=number, total=n_all))
        self._counted.setAccessibleName(f"{self._counted.text()}: {self._counted.toolTip()}")
        self._counted.setVisible(n_all > 1)

    def focus_count(self) -> None:
        """For the keyboard: what was just pressed can be pressed again."""
        self._counted.setFocus()

    def close_message(self) -> None:
        self._on_close(self)


def _with_place(label: QLabel, place: Path) -> QWidget:
    shown = ElidedLabel()
    shown.setProperty("quiet", True)
    shown.setAccessibleName(str(place))
    shown.show_text(str(place))
    return group(label, shown, gap=0)


class MessageList(QWidget):
    """One message at a time, the newest; the others wait behind a count. None is said twice.

    A message that asks nothing leaves after LEAVES_AFTER_MS of being seen, a failure at the next success. What the
    mouse is over, or has the focus, stays in its place. `focus_lost` when a message goes that had the keyboard's focus.
    show_in_folder(path): the file manager, passed in.
    """

    focus_lost = Signal()

    def __init__(self, parent: QWidget | None = None, show_in_folder: Callable[[Path], None] = show_in_folder):
        super().__init__(parent)
        self.show_in_folder = show_in_folder
        self._column = column_of(self)
        self._messages: list[Message] = []
        self._shown: Message | None = None
        self._still: list[QScrollArea] = []
        self._leaving = QTimer(self, singleShot=True, interval=LEAVES_AFTER_MS, timeout=self._leave)
        undo = QShortcut(self)
        undo.setKeys(on_all_layouts("Ctrl+Z"))
        undo.activated.connect(self.undo)
        undo.activatedAmbiguously.connect(self.undo)
        self.hide()

    def keep_still(self, *areas: QScrollArea) -> None:
        """What is in these areas beside the list keeps its size while a message takes of theirs: no button moves."""
        self._still += areas

    @property
    def texts(self) -> list[str]:
        """What is said and what waits to be seen, in the order in which it was said."""
        return [message.text for message in self._messages]

    @property
    def shown_text(self) -> str:
        """What is on the screen; empty for nothing."""
        return self._shown.text if self._shown is not None else ""

    def say(
        self,
        text: str,
        icon: str = "information-outline",
        actions: Sequence[Action] = (),
        place: Path | None = None,
        *,
        is_failure: bool = False,
    ) -> Message:
        """A newer message with the same words takes the place of the older one."""
        message = Message(text, icon, actions, self.take_back, self._show_next, place, is_failure)
        self._take_out([older for older in self._messages if older.text == text])
        self._messages.append(message)
        if self._shown is None or not _is_in_use(self._shown):
            self._show(message)
        else:
            self._count()
        return message

    def say_success(
        self,
        text: str,
        icon: str = "check-circle-outline",
        actions: Sequence[Action] = (),
        place: Path | None = None,
    ) -> Message:
        """What went well; it takes away what was told before and asks nothing."""
        self.succeed()
        return self.say(text, icon, actions, place)

    def say_done(
        self, text: str, undo: Callable[[], None] | None = None, icon: str = "check-circle-outline"
    ) -> Message:
        """The same of what can be undone, where that is told."""
        return self.say_success(text, icon, [undo_action(undo)] if undo else [])

    def succeed(self) -> None:
        """Something went well that needs no words: what was told before and asks nothing has had its time."""
        self._take_out([message for message in self._messages if not message.asks])
        self._show_newest()

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
        text = sentence.format(problem=problem_words(error))
        return self.say(text, icon, [*again, *actions, log], is_failure=True)

    def say_saved(self, path: Path, text: str = "") -> Message:
        """What was put where, with a button that shows it there; takes the place of the one before."""
        show = Action(_("Show in folder"), partial(self.show_place, path), stays=True)
        folder = path if path.is_dir() else path.parent
        return self.say_success(
            text or _("Saved as {name}").format(name=shown_name(path)), actions=[show], place=folder
        )

    def show_place(self, path: Path) -> None:
        """In the file manager; where there is none, the person is told."""
        try:
            self.show_in_folder(path)
        except DiktovkaError as error:
            self.say_failure(error)

    def take_back(self, message: Message) -> None:
        """Withdraws a message that no longer applies."""
        self._take_out([message])
        self._show_newest()

    def undo(self) -> None:
        """As a click on the “Undo” of the newest message that has one."""
        offered = [message.undo for message in self._messages if message.undo is not None]
        if offered:
            offered[-1].click()

    def close_all(self) -> None:
        self._take_out(list(self._messages))
        self._show_newest()

    # --- which one is shown ---

    def _take_out(self, gone: Sequence[Message]) -> None:
        for message in gone:
            if message not in self._messages:
                continue
            self._messages.remove(message)
            if message is self._shown:
                self._hide_shown()
            message.deleteLater()

    def _hide_shown(self) -> None:
        message, self._shown = self._shown, None
        had_focus = _has_focus(message)
        self._column.removeWidget(message)
        message.hide()
        if had_focus:
            self.focus_lost.emit()

    def _show_newest(self) -> None:
        if self._shown is None and self._messages:
            self._show(self._messages[-1])
        self._count()

    def _show_next(self) -> None:
        """The one that was said before the one that is shown; behind the oldest comes the newest."""
        place = self._messages.index(self._shown)
        self._show(self._messages[place - 1])
        self._shown.focus_count()

    def _show(self, message: Message) -> None:
        if self._shown is not None and self._shown is not message:
            self._column.removeWidget(self._shown)
            self._shown.hide()
        self._shown = message
        self._column.addWidget(message)
        message.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(message, message.accessibleName()))
        self._count()
        self._leaving.start()

    def _count(self) -> None:
        if self._shown is not None:
            self._shown.show_count(len(self._messages) - self._messages.index(self._shown), len(self._messages))
        is_shown = self._shown is not None
        if is_shown == self.isHidden():
            for area in self._still:
                _hold(area, is_shown)
            self.setVisible(is_shown)

    # --- how long it is shown ---

    def _leave(self) -> None:
        message = self._shown
        if message is None or message.asks or message.is_failure or not self.isVisible():
            return
        if self.window().isActiveWindow() and not _is_in_use(message):
            self.take_back(message)
        else:
            self._leaving.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._leaving.start()

    def event(self, event: QEvent) -> bool:
        """Whoever comes back to the window has time to see what was said meanwhile."""
        if event.type() == QEvent.Type.WindowActivate:
            self._leaving.start()
        return super().event(event)


def _hold(area: QScrollArea, is_held: bool) -> None:
    """Its content stays as large as it is, even if that is now too high; a bar that came would take of the width."""
    area.widget().setMinimumHeight(area.widget().height() if is_held else 0)
    is_steady = is_held and not area.verticalScrollBar().isVisible()
    area.setVerticalScrollBarPolicy(_Bar.ScrollBarAlwaysOff if is_steady else _Bar.ScrollBarAsNeeded)


def _is_in_use(message: Message) -> bool:
    """Whether a person is about to press something of it."""
    return message.underMouse() or _has_focus(message)


def _has_focus(message: Message) -> bool:
    focus = message.window().focusWidget()
    return focus is not None and message.isAncestorOf(focus)
