"""Find in a text: what to look for, how often it is there, and the next place."""

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRegularExpression, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QLineEdit, QTextEdit, QWidget

from gui.core.i18n import _, ngettext
from gui.core.shortcuts import shown
from gui.widgets.flow_row import FlowRow
from gui.widgets.form import fill, named
from gui.widgets.icon_buttons import icon_button
from gui.widgets.label import Label
from gui.widgets.theme import GRID, theme

_AFTER_MS = 150  # of typing, or of a text that grows
_Selection = QTextEdit.ExtraSelection


class FindBar(FlowRow):
    """Hidden until `open`. Enter and F3 go on, with Shift back; Esc closes it. Capitals and the dots of ё do not count.

    show(selections): marks the places in the text.
    """

    def __init__(self, text: QTextEdit, show: Callable[[list[_Selection]], None]):
        super().__init__()
        self._text, self._show_marks = text, show
        self._found: list[QTextCursor] = []
        self.field = named(QLineEdit(placeholderText=_("Find in the text")), _("Find in the text"))
        self.count = Label(name=_("How often it was found"), quiet=True)
        self.before = icon_button(_("Back to the place before"), "chevron-up", shown("Shift+F3"))
        self.next = icon_button(_("Go on to the next place"), "chevron-down", shown("F3"))
        self.close_bar = icon_button(_("Close the search"), "close", shown("Esc"))
        self.setSpacing(GRID)
        fill(self, (self.field, 1), self.count, self.before, self.next, self.close_bar)
        self._soon = QTimer(self, singleShot=True, interval=_AFTER_MS, timeout=self.look)
        self.field.textChanged.connect(self._look_and_go)
        self.field.installEventFilter(self)
        self.before.clicked.connect(lambda _checked=False: self.go(-1))
        self.next.clicked.connect(lambda _checked=False: self.go(1))
        self.close_bar.clicked.connect(self.close_search)
        text.document().contentsChanged.connect(self._changed)
        theme().changed.connect(self._show_found)
        self.hide()

    def open(self) -> None:
        """With what is marked in the text, if that is within one line."""
        marked = self._text.textCursor().selectedText()
        if marked and "\u2029" not in marked:
            self.field.setText(marked)
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        self.look()

    def close_search(self) -> None:
        self.hide()
        self._show_marks([])
        self._text.setFocus()

    def eventFilter(self, _field: QWidget, event: QEvent) -> bool:
        """Keys of the field, before any shortcut of the page has them."""
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        act = self._act_of(event)
        if act is not None and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif act is not None:
            act()
        return act is not None

    def _act_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        step = -1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        match event.key():
            case Qt.Key.Key_Escape:
                return self.close_search
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_F3:
                return lambda: self.go(step)
        return None

    # --- what is found ---

    def look(self) -> None:
        """Finds all places anew and marks them."""
        self._soon.stop()
        self._found = _found_in(self._text, self.field.text())
        self._tell()
        self._show_found()

    def _changed(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _look_and_go(self) -> None:
        """While it is typed, to the first place behind the caret's word."""
        cursor = self._text.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._text.setTextCursor(cursor)
        self.look()
        if self._found:
            self.go(1)

    def go(self, step: int) -> None:
        """To the next place, or the one before; round the end."""
        if self._soon.isActive():
            self.look()
        if not self._found:
            return
        here = self._text.textCursor()
        if step > 0:
            after = (place for place in self._found if place.selectionStart() >= here.selectionEnd())
            chosen = next(after, self._found[0])
        else:
            before = (place for place in reversed(self._found) if place.selectionEnd() <= here.selectionStart())
            chosen = next(before, self._found[-1])
        self._text.setTextCursor(chosen)
        self._text.ensureCursorVisible()
        self._tell()

    def _tell(self) -> None:
        here = _span(self._text.textCursor())
        number = next((i for i, place in enumerate(self._found, 1) if _span(place) == here), 0)
        n = len(self._found)
        if number:
            words = _("{number} of {total}").format(number=number, total=n)
        elif n:
            words = ngettext("{n} place", "{n} places", n).format(n=n)
        else:
            words = _("Not found") if self.field.text() else ""
        self.count.setText(words)
        self.before.setEnabled(n > 0)
        self.next.setEnabled(n > 0)
        self.updateGeometry()

    def _show_found(self) -> None:
        if self.isVisible():
            self._show_marks([_mark(place) for place in self._found])


def _span(cursor: QTextCursor) -> tuple[int, int]:
    return cursor.selectionStart(), cursor.selectionEnd()


def _found_in(text: QTextEdit, wanted: str) -> list[QTextCursor]:
    if not wanted.strip():
        return []
    pattern = re.sub("[её]", "[её]", re.sub("[ЕЁ]", "[её]", re.escape(wanted)))
    options = QRegularExpression.PatternOption
    looked_for = QRegularExpression(pattern, options.CaseInsensitiveOption | options.UseUnicodePropertiesOption)
    found, place = [], text.document().find(looked_for)
    while not place.isNull() and place.hasSelection():
        found.append(place)
        place = text.document().find(looked_for, place)
    return found


def _mark(place: QTextCursor) -> _Selection:
    mark = _Selection()
    mark.cursor = place
    mark.format.setBackground(QColor(theme().colours.accent_ground))
    return mark
