"""What is to be trained: a new run or an older one, from which model, for how long; the rest is folded away."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.checkpoint import load_checkpoint
from engine.paths import models_dir
from gui.form import Folded, named, words
from gui.i18n import _
from gui.theme import GRID
from gui.trained_models import TrainedModel, clean_name, free_home, list_models
from gui.training_job import load_request
from trainer.commands import PRESETS
from trainer.process import Request
from trainer.settings import TrainConfig, described

_EPOCHS = "epochs"
_NEED_MORE = ("splice", "syllables")  # these need an alignment as well: on the command line


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


def setting_field(kind: type, default: object) -> QSpinBox | QDoubleSpinBox:
    if kind is int:
        field = QSpinBox()
        field.setRange(0, 1_000_000)
    else:
        field = QDoubleSpinBox()
        field.setDecimals(4)
        field.setRange(0.0, 10.0)
        field.setSingleStep(max(float(default) / 10, 0.001))
    field.setValue(default)
    return field


class TrainingForm(QWidget):
    """`run_chosen(folder)`: another run, None for a new one."""

    run_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.run = named(QComboBox(), _("Run"), _("A new run, or one to go on with"))
        self.name = named(QLineEdit(), _("Name of the model"))
        self.start = named(QComboBox(), _("Begin with"), _("A new network, or a model to go on from"))
        self.epochs = named(QSpinBox(), _("Epochs"), _("How many times all recordings are gone through"))
        self.epochs.setRange(1, 10_000)
        self.epochs.setValue(TrainConfig().epochs)
        for field in (self.run, self.start, self.epochs):
            field.setMinimumHeight(4 * GRID)
        self.settings = {
            name: setting_field(kind, default)
            for name, kind, default, _meaning in described()
            if name not in (_EPOCHS, *_NEED_MORE)
        }
        self._lay_out()
        self.refresh()
        self.run.activated.connect(self._choose_run)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        fields = (
            (_("Run:"), self.run),
            (_("Name:"), self.name),
            (_("Begin with:"), self.start),
            (_("Epochs:"), self.epochs),
        )
        for place, (text, field) in enumerate(fields):
            label = QLabel(text)
            label.setBuddy(field)
            grid.addWidget(label, place // 2, 2 * (place % 2))
            grid.addWidget(field, place // 2, 2 * (place % 2) + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        rest = QWidget()
        rows = QFormLayout(rest)
        rows.setContentsMargins(3 * GRID, 0, 0, 0)
        rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        for name, _kind, _default, meaning in described():
            if name in self.settings:
                field = named(self.settings[name], _(meaning))
                field.setFixedWidth(16 * GRID)
                rows.addRow(field, words(_(meaning)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(grid)
        self.more = Folded(_("All settings"), rest)
        column.addWidget(self.more)

    # --- what there is to choose ---

    def refresh(self) -> None:
        """Looks again for runs and models; keeps the choice where it is still there."""
        chosen_run, chosen_start = self.run.currentData(), self.start.currentData()
        self.run.clear()
        self.run.addItem(_("New"), None)
        for home in older_runs():
            self.run.addItem(home.name, home)
        self.start.clear()
        self.start.addItem(_("a new network, as the shipped one"), Start("shipped"))
        self.start.addItem(_("a new network, classic"), Start("classic"))
        for model in list_models():
            self.start.addItem(_("the model {name}").format(name=shown_name(model)), Start(model=model.folder))
        self.run.setCurrentIndex(_place_of(chosen_run, self.run))
        self.start.setCurrentIndex(_place_of(chosen_start, self.start))
        if not self.name.text():
            self.name.setText(_("Model of {date}").format(date=datetime.now().strftime("%Y-%m-%d")))

    def choose_run(self, home: Path) -> None:
        """As if the person had chosen it."""
        self.refresh()
        self.run.setCurrentIndex(_place_of(home, self.run))
        self._choose_run()

    def _choose_run(self) -> None:
        home = self.run.currentData()
        request = load_request(home) if home else None
        self.name.setEnabled(request is None)
        self.start.setEnabled(request is None)
        if request is not None:
            self.name.setText(home.name)
            self._show_settings(request.settings)
        self.run_chosen.emit(home if request else None)

    def _show_settings(self, settings: TrainConfig) -> None:
        told = settings.to_dict()
        self.epochs.setValue(told[_EPOCHS])
        for name, field in self.settings.items():
            field.setValue(told[name])

    # --- what was chosen ---

    def request(self, corpus: Path | None) -> Request | None:
        """The run as chosen; None where a new one lacks its corpus. Raises ConfigError and CheckpointError."""
        values = {name: field.value() for name, field in self.settings.items()}
        settings = TrainConfig(epochs=self.epochs.value(), **values)
        home = self.run.currentData()
        older = load_request(home) if home else None
        if older is not None:
            return Request(home, older.corpora, older.features, older.model, settings, start=older.start)
        if corpus is None:
            return None
        start: Start = self.start.currentData()
        if start.model is not None:
            checkpoint = load_checkpoint(start.model)
            features, model = checkpoint.features, checkpoint.model
        else:
            features, model = PRESETS[start.preset]
        home = free_home(clean_name(self.name.text()))
        return Request(home, (corpus,), features, model, settings, start=start.model)


def _place_of(data: object, box: QComboBox) -> int:
    """Where a box has it, 0 where it has not; QComboBox.findData does not compare Python's objects."""
    return next((i for i in range(box.count()) if box.itemData(i) == data), 0)


def shown_name(model: TrainedModel) -> str:
    return _("that came with the program") if model.is_shipped else model.name
