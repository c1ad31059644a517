"""The name of the model in use, and the way back: to the one before, and to the one that came with the program."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton

from engine.paths import model_name, shipped_checkpoint
from gui.core.i18n import _
from gui.core.settings import Settings
from gui.session.session import Session

_MOST_LETTERS = 32


class ModelLabel(QPushButton):
    """A click offers the models to go back to."""

    def __init__(self, session: Session, settings: Settings):
        super().__init__()
        self._session, self._settings = session, settings
        self.setProperty("link", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_of_models = QMenu(self)
        self.former = self.menu_of_models.addAction("")
        self.back = self.menu_of_models.addAction(_("Back to the model that came with the program"))
        self.former.triggered.connect(lambda _checked=False: self._use(self._settings.former_model))
        self.back.triggered.connect(lambda _checked=False: self._use(shipped_checkpoint()))
        self.clicked.connect(self._offer)
        settings.changed.connect(self._follow)
        self._show()

    def _follow(self, name: str) -> None:
        if name == "model":
            self._show()

    def _show(self) -> None:
        model, former = self._settings.model, self._settings.former_model
        is_shipped = model == shipped_checkpoint()
        name = _("as shipped") if is_shipped else model_name(model)
        self.setText(_("Model: {name}").format(name=_shortened(name)))
        self.setAccessibleName(_("Model: {name}").format(name=name))
        self.setToolTip(_("What recognises your speech; others are chosen in the settings, under Recognition"))
        self.back.setEnabled(not is_shipped)
        self.former.setVisible(former is not None and former != shipped_checkpoint())
        if former is not None:
            self.former.setText(_("Back to the model before: {name}").format(name=_shortened(model_name(former))))

    def _offer(self) -> None:
        self._show()  # the one before may have been deleted meanwhile
        self.menu_of_models.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _use(self, folder: Path | None) -> None:
        if folder is not None:
            self._session.use_model(folder)


def _shortened(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
