"""How long the history is kept, and which folder is watched for new recordings."""

from pathlib import Path

from gui.core.i18n import _, ngettext
from gui.settings.sections import Around
from gui.widgets.form import push_button, words
from gui.widgets.settings_form import Choice, SettingsForm

DAYS = (0, 7, 30, 90, 365)


class HistorySection(SettingsForm):
    """Both take effect at once."""

    def __init__(self, around: Around):
        super().__init__(_("History"))
        self.around, self._settings = around, around.settings
        self.keep = Choice(_("Keep"), _("How long recordings and texts are kept"))
        self.add_field(
            _("Keep recordings and texts:"),
            self.keep,
            _("Older ones are moved to the deleted ones and removed for good after 30 days. Files you opened stay."),
        )
        self.watched = words()
        self.choose = push_button(
            _("Choose a folder…"), _("New recordings in this folder are transcribed by themselves")
        )
        self.forget = push_button(_("Stop watching"), _("New recordings are not looked for any more"))
        self.add_heading(_("Watched folder"))
        self.column.addWidget(self.watched)
        self.add_buttons(self.choose, self.forget)
        self.add_note(
            _("New recordings in it are transcribed once they are whole; what is there already is left alone.")
        )
        self.column.addStretch(1)
        self.keep.sets(self._settings, "keep_days")
        self.choose.clicked.connect(self._choose)
        self.forget.clicked.connect(lambda _checked=False: self._watch(""))
        self._settings.changed.connect(self.show_settings)
        self.show_settings()

    def show_settings(self, _name: str = "") -> None:
        days = sorted({*DAYS, self._settings.keep_days})
        entries = [(ngettext("For {n} day", "For {n} days", n).format(n=n) if n else _("For ever"), n) for n in days]
        self.keep.fill(entries, self._settings.keep_days)
        folder = self._settings.watch_folder
        self.watched.setText(folder or _("None"))
        self.forget.setEnabled(bool(folder))

    def _choose(self) -> None:
        start = Path(self._settings.watch_folder or self._settings.folder)
        folder = self.around.ask_folder(self, _("Choose a folder to watch"), start)
        if folder is not None:
            self._watch(str(folder))

    def _watch(self, folder: str) -> None:
        self._settings.watch_folder = folder
