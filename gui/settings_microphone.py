"""Which microphone records."""

from gui.i18n import _
from gui.microphones import MicrophoneChoice
from gui.problem_words import problem_words
from gui.settings_form import SettingsForm
from gui.settings_sections import Around


class MicrophoneSection(SettingsForm):
    """The same choice as on the Dictation page; each follows the other."""

    def __init__(self, around: Around):
        super().__init__(_("Microphone"))
        self.microphones = MicrophoneChoice(around.settings, around.list_devices)
        self.problem = self.add_field(
            _("Record with:"),
            self.microphones,
            _("The list is made anew whenever it is opened, so a microphone may be plugged in at any time."),
        )
        self.microphones.unusable.connect(self._tell)
        self.column.addStretch(1)
        self.microphones.look()

    def _tell(self, error: Exception) -> None:
        self.problem.setText(problem_words(error))
