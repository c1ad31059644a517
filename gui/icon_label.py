"""An icon that stands by itself and follows the theme."""

from PySide6.QtWidgets import QLabel, QWidget

from gui.theme import icon_size, theme


class IconLabel(QLabel):
    """name: of Material Design Icons. accented: in the accent colour, else in that of quiet text."""

    def __init__(self, name: str, accented: bool = False, parent: QWidget | None = None):
        super().__init__(parent)
        self._name, self._accented = name, accented
        theme().changed.connect(self._paint_icon)
        self._paint_icon()

    def _paint_icon(self) -> None:
        colours = theme().colours
        icon = theme().icon(self._name, colours.accent if self._accented else colours.quiet_text)
        self.setPixmap(icon.pixmap(icon_size()))
