"""Light or dark, how large the text is, and which language the window speaks."""

from gui.core.i18n import N_, _
from gui.settings.sections import Around
from gui.widgets.settings_form import Choice, SettingsForm

APPEARANCES = (("system", N_("As the system")), ("light", N_("Light")), ("dark", N_("Dark")))
TEXT_PERCENTS = (90, 100, 115, 130, 150, 175, 200)
LANGUAGES = (("en", "English"), ("ru", "Русский"))


class AppearanceSection(SettingsForm):
    """Applied at once, but for the language, which says when."""

    def __init__(self, around: Around):
        super().__init__(_("Appearance"))
        self._settings = around.settings
        self._at_start = around.settings.language
        self.appearance = Choice(_("Colours"))
        self.text = Choice(_("Size of text"))
        self.language = Choice(_("Language of the window"))
        self.add_field(_("Colours:"), self.appearance)
        self.add_field(_("Size of text:"), self.text)
        self.note = self.add_field(_("Language of the window:"), self.language, " ")
        self.column.addStretch(1)
        self.show_settings()
        self.appearance.sets(self._settings, "appearance")
        self.text.sets(self._settings, "text_percent")
        self.language.sets(self._settings, "language")
        around.settings.changed.connect(self.show_settings)

    def show_settings(self, _name: str = "") -> None:
        self.appearance.fill([(_(text), value) for value, text in APPEARANCES], self._settings.appearance)
        percents = sorted({*TEXT_PERCENTS, self._settings.text_percent})
        entries = [(_("{n} %").format(n=percent), percent) for percent in percents]
        self.text.fill(entries, self._settings.text_percent)
        languages = [(_("As the system"), ""), *((text, value) for value, text in LANGUAGES)]
        self.language.fill(languages, self._settings.language)
        changed = self._settings.language != self._at_start
        later = _("The window speaks this language when Diktovka is started the next time.")
        self.note.setText(later if changed else _("Russian speech is recognised either way."))
