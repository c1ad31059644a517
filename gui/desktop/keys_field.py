"""A field in which keys are pressed."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QLineEdit, QSizePolicy

from gui.core.i18n import _
from gui.core.key_places import as_latin
from gui.core.shortcuts import PORTABLE
from gui.widgets.form import named
from gui.widgets.theme import GRID, theme

FIELD_PX, _FIELD_PX_OF_LARGE_TEXT = 22 * GRID, 14 * GRID


class KeysField(QKeySequenceEdit):
    """One chord. Tab goes on to the next field, as everywhere; the wheel and the clock change nothing."""

    def __init__(self, name: str):
        super().__init__()
        self.setMaximumSequenceLength(1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        named(self, name, _("{what}: press the new keys").format(what=name))
        inner = self.findChild(QLineEdit)
        named(inner, name, self.toolTip())
        inner.setPlaceholderText(_("none"))

    def sizeHint(self) -> QSize:
        """All fields are as wide, and wide enough for four keys together."""
        return QSize(max(FIELD_PX, round(_FIELD_PX_OF_LARGE_TEXT * theme().text_scale)), super().sizeHint().height())

    @property
    def keys(self) -> str:
        return as_latin(self.keySequence()).toString(PORTABLE)

    def show_keys(self, keys: str) -> None:
        self.blockSignals(True)
        self.setKeySequence(QKeySequence.fromString(keys, PORTABLE))
        self.findChild(QLineEdit).setPlaceholderText(_("none"))  # Qt puts a longer one of its own
        self.blockSignals(False)
