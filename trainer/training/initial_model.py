"""The model that a run begins with, copied into the run: it goes on with that, whatever becomes of the original."""

from pathlib import Path

from engine.config import FeatureConfig, ModelConfig
from engine.errors import CheckpointMissing
from engine.model.checkpoint import DESCRIPTION, Checkpoint, load_checkpoint, save_checkpoint
from trainer.training.run import STATE, load_state

START = "start"


def keep_start(out: Path, given: Path, pull: float) -> Checkpoint | None:
    """Puts the copy beside the run in `out` where that has none yet, and loads it.

    None where a run from before there were copies goes on and its model is gone: the run's own weights are all that it
    needs, unless they are pulled back to the model's. Raises CheckpointError, StorageError.
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
    """The run's copy, or the model that was given where the run has not begun. Raises CheckpointError."""
    return load_checkpoint(out / START if _has_copy(out) else given)


def shape_of_start(out: Path, given: Path) -> tuple[FeatureConfig, ModelConfig]:
    """What the run hears and how it is built, as far as the model says. Raises CheckpointError, TrainingError."""
    try:
        start = load_start(out, given)
    except CheckpointMissing:
        found = load_state(out)
        if found is None:
            raise
        _, _, about = found
        return FeatureConfig.from_dict(about["features"]), ModelConfig.from_dict(about["model"])
    return start.features, start.model


def _has_copy(out: Path) -> bool:
    """A copy without a state is of a run that has not made a step: it may begin with another by now."""
    return (out / STATE).exists() and (out / START / DESCRIPTION).is_file()
