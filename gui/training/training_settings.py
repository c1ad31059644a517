"""Every setting of a training with its meaning, in groups; what few people change."""

from collections.abc import Collection, Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.config import ModelConfig
from gui.core.i18n import N_, _
from gui.core.recognition import shown_name
from gui.widgets.form import column_of, fill, heading, named, number_field, words
from gui.widgets.lists import FolderList
from gui.widgets.settings_form import Choice
from gui.widgets.theme import GRID
from trainer.devices import AUTO, EXTRA, PROCESSOR, card, has_cuda
from trainer.settings import TrainConfig, described
from trainer.training.model_list import TrainedModel

EPOCHS = "epochs"  # not among these fields: it stands above
SPLICING = ("splice", "syllables")
_GROUPS = (
    (
        N_("Which recordings"),
        ("per_sentence", "per_speaker", "shares", "short_first", "nonspeech", "synthetic", "real_at_end", *SPLICING),
    ),
    (
        N_("Other voices, other rooms"),
        ("speed", "warp", "noise", "jitter", "time_masks", "time_mask_frames", "band_mask", "reverberation", "no_high"),
    ),
    (
        N_("Learning"),
        (
            "learning_rate",
            "warm_up",
            "batch_frames",
            "weight_decay",
            "pull",
            "gradient_clip",
            "averaging",
            "intermediate",
            "consistency",
        ),
    ),
    (N_("The run"), ("patience", "save_every", "seed")),
)
_SHAPE = {
    "n_layers": N_("bidirectional LSTM layers"),
    "n_units": N_("units of each layer and direction"),
    "n_stacked": N_("neighbouring frames joined before the first layer"),
    "deltas": N_("the slopes of the cepstra are added"),
    "dropout": N_("dropout between layers"),
}
_ALIGN = N_("model that finds the words in the recordings, to join them anew")
_THREADS = N_("processor threads; 0: all")
_DEVICE = N_("what computes the training")
_LARGEST = 1_000_000
Field = QSpinBox | QDoubleSpinBox | QCheckBox | QLineEdit


class Decimal(QDoubleSpinBox):
    """Shows 0.1 as 0.1 and not as 0.1000; point and comma mean the same."""

    def textFromValue(self, value: float) -> str:
        return self.locale().toString(value, "g", 6)

    def validate(self, text: str, place: int) -> object:
        point = self.locale().decimalPoint()
        return super().validate(text.replace(",", point).replace(".", point), place)


def setting_field(kind: type, default: object) -> Field:
    """An empty field for values of that type."""
    if kind is bool:
        field = QCheckBox()
    elif kind is int:
        field = number_field(QSpinBox())
        field.setRange(0, _LARGEST)
    elif kind is float:
        field = number_field(Decimal())
        field.setDecimals(4)
        field.setRange(0.0, 100.0)
        field.setSingleStep(max(float(default) / 10, 0.001))
    else:
        field = QLineEdit()
    put(field, default)
    return field


def put(field: Field, value: object) -> None:
    if isinstance(field, QCheckBox):
        field.setChecked(bool(value))
    elif isinstance(field, QLineEdit):
        field.setText(str(value))
    else:
        field.setValue(value)


def value_of(field: Field) -> object:
    if isinstance(field, QCheckBox):
        return field.isChecked()
    return field.text() if isinstance(field, QLineEdit) else field.value()


def grouped() -> list[tuple[str, list[str]]]:
    """All settings but the epochs, each once; one that no group names stands in the last."""
    known = {name for _title, names in _GROUPS for name in names}
    names = [name for name, *_rest in described() if name != EPOCHS]
    groups = [(title, [name for name in members if name in names]) for title, members in _GROUPS]
    groups[-1][1].extend(name for name in names if name not in known)
    return groups


def devices(card: str, with_cuda: bool) -> list[tuple[str, str]]:
    """What can compute here, as it is shown, and as trainer.devices names it. card: its name, or ""."""
    if not card:
        return [(_("the processor"), AUTO)]
    if not with_cuda:
        return [(_("the processor; {card} needs {extra}").format(card=card, extra=EXTRA), AUTO)]
    return [(_("the graphics card {card}").format(card=card), AUTO), (_("the processor"), PROCESSOR)]


class TrainingSettings(QWidget):
    """fields: of TrainConfig, by name; shape: of ModelConfig; align_with, held, threads and device: see
    trainer.training.training_process.
    """

    def __init__(self) -> None:
        super().__init__()
        kinds = {name: (kind, default, meaning) for name, kind, default, meaning in described()}
        self.fields = {name: setting_field(*kinds[name][:2]) for _title, members in grouped() for name in members}
        values = ModelConfig().to_dict()
        self.shape = {name: setting_field(type(values[name]), values[name]) for name in _SHAPE}
        self.align_with = Choice(_(_ALIGN))
        self.threads = named(setting_field(int, 0), _(_THREADS))
        self.threads.setRange(0, 256)
        self.device = Choice(_(_DEVICE))
        self.device.fill(devices(card(), has_cuda()), AUTO)
        self.device.setEnabled(self.device.count() > 1)
        hint = _("Feature caches, or folders with transcripts.tsv; the best epoch is chosen on them too")
        self.held = FolderList(_("More recordings to measure by"), _("Choose recordings to measure by"), hint)
        column = column_of(self, margins=(3 * GRID, 0, 0, 0))
        for title, names in grouped():
            rows = [(self.fields[name], _(kinds[name][2])) for name in names]
            if SPLICING[0] in names:
                rows.append((self.align_with, _(_ALIGN)))
            if title == _GROUPS[-1][0]:
                rows += [(self.threads, _(_THREADS)), (self.device, _(_DEVICE))]
            self._add_group(column, _(title), rows)
        self._add_group(column, _("The network"), [(self.shape[name], _(text)) for name, text in _SHAPE.items()])
        self.grows = words(
            _("More units can be added to the model's own; it recognises the same before it has learned."), quiet=True
        )
        more = heading(_("More recordings to measure by"))
        fill(column, self.grows, GRID, more, words(hint + ".", quiet=True), self.held)

    @staticmethod
    def _add_group(column: QVBoxLayout, title: str, rows: Sequence[tuple[QWidget, str]]) -> None:
        form = QFormLayout(horizontalSpacing=GRID, verticalSpacing=GRID // 2)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        for field, meaning in rows:
            named(field, meaning)
            label = words(meaning)
            label.setBuddy(field)
            if isinstance(field, QComboBox):
                field.setFixedWidth(40 * GRID)
                form.addRow(label)
                form.addRow(field)
            else:
                field.setFixedWidth(14 * GRID)
                form.addRow(field, label)
        fill(column, GRID, heading(title), form)

    def offer_models(self, models: Sequence[TrainedModel]) -> None:
        """Those that may find the words; the choice is kept where it is still there."""
        self.align_with.fill([(shown_name(model), model.folder) for model in models], self.align_with.currentData())

    def show_settings(self, settings: TrainConfig) -> None:
        values = settings.to_dict()
        for name, field in self.fields.items():
            put(field, values[name])

    def show_shape(self, model: ModelConfig, free: Collection[str] = tuple(_SHAPE), grows: bool = False) -> None:
        """free: names of what can be changed. grows: there are weights already, which more units can be added to."""
        values = model.to_dict()
        self.shape["n_units"].setMinimum(model.n_units if grows else 0)
        self.grows.setVisible(grows)
        for name, field in self.shape.items():
            put(field, values[name])
            field.setEnabled(name in free)

    def settings(self, epochs: int) -> TrainConfig:
        """Raises ConfigError."""
        return TrainConfig(epochs=epochs, **{name: value_of(field) for name, field in self.fields.items()})

    def model(self) -> ModelConfig:
        """Raises ConfigError."""
        return ModelConfig(**{name: value_of(field) for name, field in self.shape.items()})
