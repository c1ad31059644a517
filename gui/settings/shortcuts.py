"""Every shortcut, to be changed: what is taken already is said, and nothing that text is typed with is allowed."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gui.core.i18n import _
from gui.core.shortcuts import (
    FIXED,
    KEYS,
    Command,
    by_page,
    clashing,
    fixed_meaning,
    is_usable,
    read_chosen,
    shown,
    write_chosen,
)
from gui.desktop.keys_field import KeysField
from gui.settings.sections import Around
from gui.widgets.form import column_of, fill, push_button, row_of, words
from gui.widgets.label import Label
from gui.widgets.settings_form import SettingsForm
from gui.widgets.theme import GRID, show_icon, theme

_MOST_LETTERS = 96  # as wide as a row gets: in a wide window the keys would stand far from what they are for


class Row(QWidget):
    """A command and its keys; under them, while there is something to say, a sentence.

    `wanted(name, keys)`: the person chose these, which are free. `taken_over(name, keys)`: though others have them.
    """

    wanted = Signal(str, str)
    taken_over = Signal(str, str)

    def __init__(self, command: Command):
        super().__init__()
        self.command = command
        what = _(command.meaning)
        caption = Label(what, wraps=True)
        self.field = KeysField(what)
        self.reset = push_button("", _("Reset: {what}").format(what=what), "link")
        self.none = push_button("", _("No keys: {what}").format(what=what), "link")
        for button in (self.reset, self.none):
            button.setAccessibleName(button.toolTip())
        self.problem: Label | None = None  # made when there is something to say: there are half a hundred rows
        self.take: QPushButton | None = None
        caption.setBuddy(self.field)
        parts = (caption, 1), self.field, self.none, self.reset
        if theme().has_large_text:
            fields: QHBoxLayout | QWidget = row_of(*parts, gap=GRID // 2)
        else:  # half a hundred rows that wrap take twice the time
            fields = QHBoxLayout(spacing=GRID // 2)
            fill(fields, *parts)
        self._column = column_of(self, fields, gap=0)
        self._limit_width()
        self.field.editingFinished.connect(self._finish)
        self.reset.clicked.connect(lambda _checked=False: self._want(command.keys))
        self.none.clicked.connect(lambda _checked=False: self._want(""))
        show_icon(self.reset, "restore", "accent")
        show_icon(self.none, "close", "quiet_text")

    def _limit_width(self) -> None:
        self.setMaximumWidth(_MOST_LETTERS * self.fontMetrics().averageCharWidth())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._limit_width()

    def show_keys(self) -> None:
        """Those in force; nothing more is said."""
        keys = getattr(KEYS, self.command.name)
        self.field.show_keys(keys)
        self.reset.setEnabled(self.command.name in KEYS.chosen)
        self.none.setEnabled(bool(keys))
        self._say("")

    def _say(self, sentence: str, can_take: bool = False) -> None:
        if self.problem is None or self.take is None:
            if not sentence:
                return
            self.problem = words()
            self.take = push_button(_("Take them"), _("Use these keys here, and none there"), "link")
            self.take.clicked.connect(self._take_over)
            self._column.addWidget(row_of((self.problem, 1), self.take, gap=0))
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self.take.setVisible(can_take)

    def _finish(self) -> None:
        if QKeySequence(self.field.keys) != QKeySequence(getattr(KEYS, self.command.name)):
            self._want(self.field.keys)

    def _want(self, keys: str) -> None:
        self._wanted = keys
        others = clashing(self.command, keys)
        fixed = fixed_meaning(keys)
        self.field.show_keys(getattr(KEYS, self.command.name))
        if not is_usable(keys):
            self._say(_("{keys} alone is needed for typing; add Ctrl or Alt.").format(keys=shown(keys)))
        elif fixed:
            self._say(_("{keys} always means: {meaning}.").format(keys=shown(keys), meaning=_(fixed)))
        elif others:
            meanings = ", ".join(_(other.meaning) for other in others)
            self._say(_("{keys} is taken: {meaning}.").format(keys=shown(keys), meaning=meanings), can_take=True)
        else:
            self._say("")
            self.wanted.emit(self.command.name, keys)

    def _take_over(self) -> None:
        self.taken_over.emit(self.command.name, self._wanted)


class ShortcutsSection(SettingsForm):
    """A row for each command. What is chosen is in force at once."""

    def __init__(self, around: Around):
        super().__init__(_("Shortcuts"))
        self._settings = around.settings
        self.add_note(_("Choose a field and press the new keys; they hold at once."))
        self.rows: dict[str, Row] = {}
        for title, commands in by_page():
            self.add_heading(_(title))
            self._add_rows(commands)
        self.reset_all = push_button(_("Reset all"), _("All shortcuts as they came with the program"))
        self.reset_all.clicked.connect(lambda _checked=False: self._write({}))
        self.add_buttons(self.reset_all)
        always = ", ".join(f"{shown(keys)}: {_(meaning)}" for keys, meaning in FIXED)
        self.add_note(_("These cannot be changed: {keys}.").format(keys=always))
        self.column.addStretch(1)
        KEYS.changed.connect(self._show)
        self._show()

    def _add_rows(self, commands: Sequence[Command]) -> None:
        for command in commands:
            row = self.rows[command.name] = Row(command)
            row.wanted.connect(self._store)
            row.taken_over.connect(self._take_over)
        self.column.addLayout(column_of(None, *(self.rows[command.name] for command in commands), gap=GRID // 2))

    def _show(self) -> None:
        for row in self.rows.values():
            row.show_keys()
        self.reset_all.setEnabled(bool(KEYS.chosen))

    def _store(self, name: str, keys: str) -> None:
        self._write({**read_chosen(self._settings.keys), name: keys})

    def _take_over(self, name: str, keys: str) -> None:
        others = clashing(self.rows[name].command, keys)
        self._write({**read_chosen(self._settings.keys), **{other.name: "" for other in others}, name: keys})

    def _write(self, chosen: dict[str, str]) -> None:
        self._settings.keys = write_chosen(chosen)
