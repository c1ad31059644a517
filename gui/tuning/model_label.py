"""The name of the model in use, and the way back to the one that came with the program."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton

from engine.paths import model_name, shipped_checkpoint
from gui.core.i18n import _
from gui.core.settings import Settings
from gui.session.session import Session

_MOST_LETTERS = 32


class ModelLabel(QPushButton):
    """A click offers the other choice there is: back to the shipped model."""

    def __init__(self, session: Session, settings: Settings):
        super().__init__()
        self._session, self._settings = session, settings
        self.setProperty("link", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_of_models = QMenu(self)
        self.back = self.menu_of_models.addAction(_("Back to the model that came with the program"))
        self.back.triggered.connect(lambda _checked=False: self._go_back())
        self.clicked.connect(lambda _checked=False: self._offer())
        settings.changed.connect(self._follow)
        self._show()

    def _follow(self, name: str) -> None:
        if name == "model":
            self._show()

    def _show(self) -> None:
        model = self._settings.model
        is_shipped = model == shipped_checkpoint()
        name = _("as shipped") if is_shipped else model_name(model)
        short = name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
        self.setText(_("Model: {name}").format(name=short))
        self.setAccessibleName(_("Model: {name}").format(name=name))
        self.setToolTip(_("What recognises your speech; others are chosen in the settings, under Recognition"))
        self.back.setEnabled(not is_shipped)

    def _offer(self) -> None:
        self.menu_of_models.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _go_back(self) -> None:
        self._session.use_model(shipped_checkpoint())
        self._settings.model = shipped_checkpoint()
        self._settings.save()
