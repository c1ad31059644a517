"""What is seen of reading a sentence: the sentence, the round button, and one line of advice."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from gui.core.i18n import _
from gui.core.shortcuts import hint
from gui.widgets.flow_row import FlowRow
from gui.widgets.form import keep_place, named, push_button, words
from gui.widgets.label import Label
from gui.widgets.record_button import RecordButton
from gui.widgets.theme import GRID, TEXT_SCALE, TITLE_SCALE, theme


class ReaderView(QWidget):
    """Only widgets; voice_reader.Reader makes them work."""

    def __init__(self) -> None:
        super().__init__()
        self._make_widgets()
        self._lay_out()

    def _make_widgets(self) -> None:
        self.text = Label()
        self.text.setFont(theme().font(TITLE_SCALE))
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setAccessibleName(_("Sentence to read aloud"))
        self.typed = named(QLineEdit(), _("Your own sentence"), _("Type a sentence, then say it"))
        self.typed.setFont(theme().font(TEXT_SCALE))
        self.typed.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.typed.setPlaceholderText(_("Type a sentence, then say it"))
        self.record = RecordButton(keys="Space")
        self.advice = words()
        self.advice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hear = push_button(_("Hear it"), "")
        self.keep = push_button(_("Keep"), f"{_('Keep it, and go on to the next sentence')} (Enter)", "primary")
        self.another = push_button(_("Another sentence"), "", "link")
        self.own = push_button(_("Type your own"), "", "link")
        self.own.setCheckable(True)
        hint(self.hear, _("Hear what was recorded"), "voice_hear")
        hint(self.own, _("A sentence of your own instead of the one shown"), "voice_own")
        hint(self.another, _("Show another sentence instead of this one"), "voice_another")

    def _lay_out(self) -> None:
        page = QFrame()
        page.setObjectName("page")
        inner = QVBoxLayout(page)
        inner.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID // 2)
        inner.setSpacing(GRID)
        inner.addStretch(1)
        inner.addWidget(self.text)
        inner.addWidget(self.typed)
        inner.addStretch(1)
        choice = FlowRow(centred=True)
        choice.addWidget(self.another)
        choice.addWidget(self.own)
        inner.addWidget(choice)
        row = FlowRow(centred=True)
        row.setSpacing(2 * GRID)
        for button in (self.hear, self.record, self.keep):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(page, 1)
        column.addWidget(row)
        column.addWidget(self.advice)
        width = max(self.hear.sizeHint().width(), self.keep.sizeHint().width())
        for button in (self.hear, self.keep):  # so that the round button stands in the middle
            button.setFixedWidth(width)
            keep_place(button)
