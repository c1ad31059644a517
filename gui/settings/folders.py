"""Where recordings are put; what the program keeps, where and how large; and its deletion."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from engine.errors import DiktovkaError
from engine.paths import recordings_dir
from engine.system.atomic_files import storage_error
from gui.core.i18n import _
from gui.core.tasks import Work
from gui.core.words import size_words
from gui.settings.privacy import Kind, sizes, stored_kinds
from gui.settings.sections import Around
from gui.widgets.dialogs import ask_delete, show_in_folder
from gui.widgets.fitted_text import Tick
from gui.widgets.form import named, push_button, words
from gui.widgets.label import Label
from gui.widgets.settings_form import SettingsForm, tick
from gui.widgets.theme import GRID, icon_px


class FoldersSection(SettingsForm):
    """confirm(parent, question, details), open_folder(path): the dialog, and the file manager."""

    def __init__(self, around: Around):
        super().__init__(_("Folders and privacy"))
        self.around, self._settings = around, around.settings
        self.confirm = partial(ask_delete, act=_("Close and delete"))
        self.open_folder = _open_folder
        self.work = Work(self, yielded=self._take_size)
        self.kinds: list[Kind] = []
        self.ticks: dict[str, Tick] = {}
        self.size_labels: dict[str, QLabel] = {}
        self._add_recordings()
        self._add_privacy()
        self.column.addStretch(1)
        self._settings.changed.connect(self._show_folder)
        self._show_folder()

    def _add_recordings(self) -> None:
        self.folder = named(QLineEdit(), _("Folder of recordings"))
        self.folder.setReadOnly(True)
        self.change = push_button(_("Change…"), _("Put new recordings into another folder"))
        self.open = push_button(_("Open"), _("Show the folder in the file manager"))
        self.usual = push_button(_("Default"), _("Put new recordings where they are put at first"))
        note = _("Holds for the next recording. What was recorded before stays where it is.")
        self.add_field(_("New recordings are put into:"), self.folder, note, self.change, self.open, self.usual)
        self.change.clicked.connect(self._choose)
        self.open.clicked.connect(self._open)
        self.usual.clicked.connect(lambda _checked=False: self._use(recordings_dir()))

    def _add_privacy(self) -> None:
        self.add_heading(_("What is kept on this computer"))
        self.add_note(
            _(
                "Nothing is sent anywhere. Only the Trainer fetches recordings and models, from the sites it names, "
                "when asked to."
            )
        )
        self._grid = QGridLayout(horizontalSpacing=2 * GRID, verticalSpacing=0)
        self._grid.setColumnStretch(0, 1)
        self.column.addLayout(self._grid)
        self.column.addSpacing(GRID)
        self.delete = push_button(_("Delete selected…"), _("Delete for good what is ticked, after asking"))
        self.delete_all = push_button(_("Delete all…"), _("Delete everything for good, after asking"))
        self.delete.clicked.connect(lambda _checked=False: self._ask_delete(self._ticked()))
        self.delete_all.clicked.connect(lambda _checked=False: self._ask_delete(None))
        self.add_buttons(self.delete, self.delete_all)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.look()

    # --- the folder of recordings ---

    def _show_folder(self, _name: str = "") -> None:
        self.folder.setText(str(self._settings.recordings))
        self.folder.setCursorPosition(0)
        self.usual.setEnabled(self._settings.recordings != recordings_dir())

    def _choose(self) -> None:
        folder = self.around.ask_folder(self, _("Choose a folder for recordings"), self._settings.recordings)
        if folder is not None:
            self._use(folder)

    def _open(self) -> None:
        try:
            self.open_folder(self._settings.recordings)
        except DiktovkaError as error:
            self.around.messages.say_failure(error)

    def _use(self, folder: Path) -> None:
        """Only a folder that can be written to."""
        trial = folder / ".diktovka"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            trial.touch()
            trial.unlink()
        except OSError as error:
            self.around.messages.say_failure(storage_error(folder, error))
            return
        self._settings.recordings = folder
        self.look()

    # --- what is kept ---

    def look(self) -> None:
        """Lists what there is; the sizes come from another thread."""
        if self.work.running:
            return
        while self._grid.count():
            self._grid.takeAt(0).widget().deleteLater()
        self.kinds, self.ticks, self.size_labels = stored_kinds(self._settings.recordings), {}, {}
        for row, kind in enumerate(self.kinds):
            title = _(kind.title)
            self.ticks[kind.name] = tick(title, _("Delete this: {what}").format(what=title))
            self.ticks[kind.name].toggled.connect(self._show_state)
            size = self.size_labels[kind.name] = Label("…", alignment=Qt.AlignmentFlag.AlignRight)
            size.setMinimumWidth(size.fontMetrics().horizontalAdvance("0000.0 MB "))  # room for what is told later
            where = self._place(kind)
            place = words(_breakable(where), quiet=True)
            place.setIndent(icon_px() + GRID)
            place.setAccessibleName(_("{what}: kept in {path}").format(what=title, path=where))
            self._grid.addWidget(self.ticks[kind.name], 2 * row, 0, Qt.AlignmentFlag.AlignLeft)
            self._grid.addWidget(size, 2 * row, 1, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(place, 2 * row + 1, 0, 1, 2)
        for before, after in pairwise((self.usual, *self.ticks.values(), self.delete, self.delete_all)):
            QWidget.setTabOrder(before, after)  # the boxes are younger than the buttons under them
        self._show_state()
        kinds = list(self.kinds)
        self.work.start(lambda: sizes(kinds))

    def _place(self, kind: Kind) -> Path:
        if kind.name == "recordings":
            return self._settings.recordings
        return kind.paths[0] if len(kind.paths) == 1 else kind.paths[0].parent

    def _take_size(self, found: tuple[str, int]) -> None:
        name, size = found
        if name in self.size_labels:
            label = self.size_labels[name]
            label.setText(size_words(size))
            label.setMinimumWidth(label.sizeHint().width())

    def _ticked(self) -> list[Kind]:
        return [kind for kind in self.kinds if self.ticks[kind.name].isChecked()]

    def _show_state(self) -> None:
        self.delete.setEnabled(bool(self._ticked()))
        self.delete_all.setEnabled(bool(self.kinds))

    def _ask_delete(self, chosen: Sequence[Kind] | None) -> None:
        """None: all, also what comes until the window has closed."""
        question = _("Delete this for good? Diktovka closes, and then it is gone; it cannot be brought back.")
        kinds = self.kinds if chosen is None else chosen
        details = "\n".join(f"{_(kind.title)}: {self.size_labels[kind.name].text()}" for kind in kinds)
        if self.confirm(self, question, details):
            self.around.delete_at_end(None if chosen is None else {kind.name for kind in chosen})
            self.around.close_window()


def _breakable(path: Path) -> str:
    """A path that a label can break after each slash."""
    return str(path).replace("/", "/\u200b").replace("\\", "\\\u200b")


def _open_folder(path: Path) -> None:
    """Raises StorageError, NoFileManager."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(path, error) from error
    show_in_folder(path)
