"""What to install before anything can be trained, where the program was installed for recognition alone."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from gui.core.i18n import _
from gui.core.problem import problem_words
from gui.widgets.form import column_of, push_button, row_of, words
from trainer.errors import TrainingError
from trainer.network.installed import install_command, require_tensorflow


class TrainingMissing(QWidget):
    """One sentence, and a button that copies the command. It hides where training is installed.

    is_missing: nothing can be trained until the program is started again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sentence = words()
        self.copy = push_button(_("Copy the command"), _("To paste into a terminal"))
        column_of(self, self.sentence, row_of(self.copy, None))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(install_command()))
        self.is_missing = False
        try:
            require_tensorflow()
        except TrainingError as error:
            self.is_missing = True
            self.sentence.setText(problem_words(error))
        if not install_command():
            self.copy.hide()
        if not self.is_missing:
            self.hide()
