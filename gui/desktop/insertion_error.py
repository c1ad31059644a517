"""Why a text could not be put into another program's window."""

from engine.errors import DiktovkaError


class InsertionError(DiktovkaError):
    """Base of these; the text itself is never lost by them."""

    template = "The text could not be inserted: {reason}."


class NotTyped(InsertionError):
    pass


class WindowGone(InsertionError):
    template = "The window that had the focus does not take it back, so the text was not inserted there."


class FocusLost(InsertionError):
    template = "Another window got the focus while the text was being inserted, so the rest of it was not."


class KeysHeld(InsertionError):
    template = "The keys of the shortcut were held too long, so the text was not inserted."


class TypingForbidden(InsertionError):
    template = (
        "macOS lets Diktovka type into other windows only when you allow it in "
        "System Settings > Privacy & Security > Accessibility."
    )
