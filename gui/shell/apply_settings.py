"""Settings put into force: at the start, and at once when one is changed."""

from pathlib import Path

from PySide6.QtCore import QObject

from gui.core.settings import Settings
from gui.core.shortcuts import KEYS, read_chosen
from gui.session.session import Session
from gui.widgets.theme import theme


class Applied(QObject):
    """Appearance, size of text, shortcuts; and, once it follows a session, where recordings are put, and which
    language model it reads with."""

    def __init__(self, settings: Settings):
        super().__init__()
        self._settings, self._session = settings, None
        theme().prefer(settings.appearance)
        theme().scale_text(settings.text_percent)
        KEYS.use(read_chosen(settings.keys))
        settings.changed.connect(self._apply)

    def follow(self, session: Session) -> None:
        self._session = session
        session.model_chosen.connect(self._remember_model)

    def _remember_model(self, folder: Path) -> None:
        """What the settings name and is not there for now stays as it is named."""
        if folder != self._settings.model:
            self._settings.model = folder

    def _apply(self, name: str) -> None:
        settings = self._settings
        match name:
            case "appearance":
                theme().prefer(settings.appearance)
            case "text_percent":
                theme().scale_text(settings.text_percent)
            case "keys":
                KEYS.use(read_chosen(settings.keys))
            case "recordings_folder" if self._session is not None:
                self._session.folder = settings.recordings
            case "language_model_folder" if self._session is not None:
                self._session.use_model(self._session.model)
