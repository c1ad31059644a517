"""The Trainer's page in a window, with what its dialogs would answer."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from gui.training.job import State
from gui.training.page import TrainerPage
from tests.gui.conftest import Stage
from tests.helpers.downloads import World


class TrainerStage:
    """answers: what the dialogs give, in order. world: the network, with waits that pass at once."""

    def __init__(self, make_stage, **options):
        self.answers: list[object] = []
        self.world = World()
        self.stage: Stage = make_stage(**options)
        self.window, self.session = self.stage.window, self.stage.session
        self.window.tabs.setCurrentWidget(self.window.trainer_page)
        self.page: TrainerPage = self.window.trainer
        self._answer_for(self.page)
        self.corpus, self.training, self.models = self.page.corpus, self.page.training, self.page.models
        self.download = self.corpus.download

    def _answer_for(self, page: TrainerPage) -> None:
        page.corpus.download.outside = page.models.download.outside = self.world.outside
        for asking in (page.corpus.download, page.corpus.folders, page.models, page.training.form.settings.held):
            asking.ask_folder = self._answer
        page.corpus.ask_delete = page.models.ask_model = self._answer

    def _answer(self, *_asked: object) -> object:
        return self.answers.pop(0)

    @property
    def told(self) -> list[str]:
        return self.page.messages.texts

    def has_ended(self) -> bool:
        return self.training.job.state is State.IDLE

    def choose(self, name: str) -> None:
        """Selects a model in the list."""
        names = [self.models.table.item(row, 0).text() for row in range(self.models.table.rowCount())]
        self.models.table.selectRow(names.index(name))

    def rename(self, name: str) -> None:
        """Types another name for the chosen model into its row."""
        self.models.rename.click()
        self.type_name(name)

    def type_name(self, name: str) -> None:
        """Into the row whose name is being edited."""
        *_closed, editor = [one for one in self.models.table.viewport().findChildren(QLineEdit) if one.isVisible()]
        editor.setText(name)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        for _turn in range(3):  # Qt takes it over in a turn of its own
            QApplication.processEvents()

    def insist(self) -> None:
        """On a model that is said to be worse."""
        if any("worse" in text for text in self.told):
            (button,) = [
                button
                for button in self.page.messages.findChildren(QPushButton)
                if button.text() == "Use it all the same" and button.isVisible()
            ]
            button.click()

    def names(self) -> list[str]:
        return [self.models.table.item(row, 0).text() for row in range(self.models.table.rowCount())]


def begin_with(stage: TrainerStage, start: Path | str) -> None:
    """Chooses a model's folder to go on from, or a preset for a new network."""
    box = stage.training.form.start
    offered = [box.itemData(place) for place in range(box.count())]
    box.setCurrentIndex([one.model or one.preset for one in offered].index(start))
