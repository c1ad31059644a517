"""The failures that only the window knows; a tree with the base of `engine.errors`.

DiktovkaError
├── InsertionError         a text that could not be put into another program's window
│   ├── NotTyped
│   ├── WindowGone
│   ├── FocusLost
│   ├── KeysHeld
│   └── TypingForbidden
├── ShortcutError          keys that cannot work in every window
│   ├── KeysTaken
│   ├── KeyMissing
│   ├── KeysUnusable
│   ├── KeysRefused
│   └── NoGlobalKeys
├── SettingsFileUnusable   an exported file of settings that cannot be taken over
├── WatchedFolderMissing   a folder that is to be watched and is not there
├── NoFileManager          no program shows a folder
├── NotAnswered            a program that runs already and does not answer
├── ToldByOther            what the program that runs already answered
└── Closing                the program is just closing
"""

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


class NoFileManager(DiktovkaError):
    template = "No program on this computer shows the folder {path}. Go there in a file manager of your own."


class NotAnswered(DiktovkaError):
    template = (
        "Diktovka is already running but does not answer ({reason}). Wait a moment, or end it and start it again."
    )


class ToldByOther(DiktovkaError):
    template = "{reason}"


class Closing(DiktovkaError):
    template = "Diktovka is just closing. Start it again in a moment."


class SettingsFileUnusable(DiktovkaError):
    template = "The file {path} holds no settings that can be used ({reason}). Nothing was changed."


class WatchedFolderMissing(DiktovkaError):
    template = "The watched folder {path} cannot be looked into. Choose another in the settings, or put it back."
