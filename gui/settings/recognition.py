"""Which model recognises, and whether a language model helps it."""

from collections.abc import Iterator
from pathlib import Path

from engine.paths import model_name, shipped_language_model
from gui.core.i18n import _
from gui.core.recognition import shown_name
from gui.core.tasks import Work
from gui.settings.sections import Around
from gui.tuning.choose_model import ModelChoice
from gui.widgets.form import push_button
from gui.widgets.settings_form import Choice, SettingsForm
from trainer.training.model_list import list_models


class RecognitionSection(SettingsForm):
    """Both are taken over as soon as nothing is being read. A folder is checked before it is chosen."""

    def __init__(self, around: Around):
        super().__init__(_("Recognition"))
        self.around, self._settings = around, around.settings
        self._checked: Path | None = None
        self._choice = ModelChoice(around.session, around.messages, self.show_settings)
        self.work = Work(self, yielded=self._take_checked, failed=around.messages.say_failure, ended=self._end_check)
        self.model = Choice(_("Model"), _("The model that hears letters in the sound"))
        self.language_model = Choice(_("Language model"), _("What knows which words are likely"))
        self.other = push_button(_("Other folder…"), _("Take a language model from a folder, after checking it"))
        self.add_field(_("Model:"), self.model, _("Models are trained, imported and deleted on the Trainer page."))
        self.note = self.add_field(_("Language model:"), self.language_model, " ", self.other)
        self.column.addStretch(1)
        self.show_settings()
        self.model.activated.connect(self._choose_model)
        self.language_model.sets(self._settings, "language_model")
        self.other.clicked.connect(self._choose_folder)
        self._settings.changed.connect(self.show_settings)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.show_settings()  # models may have come and gone meanwhile

    def show_settings(self, _name: str = "") -> None:
        used = self.around.session.model
        models = [(shown_name(model), model.folder) for model in list_models()]
        if used not in [folder for _text, folder in models]:
            models.append((model_name(used), used))
        self.model.fill([(text[:1].upper() + text[1:], folder) for text, folder in models], used)
        chosen = self._settings.language_model
        folders = [(_("The one that came with the program"), shipped_language_model()), (_("None"), None)]
        if chosen not in [folder for _text, folder in folders]:
            folders.append((str(chosen), chosen))
        self.language_model.fill(folders, chosen)
        if chosen is None:
            self.note.setText(_("Letters are written as they are heard; own words are not used."))
        else:
            self.note.setText(_("Known words are preferred over what only sounds alike."))

    # --- what the person chooses ---

    def _choose_model(self) -> None:
        folder = self.model.currentData()
        if folder != self.around.session.model:
            self._choice.choose(folder)
            self.show_settings()  # that is not chosen while it is asked about

    def _choose_folder(self) -> None:
        folder = self.around.ask_folder(self, _("Choose the folder of a language model"), self._settings.folder)
        if folder is not None and not self.work.running:
            self.note.setText(_("Checking the language model"))
            self.other.setEnabled(False)
            self.work.start(lambda: _check(folder))

    def _take_checked(self, folder: Path) -> None:
        self._settings.language_model = folder

    def _end_check(self, _outcome: Exception | None) -> None:
        self.other.setEnabled(True)
        self.show_settings()


def _check(folder: Path) -> Iterator[Path]:
    """Raises LanguageModelError."""
    from engine.decode.language_model import load_language_model

    load_language_model(folder)
    yield folder
