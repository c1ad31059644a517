"""Says in words when the language model, the own words or the model of punctuation cannot be used."""

from functools import partial

from PySide6.QtCore import QObject

from engine.errors import LanguageModelError, PunctuationError
from gui.core.i18n import _
from gui.core.problem import problem_words
from gui.core.settings import Settings
from gui.dictation.dictation_page import DictationPage
from gui.session.session import Session
from gui.widgets.message_bar import Action


class LanguageWatch(QObject):
    """Looks after each job; tells the same failure once, until it has gone."""

    def __init__(self, session: Session, settings: Settings, page: DictationPage):
        super().__init__()
        self._session, self._settings, self._page = session, settings, page
        self._told = ""
        session.job_ended.connect(self._look)

    def _look(self, _job: object) -> None:
        error = self._session.language_error
        sentence = problem_words(error) if error is not None else ""
        if sentence and sentence != self._told:
            if isinstance(error, LanguageModelError):
                words = _("{problem} The text is written by ear, without it.")
                switch_off = partial(setattr, self._settings, "language_model", None)
                actions = [Action(_("Do without it"), switch_off)]
            elif isinstance(error, PunctuationError):
                words, actions = "{problem}", []
            else:
                words, actions = _("{problem} Recognition goes on without it."), []
            self._page.messages.say_failure(error, sentence=words, actions=actions)
        self._told = sentence
