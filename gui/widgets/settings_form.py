"""The rows that the sections of the Settings page are put together from."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFont, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QWidget

from gui.widgets.fitted_text import ElidedChoice, Tick
from gui.widgets.form import column_of, heading, named, row_of, words
from gui.widgets.label import Label
from gui.widgets.theme import GRID, TITLE_SCALE, theme

FIELD_LETTERS = 28
_LEAST_PX = 16 * GRID


class Choice(ElidedChoice):
    """A list of which one is chosen; the wheel scrolls the page and not the choice."""

    def __init__(self, name: str, hint: str = ""):
        super().__init__()
        self.setObjectName("choice")
        named(self, name, hint)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(_LEAST_PX)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(FIELD_LETTERS)

    def fill(self, entries: Sequence[tuple[str, object]], chosen: object) -> None:
        """entries: what is shown, and what it stands for. Says nothing to anybody."""
        self.blockSignals(True)
        self.clear()
        for text, meant in entries:
            self.addItem(text, meant)
        self.choose(chosen)
        self.blockSignals(False)

    def choose(self, chosen: object) -> None:
        """The first entry where that one is not among them; QComboBox.findData does not compare Python's objects."""
        self.setCurrentIndex(next((i for i in range(self.count()) if self.itemData(i) == chosen), 0))

    def sets(self, settings: QObject, name: str) -> None:
        """What a person chooses is that setting from then on."""
        self.activated.connect(lambda _index: setattr(settings, name, self.currentData()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def tick(text: str, hint: str = "") -> Tick:
    """A setting that is on or off."""
    box = Tick(text)
    return named(box, text, hint)


class SettingsForm(QWidget):
    """A section: its title, then rows of a label, a field and, in quieter words, what it means."""

    def __init__(self, title: str):
        super().__init__()
        head = Label(title, wraps=True, font=theme().font(TITLE_SCALE * 0.8, QFont.Weight.DemiBold))
        self.column = column_of(self, head, GRID, margins=(0, 0, GRID, 2 * GRID))

    def add_field(self, label: str, field: QWidget, note: str = "", *beside: QWidget) -> QLabel:
        """A label above its field; beside: buttons to its right. Gives the note's label."""
        caption = Label(label, wraps=True)
        caption.setBuddy(field)
        self.column.addWidget(caption)
        policy = field.sizePolicy().horizontalPolicy()
        fixed = policy in (QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        grows = not fixed and field.minimumWidth() != field.maximumWidth()
        self.column.addWidget(row_of((field, int(grows)), *beside))
        return self.add_note(note)

    def add_tick(self, box: Tick, note: str = "") -> QLabel:
        self.column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
        return self.add_note(note)

    def add_note(self, text: str) -> QLabel:
        """In quieter words, under what it explains; hidden while it is empty."""
        note = words(text, quiet=True)
        self.column.addWidget(note)
        note.setVisible(bool(text))  # shown before it has a parent, it would be a window
        self.column.addSpacing(GRID)
        return note

    def add_heading(self, text: str) -> None:
        self.column.addSpacing(GRID)
        self.column.addWidget(heading(text))

    def add_buttons(self, *buttons: QWidget) -> None:
        self.column.addWidget(row_of(*buttons))
