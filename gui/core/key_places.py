"""Keys by their place on the keyboard: a layout that types Russian alone must not leave Ctrl+O without effect.

Qt looks through all layouts of the system for the Latin letter of a key, and finds none where Russian is the only one.
"""

from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

# What one key types in English and in Russian.
SAME_KEYS = dict(zip("`qwertyuiop[]asdfghjkl;'zxcvbnm,.", "ёйцукенгшщзхъфывапролджэячсмитьбю", strict=True))
_RUSSIAN = {ord(latin.upper()): ord(russian.upper()) for latin, russian in SAME_KEYS.items()}
_LATIN = {russian: latin for latin, russian in _RUSSIAN.items()}
_COMMANDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def on_all_layouts(keys: str) -> list[QKeySequence]:
    """The keys, and those that a Russian layout has in their place; empty for none."""
    sequence = QKeySequence(keys)
    return [sequence, *_replaced(sequence, _RUSSIAN)] if not sequence.isEmpty() else []


def as_latin(sequence: QKeySequence) -> QKeySequence:
    """The same keys as an English layout has them."""
    return next(iter(_replaced(sequence, _LATIN)), sequence)


def _replaced(sequence: QKeySequence, by: dict[int, int]) -> list[QKeySequence]:
    """The one chord with the key in its place; nothing where there is none, or where it types text."""
    chord = sequence[0] if sequence.count() == 1 else None
    if chord is None or not chord.keyboardModifiers() & _COMMANDING or int(chord.key()) not in by:
        return []
    return [QKeySequence(QKeyCombination(chord.keyboardModifiers(), Qt.Key(by[int(chord.key())])))]


class KeysByPlace(QObject):
    """Ctrl+С copies as Ctrl+C does, and Alt with a key that means nothing types no letter. To be installed on the
    handle of a window, which has keys first, whatever has the focus.

    types_with_alt: whether this system's people type signs with Alt, as on a Mac.
    """

    def __init__(self, types_with_alt: bool, parent: QObject | None = None):
        super().__init__(parent)
        self._types_with_alt = types_with_alt

    def eventFilter(self, window: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and int(event.key()) in _LATIN:
            return self._send_as_latin(window, event)
        return event.type() == QEvent.Type.KeyPress and not self._types_with_alt and _would_type(event)

    @staticmethod
    def _send_as_latin(window: QObject, event: QKeyEvent) -> bool:
        key = _LATIN[int(event.key())]
        latin = QKeyEvent(event.type(), key, event.modifiers(), "", event.isAutoRepeat(), event.count())
        latin.setAccepted(event.isAccepted())
        QCoreApplication.sendEvent(window, latin)
        event.setAccepted(latin.isAccepted())
        return True


def _would_type(event: QKeyEvent) -> bool:
    focus = QGuiApplication.focusObject()
    is_text = (
        focus is not None and focus.isWidgetType() and focus.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    )
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return is_text and held == Qt.KeyboardModifier.AltModifier and event.text().isprintable() and bool(event.text())
