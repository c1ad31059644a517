"""How one dictates: where the text goes, the keys for every window, the tray, and spoken commands."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QSpinBox

from engine.dictation.spoken_commands import COMMANDS
from gui.core.i18n import _
from gui.desktop.keys_setup import KeysSetup
from gui.desktop.tray import Tray
from gui.settings.sections import Around
from gui.widgets.fitted_text import Tick
from gui.widgets.form import named, number_field
from gui.widgets.settings_form import SettingsForm, tick

_FIRST_SILENCE_S = 3


class DictatingSection(SettingsForm):
    """Every change is in force at once."""

    def __init__(self, around: Around):
        super().__init__(_("Dictating"))
        self._settings, self._shortcut = around.settings, around.shortcut
        self.ticks: dict[str, Tick] = {}
        self._add_keys()
        self._add_text()
        self._add_silence()
        self._add_tray()
        self._add_spoken()
        self._add_numbers()
        self.column.addStretch(1)
        self._settings.changed.connect(self._show)
        self._show()

    def _tick(self, setting: str, text: str, note: str = "") -> Tick:
        box = tick(text, note)
        # Not a partial: PySide sees no arguments in it, and would call it without the state.
        box.clicked.connect(lambda on, setting=setting: setattr(self._settings, setting, on))
        self.ticks[setting] = box
        self.add_tick(box, note)
        return box

    def _add_keys(self) -> None:
        self.add_heading(_("Dictating into other programs"))
        self.setup = KeysSetup(self._settings, self._shortcut)
        self.column.addWidget(self.setup)
        self.add_note(_("The keys work with the window closed too, as long as the program runs."))
        self._tick("small_window", _("Show a small window meanwhile, with stop and cancel"))

    def _add_text(self) -> None:
        note = _("In dictations and opened files. What was recognised is kept beside it.")
        self._tick("punctuate", _("Put punctuation marks and capital letters"), note)
        self._tick("copy_dictated", _("Copy the text when a dictation ends"))

    def _add_silence(self) -> None:
        self.add_heading(_("The end of a recording"))
        self.stops = tick(_("Stop by itself when nobody has spoken for some seconds"))
        self.stops.clicked.connect(lambda on: setattr(self._settings, "silence_s", _FIRST_SILENCE_S if on else 0))
        self.add_tick(self.stops)
        self.silence = number_field(QSpinBox())
        self.silence.setRange(1, 600)
        self.silence.setSuffix(" " + _("s"))
        self.silence.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.silence.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        named(self.silence, _("Seconds of silence"))
        self.silence.valueChanged.connect(lambda seconds: setattr(self._settings, "silence_s", seconds))
        self.add_field(_("Seconds of silence:"), self.silence)

    def _add_tray(self) -> None:
        self.add_heading(_("Tray"))
        icon = self._tick("tray_icon", _("Show an icon in the tray, with what the program is doing"))
        close = self._tick("close_to_tray", _("Stay in the tray when the window is closed"))
        if not Tray.is_possible():
            icon.setEnabled(False)
            close.setEnabled(False)
            self.add_note(_("This desktop has no tray."))

    def _add_spoken(self) -> None:
        self.add_heading(_("Spoken commands"))
        self.add_note(
            _(
                "Said while you dictate, these words are carried out instead of being written. "
                "Where you say a mark, no other is put."
            )
        )
        self.spoken: dict[str, Tick] = {}
        for command in COMMANDS:
            box = tick(_("“{phrase}”: {meaning}").format(phrase=command.phrase, meaning=_(command.meaning)))
            box.clicked.connect(lambda on, name=command.name: self._store_spoken(name, on))
            self.spoken[command.name] = box
            self.column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_note("")
        self._tick("spoken_capitals", _("Begin sentences with a capital letter"), _("Around marks that were spoken."))
        self._tick("spoken_in_files", _("Do all this in opened files, too"))

    def _add_numbers(self) -> None:
        self.add_heading(_("Numbers and spaces"))
        self._tick("spoken_digits", _("Write numbers as digits in dictations"))
        note = _(
            "“двадцать первого мая” becomes 21 мая, “пять процентов” 5 %. Small numbers that measure nothing stay "
            "words, and so does what may be no number."
        )
        self._tick("digits_in_files", _("Write numbers as digits in opened files"), note)
        note = _("With a no-break space behind в, к, с, у, о, и and а, as printers do.")
        self._tick("bind_short_words", _("In saved files keep short words with the next one"), note)

    def _store_spoken(self, name: str, on: bool) -> None:
        off = set(self._settings.spoken_off.split()) - {name} | (set() if on else {name})
        self._settings.spoken_off = " ".join(sorted(off))

    def _show(self, _name: str = "") -> None:
        settings = self._settings
        for setting, box in self.ticks.items():
            box.setChecked(getattr(settings, setting))
        off = settings.spoken_off.split()
        for name, box in self.spoken.items():
            box.setChecked(name not in off)
        self.stops.setChecked(settings.silence_s > 0)
        self.silence.setEnabled(settings.silence_s > 0)
        self.silence.blockSignals(True)
        self.silence.setValue(settings.silence_s or _FIRST_SILENCE_S)
        self.silence.blockSignals(False)
