"""Icons that follow the theme: one that stands by itself, and a button with one."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from gui.widgets.label import Label, tip
from gui.widgets.theme import button_icon_size, icon_size, theme


class IconLabel(Label):
    """name: of Material Design Icons. accented: in the accent colour, else in that of quiet text."""

    def __init__(self, name: str, accented: bool = False, parent: QWidget | None = None):
        super().__init__(parent=parent)
        self._name, self._accented = name, accented
        theme().changed.connect(self._paint_icon)
        self._paint_icon()

    def _paint_icon(self) -> None:
        colours = theme().colours
        icon = theme().icon(self._name, colours.accent if self._accented else colours.quiet_text)
        self.setPixmap(icon.pixmap(icon_size()))


class IconButton(QPushButton):
    """An outlined button with an icon before its text."""

    def __init__(self, text: str, hint: str, icon: str):
        super().__init__(text)
        self._icon_name = icon
        self.setProperty("outlined", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(text)
        self.setToolTip(tip(hint))
        self.setIconSize(button_icon_size())
        theme().changed.connect(self._paint_icon)
        self._paint_icon()

    def show_as(self, text: str, icon: str) -> None:
        """Another meaning for the same button."""
        self.setText(text)
        self.setAccessibleName(text)
        self._icon_name = icon
        self._paint_icon()

    def _paint_icon(self) -> None:
        self.setIcon(theme().icon(self._icon_name))
