"""The model that a run begins with, copied into the run, so that the original may change."""

from pathlib import Path

from engine.config import FeatureConfig, ModelConfig
from engine.errors import CheckpointMissing
from engine.model.checkpoint import DESCRIPTION, Checkpoint, load_checkpoint, save_checkpoint
from trainer.training.run import STATE, load_state

START = "start"


def keep_start(out: Path, given: Path, pull: float) -> Checkpoint | None:
    """Copies the model into the run in `out`, unless that has a copy, and loads it.

    None if an old run without a copy is resumed and its model is gone: it needs only its own weights, unless they are
    pulled back to the model's. Raises CheckpointError, StorageError.
    """
    try:
        start = load_start(out, given)
    except CheckpointMissing:
        if pull or not (out / STATE).exists():
            raise
        return None
    if not _has_copy(out):
        save_checkpoint(out / START, start)
    return start


def load_start(out: Path, given: Path) -> Checkpoint:
    """The run's copy, or the given model if the run has not begun. Raises CheckpointError."""
    return load_checkpoint(out / START if _has_copy(out) else given)


def shape_of_start(out: Path, given: Path) -> tuple[FeatureConfig, ModelConfig]:
    """The configurations of the initial model, or else of the run. Raises CheckpointError, TrainingError."""
    try:
        start = load_start(out, given)
    except CheckpointMissing:
        state = load_state(out)
        if state is None:
            raise
        _, _, about = state
        return FeatureConfig.from_dict(about["features"]), ModelConfig.from_dict(about["model"])
    return start.features, start.model


def _has_copy(out: Path) -> bool:
    """Whether a copy is used: without a state the run has made no step and may begin with another model."""
    return (out / STATE).exists() and (out / START / DESCRIPTION).is_file()
