"""Steps that show a newcomer round, at the first start and whenever they are wanted."""

from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from gui.core.i18n import N_, _
from gui.core.settings import Settings
from gui.core.shortcuts import KEYS, shown
from gui.widgets.form import ScrollArea, column_of, fill, push_button, row_of, words
from gui.widgets.label import Label
from gui.widgets.theme import GRID, TITLE_SCALE, theme

_ICON = QSize(6 * GRID, 6 * GRID)
_SIZE = QSize(68 * GRID, 54 * GRID)
_LARGEST = QSize(96 * GRID, 72 * GRID)
_BODY_SCALE = 1.2


@dataclass(frozen=True)
class Step:
    """icon: of Material Design Icons. {record}, {open}, {settings} and {help} in the text are the keys in force."""

    icon: str
    title: str
    text: str
    name: str = ""


STEPS = (
    Step(
        "microphone-outline",
        N_("Speak"),
        N_(
            "Press the round button, or {record}, and speak Russian. Grey text is a first guess; when you stop, the "
            "final text takes its place. Each recording is kept on this computer, and nothing is sent anywhere."
        ),
    ),
    Step(
        "text-box-edit-outline",
        N_("Read, correct, take it along"),
        N_(
            "The page is yours: click into the text and change it, copy it or save it as text or subtitles. Recordings "
            "that you have already are transcribed too: drop them on the window, or press {open}. All of them stay in "
            "the History. Marks and capitals come by themselves; those that you say, like “запятая”, come first."
        ),
    ),
    Step(
        "application-import",
        N_("Dictate into any program"),
        N_(
            "Put the caret where you want the text, press the keys below, speak, and press them again. They work while "
            "this window is hidden."
        ),
        "keys",
    ),
    Step(
        "tune-variant",
        N_("Make it yours"),
        N_(
            "In the settings ({settings}) you choose microphone, colours, keys and your own words, names for example. "
            "On the page My voice the model learns how you speak, on the Trainer page from any recordings. {help} "
            "shows all keys; this tour is in the settings, under Help."
        ),
    ),
)


class Tour(QDialog):
    """Steps to go through forwards and back; whoever closes it does not see it at the next start."""

    def __init__(self, settings: Settings, parent: QWidget | None = None):
        super().__init__(parent)
        self._settings = settings
        self.number = 0
        self._added: dict[str, QWidget] = {}
        self.setWindowTitle(_("Welcome to Diktovka"))
        self.setFixedSize((_SIZE * theme().text_scale).boundedTo(_LARGEST))
        self.icon = Label()
        self.title = Label(wraps=True, font=theme().font(TITLE_SCALE, QFont.Weight.DemiBold))
        self.text = words()
        self.text.setFont(theme().font(1.0 if theme().has_large_text else _BODY_SCALE))
        self.place = Label(quiet=True)
        self.back = push_button(_("Back"), _("The step before"))
        self.skip = push_button(_("Skip"), _("Close the tour; it can be had again in the settings"), "link")
        self.next = push_button(_("Next"), _("The next step"), "primary")
        self._lay_out()
        self.back.clicked.connect(lambda _checked=False: self.show_step(self.number - 1))
        self.next.clicked.connect(self._go_on)
        self.skip.clicked.connect(self.accept)
        self.finished.connect(self._remember)
        theme().changed.connect(self._paint_icon)
        self.show_step(0)

    def _lay_out(self) -> None:
        inner = QWidget()  # what a step says and what is to be done in it; it scrolls where text is very large
        self._body = column_of(inner, self.text, None, gap=2 * GRID, margins=(0, 0, GRID, 0))
        area = ScrollArea(inner)
        head = QHBoxLayout(spacing=2 * GRID)
        fill(head, self.icon, (self.title, 1))
        buttons = row_of(self.place, None, self.skip, self.back, self.next)
        column_of(self, head, (area, 1), buttons, gap=2 * GRID, margins=(4 * GRID, 4 * GRID, 4 * GRID, 3 * GRID))

    def add_to_step(self, name: str, widget: QWidget) -> None:
        """What is to be done in that step stands under its text."""
        self._added[name] = widget
        self._body.insertWidget(self._body.count() - 1, widget)
        self.show_step(self.number)

    def show_named(self, name: str) -> None:
        """The step of that name; the first for none."""
        self.show_step(next((number for number, step in enumerate(STEPS) if name and step.name == name), 0))

    def show_step(self, number: int) -> None:
        """number: from 0."""
        self.number = number
        step = STEPS[number]
        keys = {name: shown(getattr(KEYS, name)) for name in ("record", "open", "settings", "help")}
        self.title.setText(_(step.title))
        self.text.setText(_(step.text).format(**keys))
        self.place.setText(_("Step {number} of {total}").format(number=number + 1, total=len(STEPS)))
        for name, widget in self._added.items():
            widget.setVisible(name == step.name)
        last = number == len(STEPS) - 1
        self.back.setEnabled(number > 0)
        self.skip.setVisible(not last)
        self.next.setText(_("Begin") if last else _("Next"))
        self.next.setAccessibleName(self.next.text())
        self.next.setDefault(True)
        self.next.setFocus()
        self._paint_icon()
        announcement = f"{self.place.text()}. {self.title.text()}. {self.text.text()}"
        self.setAccessibleDescription(announcement)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, announcement))

    def _paint_icon(self) -> None:
        self.icon.setPixmap(theme().icon(STEPS[self.number].icon, theme().colours.accent).pixmap(_ICON))

    def _go_on(self) -> None:
        if self.number + 1 < len(STEPS):
            self.show_step(self.number + 1)
        else:
            self.accept()

    def _remember(self, _result: int) -> None:
        self._settings.tour_seen = True
