"""What is to be trained: a new run or an older one, from which model, for how long; the rest is folded away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QSpinBox, QWidget

from engine.config import FeatureConfig, ModelConfig
from engine.errors import CheckpointError, ConfigError
from engine.paths import models_dir
from gui.core.file_names import day_stamp
from gui.core.i18n import _
from gui.training.training_settings import TrainingSettings
from gui.widgets.form import Folded, column_of, named, number_field, push_button, row_of
from gui.widgets.label import Label
from gui.widgets.settings_form import Choice
from gui.widgets.theme import GRID, theme
from trainer.presets import PRESETS
from trainer.settings import TrainConfig
from trainer.training.model_list import clean_name, free_home, kind_of, list_models
from trainer.training.request import load_request
from trainer.training.training_process import Request

_FREE_WITH_WEIGHTS = ("n_units", "dropout")  # of a network that is there already
_OTHER_EAR = "it hears with another front end than the model that is trained"


@dataclass(frozen=True)
class Start:
    """What a new run begins with: a preset's shape and chance, or a model's weights."""

    preset: str = ""
    model: Path | None = None


def older_runs() -> list[Path]:
    """Runs that were begun in the window, the newest first."""
    try:
        homes = [home for home in models_dir().iterdir() if load_request(home) is not None]
    except OSError:
        return []
    return sorted(homes, key=lambda home: home.stat().st_mtime, reverse=True)


class TrainingForm(QWidget):
    """`run_chosen(folder)`: another run, None for a new one. `delete_wanted(folder)`: a run is to go."""

    run_chosen = Signal(object)
    delete_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.run = Choice(_("Run"), _("A new run, or one to go on with"))
        self.delete = push_button(_("Delete"), _("Take the run and its model away; it can be brought back at once"))
        self.name = named(QLineEdit(), _("Name of the model"))
        self.start = Choice(_("Begin with"), _("A new network, or a model to go on from"))
        self.epochs = named(number_field(QSpinBox()), _("Epochs"), _("How many times all recordings are gone through"))
        self.epochs.setRange(1, 10_000)
        self.epochs.setValue(TrainConfig().epochs)
        for field in (self.run, self.start, self.epochs):
            field.setMinimumHeight(4 * GRID)
        self.settings = TrainingSettings()
        self._lay_out()
        self.refresh()
        self.run.activated.connect(self._choose_run)
        self.start.currentIndexChanged.connect(self._show_start)
        self.delete.clicked.connect(lambda: self.delete_wanted.emit(self.run.currentData()))

    def _lay_out(self) -> None:
        self._grid = QGridLayout(horizontalSpacing=GRID, verticalSpacing=GRID)
        self._fields = [
            (Label(_("Run:")), row_of((self.run, 1), self.delete)),
            (Label(_("Name:")), self.name),
            (Label(_("Begin with:")), self.start),
            (Label(_("Epochs:")), self.epochs),
        ]
        for (label, _field), buddy in zip(self._fields, (self.run, self.name, self.start, self.epochs), strict=True):
            label.setBuddy(buddy)
        self._place_fields()
        for box in (self.run, self.start):
            box.setMinimumContentsLength(8)
            box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.more = Folded(_("All settings"), self.settings)
        column_of(self, self._grid, self.more)

    def _place_fields(self) -> None:
        """Two beside each other, but for large text."""
        n_columns = 1 if theme().has_large_text else 2
        for place, (label, field) in enumerate(self._fields):
            row, column = place // n_columns, 2 * (place % n_columns)
            self._grid.addWidget(label, row, column)
            self._grid.addWidget(field, row, column + 1)
        for column in (1, 3):
            self._grid.setColumnStretch(column, int(column < 2 * n_columns))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_fields"):
            self._place_fields()

    # --- what there is to choose ---

    def refresh(self) -> None:
        """Looks again for runs and models; keeps the choice where it is still there."""
        chosen_run, chosen_start = self.run.currentData(), self.start.currentData()
        models = [model for model in list_models() if model.foreign is None]
        self.run.fill([(_("New"), None), *((home.name, home) for home in older_runs())], chosen_run)
        starts = [
            (_("a new network, as the shipped one"), Start("shipped")),
            (_("a new network, classic"), Start("classic")),
        ]
        for model in models:
            shown = _("that came with the program") if model.is_shipped else model.name
            starts.append((_("the model {name}").format(name=shown), Start(model=model.folder)))
        self.start.fill(starts, chosen_start)
        self.settings.offer_models(models)
        if not self.name.text():
            self.name.setText(_("Model of {date}").format(date=day_stamp(datetime.now())))
        if (self.run.currentData(), self.start.currentData()) != (chosen_run, chosen_start):
            self._show_choice()

    def choose_run(self, home: Path | None) -> None:
        """As if the person had chosen it."""
        self.refresh()
        self.run.choose(home)
        self._choose_run()

    def _choose_run(self) -> None:
        request = self._older()
        if request is not None:
            self.name.setText(request.out.name)
            self.epochs.setValue(request.settings.epochs)
            self.settings.show_settings(request.settings)
            self.settings.held.show_folders(request.held)
            self.settings.align_with.choose(request.align_with)
            self.settings.threads.setValue(request.threads or 0)
            self.settings.device.choose(request.device)
        else:
            self.name.clear()
            self.refresh()
        self._show_choice()
        self.run_chosen.emit(request.out if request else None)

    def _older(self) -> Request | None:
        home = self.run.currentData()
        return load_request(home) if home else None

    def _show_choice(self) -> None:
        older = self._older()
        for field in (self.name, self.start):
            field.setEnabled(older is None)
        self.delete.setEnabled(older is not None)
        if older is not None:
            self.settings.show_shape(older.model, free=())
        else:
            self._show_start()

    def _show_start(self) -> None:
        """The shape that a new run would have."""
        start: Start = self.start.currentData()
        try:
            _features, model = _kind(start)
        except CheckpointError:
            return  # told when it is to be trained from
        if start.model is None:
            self.settings.show_shape(model)
        else:
            self.settings.show_shape(model, _FREE_WITH_WEIGHTS, grows=True)

    # --- what was chosen ---

    def request(self, corpora: Sequence[Path]) -> Request | None:
        """The run as chosen; None where a new one lacks its corpus. Raises ConfigError and CheckpointError."""
        settings = self.settings.settings(self.epochs.value())
        older = self._older()
        if older is not None:
            out, corpora, features, model, start = older.out, older.corpora, older.features, older.model, older.start
        elif not corpora:
            return None
        else:
            begin: Start = self.start.currentData()
            (features, _before), model = _kind(begin), self.settings.model()
            start = begin.model
            out = free_home(clean_name(self.name.text()))
        align_with = self.settings.align_with.currentData() if settings.splice else None
        if align_with is not None and kind_of(align_with)[0] != features:
            raise ConfigError(name="align-with", reason=_OTHER_EAR)
        held = tuple(self.settings.held.folders)
        threads, device = self.settings.threads.value() or None, self.settings.device.currentData()
        return Request(out, tuple(corpora), features, model, settings, held, start, align_with, threads, device=device)


def _kind(start: Start) -> tuple[FeatureConfig, ModelConfig]:
    """Raises CheckpointError."""
    return PRESETS[start.preset] if start.model is None else kind_of(start.model)
