"""Why keys cannot work in every window."""

from engine.errors import DiktovkaError


class ShortcutError(DiktovkaError):
    """Base of these; `diktovka --toggle` can be bound in the desktop instead."""

    template = "The keys {keys} cannot be used in other windows: {reason}."


class KeysTaken(ShortcutError):
    template = "The keys {keys} cannot be used in other windows ({reason}). Choose others."


class KeyMissing(ShortcutError):
    template = "This keyboard has no key for {keys}. Choose others."


class KeysUnusable(ShortcutError):
    template = "The keys {keys} cannot be used in other windows: take one key, with Ctrl, Alt, Shift or Meta held."


class KeysRefused(ShortcutError):
    template = (
        "The desktop did not give Diktovka keys for every window. Choose keys again and allow them when it asks, "
        "or give keys to the command diktovka --toggle in its keyboard settings."
    )


class NoGlobalKeys(ShortcutError):
    template = (
        "This desktop lets no program have keys of its own in other windows. "
        "In the desktop's keyboard settings, give keys to the command: diktovka --toggle"
    )
