"""How dates and numbers are written where Qt writes them."""

from PySide6.QtCore import QLocale

from gui.core.i18n import language


def window_locale() -> QLocale:
    """The system's own way, where it speaks the language of the window."""
    system = QLocale.system()
    return system if system.name().startswith(language()) else QLocale(language())
