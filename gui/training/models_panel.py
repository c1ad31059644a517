"""The models that there are, and what can be done with each."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QWidget

from engine.foreign.description import ForeignDescription
from engine.system.worker import Cancelled
from gui.core.i18n import _, decimal, window_locale
from gui.core.recognition import shown_name
from gui.core.settings import Settings
from gui.core.shortcuts import bind
from gui.core.tasks import Errand
from gui.core.words import size_words
from gui.training.model_download import ModelDownload
from gui.training.public_models_dialog import ask_public_model
from gui.widgets.dialogs import ask_folder
from gui.widgets.form import column_of, push_button, row_of, words
from gui.widgets.label import tip
from gui.widgets.lists import Table
from gui.widgets.theme import GRID
from trainer.training import model_list
from trainer.training.model_list import TrainedModel

_RATE = 2  # a column
_NAME_LETTERS = 12  # of which at least there is room for


def foreign_words(model: ForeignDescription) -> str:
    """What a model made by others is, and what cannot be done with it."""
    of = ", ".join(part for part in (model.family, model.source, model.licence) if part)
    sentences = [
        _("Made by others ({of}): for dictation and recordings; it cannot be trained or tuned.").format(of=of),
        _("While you speak, text comes as often as this computer can keep up with."),
    ]
    if not model.searches:
        sentences.append(_("It chooses words by itself, without the language model and your own words."))
    return " ".join(sentences)


class ModelsPanel(QWidget):
    """in_use, in_training: folders that must stay as they are.

    `use_wanted(folder)`; `failed(error, try_again)`; `done(sentence, undo)`: told when something has been done;
    `exported(folder)`: where a copy was put. ask_folder, ask_model: the dialogs.
    """

    use_wanted = Signal(object)
    failed = Signal(object, object)
    done = Signal(str, object)
    exported = Signal(object)
    list_changed = Signal()

    def __init__(self, settings: Settings, in_use: Callable[[], Path], in_training: Callable[[], Path | None]):
        super().__init__()
        self._settings, self._in_use, self._in_training = settings, in_use, in_training
        self.ask_folder, self.ask_model = ask_folder, ask_public_model
        self._models: list[TrainedModel] = []
        self.work = Errand(self, ended=self._end)
        self._is_importing = False
        self._make_table()
        self.use = push_button(_("Use"), f"{_('Dictate with this model from now on')} (Enter)", "primary")
        self.rename = push_button(_("Rename…"), _("Give this model another name"), command="rename_model")
        self.export = push_button(_("Export…"), _("Copy this model to a folder"))
        off = _("Take this model off the list; it can be brought back at once")
        self.delete = push_button(_("Delete"), f"{off} (Del)")
        self.add = push_button(_("Import…"), _("Take in a model from a folder, after checking it"))
        self.fetch = push_button(_("Download…"), _("Models made by others that are known to be good"))
        self.download = ModelDownload()
        self.note = words(quiet=True)
        buttons = row_of(self.use, self.rename, self.export, self.delete, None, self.fetch, self.add)
        column_of(self, (self.table, 1), self.note, buttons, self.download, margins=(0, 0, GRID, 0))
        self._connect()
        self.refresh()

    def _make_table(self) -> None:
        titles = [_("Model"), _("Date"), _("Letters wrong"), _("Size"), _("In use")]
        self.table = Table(_("Models"), titles, numbers=[_RATE, 3], narrow=range(1, len(titles)))
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        least_px = _NAME_LETTERS * self.table.fontMetrics().averageCharWidth()
        self.table.horizontalHeader().setMinimumSectionSize(least_px)

    def _connect(self) -> None:
        bind(self, "rename_model", self.rename.click)
        self.table.delete_wanted.connect(self.delete.click)
        self.table.itemSelectionChanged.connect(self.show_state)
        self.table.itemActivated.connect(self._use)
        self.table.itemChanged.connect(self._renamed)
        self.download.added.connect(self._tell_imported)
        self.download.failed.connect(self.failed)
        self.download.changed.connect(self._download_changed)
        self.use.clicked.connect(self._use)
        self.rename.clicked.connect(self._rename)
        self.export.clicked.connect(self._export)
        self.delete.clicked.connect(self._delete)
        self.add.clicked.connect(self._import)
        self.fetch.clicked.connect(self._fetch)

    @property
    def busy(self) -> bool:
        return self.work.running or self.download.busy

    def stop(self) -> None:
        """Gives up what takes long: nothing of it is kept."""
        if self._is_importing:
            self.work.cancel()
        self.download.stop()

    # --- the list ---

    @property
    def chosen(self) -> TrainedModel | None:
        row = self.table.currentRow()
        return self._models[row] if 0 <= row < len(self._models) and self.table.selectedItems() else None

    def refresh(self) -> None:
        """A few small files are read: quick enough for the window's thread."""
        before, self._models = self.chosen, model_list.list_models()
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(self._models))
            for row, model in enumerate(self._models):
                self.table.put(row, self._cells(model))[_RATE].setToolTip(tip(measured_words(model)))
                if before is not None and model.folder == before.folder:
                    self.table.selectRow(row)
        self.show_state()

    def _cells(self, model: TrainedModel) -> tuple[str, ...]:
        return (
            shown_name(model),
            window_locale().toString(model.made.date(), QLocale.FormatType.ShortFormat),
            "—" if model.cer is None else _("{n} %").format(n=decimal(100 * model.cer, 1)),
            size_words(model.n_bytes),
            _("in use") if self._is_used(model) else "",
        )

    def _is_used(self, model: TrainedModel) -> bool:
        """By whichever of its checkpoints: a run whose best epoch was taken may have another result by now."""
        return self._in_use().is_relative_to(model.home)

    def show_state(self) -> None:
        model, free = self.chosen, not self.work.running
        can_change = model is not None and not model.is_shipped and free and model.home != self._in_training()
        used = model is not None and self._is_used(model)
        self.note.setText(note_words(model) if model is not None else "")
        self.note.setVisible(bool(self.note.text()))
        self.use.setEnabled(model is not None and model.folder != self._in_use())
        self.rename.setEnabled(can_change)
        self.export.setEnabled(model is not None and free)
        self.delete.setEnabled(can_change and not used)
        self.add.setEnabled(free)
        self.fetch.setEnabled(not self.download.busy)

    # --- what is done with one ---

    def _use(self, _item: object = None) -> None:
        if self.chosen is not None:
            self.use_wanted.emit(self.chosen.folder)

    def _rename(self) -> None:
        """In its row; what is typed there is taken over by Enter, and forgotten by Escape."""
        self.table.editItem(self.table.item(self.table.currentRow(), 0))

    def _renamed(self, item: QTableWidgetItem) -> None:
        if item.column() != 0:
            return
        model, name = self._models[item.row()], model_list.clean_name(item.text())
        if not name or name == model.name:
            QTimer.singleShot(0, self, self.refresh)
        else:
            used = self._in_use().relative_to(model.home) if self._is_used(model) else None
            self._do(
                model_list.rename(model, name),
                lambda home: self.use_wanted.emit(home / used) if used is not None else None,
            )

    def _export(self) -> None:
        folder = self.ask_folder(self, _("Export the model to"), self._settings.folder)
        if folder is not None:
            self._do(model_list.export(self.chosen, folder), self.exported.emit)

    def _delete(self) -> None:
        self.delete_home(self.chosen.home)

    def delete_home(self, home: Path) -> None:
        """Takes a model with its run away; it can be brought back until the program starts anew."""
        if self._in_use().is_relative_to(home) or home == self._in_training():
            sentence = _("The model {name} is in use. Choose another one for dictation first.")
            self.done.emit(sentence.format(name=home.name), None)
            return

        def tell(trash: Path) -> None:
            undo = partial(self.work.when_free, partial(self._do, model_list.restore(trash)))
            self.done.emit(_("The model {name} was deleted.").format(name=home.name), undo)

        self._do(model_list.delete(home), tell)

    def _import(self) -> None:
        folder = self.ask_folder(self, _("Choose the folder of a model"), self._settings.folder)
        if folder is not None:
            self._is_importing = True
            self._do(model_list.import_model(folder), self._tell_imported)

    def _fetch(self) -> None:
        model = self.ask_model(self)
        if model is not None:
            self.download.begin(model)

    def _download_changed(self) -> None:
        self.refresh()
        self.list_changed.emit()

    def _tell_imported(self, home: Path) -> None:
        self.done.emit(_("The model {name} was checked and taken in.").format(name=home.name), None)

    def _do(self, steps: Iterator[object], after: Callable[[object], object] = lambda _made: None) -> None:
        self.work.run(steps, after)
        self.show_state()

    def _end(self, outcome: Exception | None) -> None:
        self._is_importing = False
        if outcome is not None and not isinstance(outcome, Cancelled):
            self.failed.emit(outcome, None)
        self.refresh()
        self.list_changed.emit()


def note_words(model: TrainedModel) -> str:
    """What to know of the chosen model."""
    return foreign_words(model.foreign) if model.foreign is not None else measured_words(model)


def measured_words(model: TrainedModel) -> str:
    """On which recordings its share of wrong letters was measured."""
    sets = model_list.new_sentences(model.folder)
    if not sets:
        return ""
    return _("Letters wrong, measured on: {sets}.").format(sets=", ".join(sets))
