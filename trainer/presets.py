"""Front ends and model shapes by name."""

from dataclasses import replace

from engine.config import CLASSIC, VOXFORGE, ModelConfig

PRESETS = {
    "shipped": (replace(VOXFORGE, n_high=8), ModelConfig(n_layers=4, n_units=224, n_stacked=3, dropout=0.25)),
    "classic": (CLASSIC, ModelConfig(n_layers=2, n_units=128)),
}
