"""Sentences that are written here and translated in the window."""


def N_(message: str) -> str:
    """Marks a sentence where it is written but not yet said; `gui.core.i18n._` of it translates it later."""
    return message
