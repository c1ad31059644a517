"""Which model to download: what each is good for, its size and its licence."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QRadioButton, QWidget

from gui.core.i18n import _
from gui.core.words import size_words
from gui.widgets.form import column_of, words
from gui.widgets.theme import GRID
from trainer.download.public_models import PUBLIC_MODELS, PublicModel


class PublicModelsDialog(QDialog):
    """Nothing is fetched before Download is pressed."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(_("Download a model"))
        explained = _(
            "Models made by others, from huggingface.co: larger than the one that came with the program, "
            "and most make fewer mistakes."
        )
        parts = [words(explained)]
        self.choices = [(model, QRadioButton(model.title)) for model in PUBLIC_MODELS]
        for model, choice in self.choices:
            facts = (_(model.languages), size_words(model.n_bytes), model.licence)
            description = words(f"{_(model.good_for)} {', '.join(facts)}.", quiet=True)
            description.setIndent(3 * GRID)
            choice.setAccessibleDescription(description.text())
            parts += (choice, description)
        self.choices[0][1].setChecked(True)
        buttons = QDialogButtonBox(Qt.Orientation.Horizontal)
        self.download = buttons.addButton(_("Download"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.cancel = buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.download.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column_of(self, *parts, buttons, margins=(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID))
        self.setMinimumWidth(60 * GRID)

    @property
    def chosen(self) -> PublicModel:
        return next(model for model, choice in self.choices if choice.isChecked())


def ask_public_model(parent: QWidget) -> PublicModel | None:
    """None if the person changed their mind."""
    dialog = PublicModelsDialog(parent)
    return dialog.chosen if dialog.exec() else None
