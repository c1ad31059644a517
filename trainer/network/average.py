"""The mean of models trained from the same model: often better than each (Wortsman et al. 2022, model soups)."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.errors import CheckpointMismatch
from engine.model.checkpoint import Checkpoint, load_checkpoint


def average(folders: Sequence[Path]) -> Checkpoint:
    """A model with the mean of all weights; the rest is from the first one, without its error rates.

    Raises CheckpointError, CheckpointMismatch where alphabets, features or shapes differ.
    """
    checkpoints = [load_checkpoint(folder) for folder in folders]
    first = checkpoints[0]
    for folder, other in zip(folders, checkpoints, strict=True):
        same_shape = replace(other.model, dropout=0) == replace(first.model, dropout=0)
        if (other.alphabet, other.features) != (first.alphabet, first.features) or not same_shape:
            raise CheckpointMismatch(
                path=folder, reason="it cannot be averaged with {other}: they differ in kind", other=folders[0]
            )
    weights = {name: np.mean([c.weights[name] for c in checkpoints], axis=0) for name in first.weights}
    return replace(first, weights=weights, error_rates={})
