"""Which microphone records."""

from gui.core.i18n import _
from gui.core.problem import problem_words
from gui.session.status import Status
from gui.settings.microphone_trial import MicrophoneTrial
from gui.settings.sections import Around
from gui.widgets.log_window import failure_link
from gui.widgets.microphone_list import MicrophoneChoice
from gui.widgets.settings_form import SettingsForm


class MicrophoneSection(SettingsForm):
    """The same choice as on the Dictation page; each follows the other."""

    def __init__(self, around: Around):
        super().__init__(_("Microphone"))
        self.microphones = MicrophoneChoice(around.settings, around.list_devices)
        self.note = self.add_field(_("Record with:"), self.microphones, " ")
        self.show_log = failure_link()
        self.add_buttons(self.show_log)
        self.microphones.unusable.connect(self._tell)
        self.microphones.found.connect(self._explain)
        self._explain()
        self._session = around.session
        self.trial = MicrophoneTrial(around.make_recorder, lambda: self.microphones.microphone, self._hindrance)
        self.column.addWidget(self.trial)
        self.microphones.activated.connect(self.trial.end)
        self._session.status_changed.connect(self._make_way)
        self.column.addStretch(1)
        self.microphones.look()

    def _hindrance(self) -> str:
        return self._session.status.hindrance

    def _make_way(self, status: Status) -> None:
        if status.hindrance:
            self.trial.end()

    def _explain(self) -> None:
        explanation = _("The list is refreshed whenever it opens, so you can plug in a microphone at any time.")
        self.note.setText(explanation)
        self.show_log.hide()

    def _tell(self, error: Exception) -> None:
        self.note.setText(problem_words(error))
        self.show_log.show()
