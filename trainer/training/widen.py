"""Widens a model without changing its output, so that a larger one need not start from random weights.

After Net2Net (Chen, Goodfellow and Shlens 2016), but the new units are not copies: they begin at random, with weights
of zero to all existing units, so that they have no effect before training.
"""

import numpy as np

from engine.config import FeatureConfig, ModelConfig
from engine.model.checkpoint import Checkpoint
from engine.model.weights import DIRECTIONS, initial_weights
from trainer.errors import TrainingError

_GATES = 4


def grown(
    checkpoint: Checkpoint, features: FeatureConfig, model: ModelConfig, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Weights of the shape `model` that give the same log-probabilities as the checkpoint's.

    features: as the checkpoint's, perhaps with more high bands. Raises TrainingError if anything else but the number of
    units differs, or if one of the two decreases.
    """
    old = checkpoint.model
    if (old.n_layers, old.n_stacked, old.deltas) != (model.n_layers, model.n_stacked, model.deltas):
        raise TrainingError(reason="a model to start from can be given more units, but no other layers or inputs")
    if model.n_units < old.n_units:
        raise TrainingError(
            reason="the model to start from has {n_units} units; give at least as many, or start from chance",
            n_units=old.n_units,
        )
    if (model.n_units, features) == (old.n_units, checkpoint.features):
        return dict(checkpoint.weights)
    weights = initial_weights(features, model, checkpoint.alphabet.n_labels, rng)
    columns = _gates(old.n_units, model.n_units)
    for layer in range(model.n_layers):
        for direction in DIRECTIONS:
            name = f"layer{layer}/{direction}"
            kernel = checkpoint.weights[f"{name}/kernel"]
            inputs = _from_below(old.n_units, model.n_units) if layer else _old_inputs(checkpoint, features)
            n_inputs = len(weights[f"{name}/kernel"]) - model.n_units
            rows = np.r_[inputs, n_inputs + np.arange(old.n_units)]
            weights[f"{name}/kernel"][:, columns] = 0
            weights[f"{name}/kernel"][np.ix_(rows, columns)] = kernel
            weights[f"{name}/bias"][columns] = checkpoint.weights[f"{name}/bias"]
    weights["output/kernel"][:] = 0
    weights["output/kernel"][_from_below(old.n_units, model.n_units)] = checkpoint.weights["output/kernel"]
    weights["output/bias"] = checkpoint.weights["output/bias"]
    return weights


def _gates(old: int, new: int) -> np.ndarray:
    """Columns of the old units' gates in the new kernel."""
    return np.concatenate([gate * new + np.arange(old) for gate in range(_GATES)])


def _from_below(old: int, new: int) -> np.ndarray:
    """Positions of the old units in both directions of a new layer."""
    return np.concatenate([direction * new + np.arange(old) for direction in range(len(DIRECTIONS))])


def _old_inputs(checkpoint: Checkpoint, features: FeatureConfig) -> np.ndarray:
    """Positions of the old inputs of a step among the new ones; each frame has its high bands at the end."""
    model, old = checkpoint.model, checkpoint.features
    frames = np.arange(model.n_stacked * (2 if model.deltas else 1))
    return (frames[:, None] * features.width + np.arange(old.width)).ravel()
