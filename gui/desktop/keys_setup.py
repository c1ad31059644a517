"""The keys that dictate into any program: chosen, and how they are pressed. In the settings and in the tour."""

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from gui.core.errors import NoGlobalKeys
from gui.core.i18n import _
from gui.core.problem import problem_words
from gui.core.settings import Settings
from gui.core.shortcuts import is_usable, shown
from gui.desktop.global_shortcut import GlobalShortcut, asks_the_desktop, system_keys
from gui.desktop.insertion import is_possible, why_not
from gui.desktop.keys_field import KeysField
from gui.session.session import Session
from gui.session.status import Recording, Status
from gui.widgets.form import column_of, push_button, row_of, words
from gui.widgets.label import Label
from gui.widgets.settings_form import tick

SUGGESTED = "Ctrl+Alt+D"


class KeysSetup(QWidget):
    """Every change is in force at once. shortcut: tells whether the keys are to be had."""

    def __init__(self, settings: Settings, shortcut: GlobalShortcut):
        super().__init__()
        self._settings, self._shortcut = settings, shortcut
        self.keys = KeysField(_("Keys that dictate into any program"))
        self.suggest = push_button(
            _("Use {keys}").format(keys=shown(SUGGESTED)), _("Keys that few other programs have"), "link"
        )
        self.toggles = QRadioButton(_("Press once to start, and again to stop"))
        self.holds = QRadioButton(_("Hold down while you speak"))
        self.insert = tick(_("Type the text into the program where you are"))
        self.note = words("", quiet=True)
        self._ways = QButtonGroup(self)
        for way in (self.toggles, self.holds):
            self._ways.addButton(way)
        self._lay_out()
        self.keys.editingFinished.connect(self._store_keys)
        self.suggest.clicked.connect(lambda _checked=False: self._use(SUGGESTED))
        self.holds.toggled.connect(lambda on: setattr(settings, "global_keys_held", on))
        self.insert.clicked.connect(lambda on: setattr(settings, "insert_dictated", on))
        settings.changed.connect(self.show_settings)
        shortcut.settled.connect(self.show_settings)
        self.show_settings()

    def _lay_out(self) -> None:
        caption = Label(_("Keys:"))
        caption.setBuddy(self.keys)
        column_of(self, row_of(caption, self.keys, self.suggest), self.toggles, self.holds, self.insert, self.note)
        for widget in (self.keys, self.suggest, self.toggles, self.holds):
            widget.setEnabled(system_keys() is not None)
        self.insert.setEnabled(is_possible())

    def show_settings(self, _name: str = "") -> None:
        settings = self._settings
        self.keys.show_keys(settings.global_keys)
        self.suggest.setVisible(not settings.global_keys)
        (self.holds if settings.global_keys_held else self.toggles).setChecked(True)
        self.insert.setChecked(settings.insert_dictated and is_possible())
        self._say(self._note_words())

    def _say(self, words_of_note: str) -> None:
        self.note.setText(words_of_note)
        self.note.setVisible(bool(words_of_note))  # an empty line would be a gap

    def _note_words(self) -> str:
        if self._shortcut.problem is not None:
            return problem_words(self._shortcut.problem)
        if system_keys() is None:
            return problem_words(NoGlobalKeys())
        sentences = []
        if asks_the_desktop():
            sentences.append(_("Here the desktop gives them: it may ask you, and you can change them in its settings."))
        if not is_possible():
            reason = why_not()
            sentences.append(_(reason))
        return " ".join(sentences)

    def _store_keys(self) -> None:
        keys = self.keys.keys
        if is_usable(keys):
            self._use(keys)
            return
        self.keys.show_keys(self._settings.global_keys)
        self._say(_("{keys} alone is needed for typing; add Ctrl or Alt.").format(keys=shown(keys)))

    def _use(self, keys: str) -> None:
        self._settings.global_keys = keys


class KeysTrial(QWidget):
    """The same with a line that tells what comes of pressing them: for the tour."""

    def __init__(self, settings: Settings, shortcut: GlobalShortcut, session: Session):
        super().__init__()
        self._settings, self._session, self._text = settings, session, ""
        self.setup = KeysSetup(settings, shortcut)
        self.state = words()
        self.state.setAccessibleName(_("State"))
        column_of(self, self.setup, self.state)
        settings.changed.connect(self._show)
        session.status_changed.connect(self._show)
        session.dictated.connect(self._take_text)
        self._show()

    def _take_text(self, _job: object, text: str) -> None:
        self._text = text
        self._show()

    def _show(self, _changed: object = None) -> None:
        self.state.setText(self._words(self._session.status, shown(self._settings.global_keys)))

    def _words(self, status: Status, keys: str) -> str:
        if not keys:
            return _("Without keys, Diktovka writes into its own window only.")
        if status.recording in (Recording.OPENING, Recording.LISTENING):
            self._text = ""
            if self._settings.global_keys_held:
                return _("It works. Speak, then release {keys}.").format(keys=keys)
            return _("It works. Speak, then press {keys} again.").format(keys=keys)
        if status.is_dictating:
            return _("Writing down the rest")
        if self._text:
            return _("You said: “{text}”").format(text=self._text)
        return _("Try it: press {keys} now, and speak.").format(keys=keys)
