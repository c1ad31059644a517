"""Features as the network's input: normalised, with deltas, neighbouring frames stacked."""

import numpy as np

from engine.config import FeatureConfig, ModelConfig
from engine.features.warp import warped

_SMALLEST_DEVIATION = 1e-3
_SMALLEST_HIGH = 1.0  # nats; so that mere hiss is not amplified


def n_inputs(features: FeatureConfig, model: ModelConfig) -> int:
    """Width of one network step."""
    return features.width * (2 if model.deltas else 1) * model.n_stacked


def n_steps(n_frames: int, model: ModelConfig) -> int:
    """Number of network steps for n_frames; the last step may be padded with zeros."""
    return -(-n_frames // model.n_stacked)


def normalise(rows: np.ndarray, n_high: int = 0) -> np.ndarray:
    """Each value with mean 0 and variance 1 over the utterance; float32 (n_frames, width).

    n_high: number of high bands, whose log energies are at the end of each row. The variance of a band with almost no
    signal, as in a recording at 8 kHz, stays below 1, and that of an empty band is 0.
    """
    rows = rows.astype(np.float32)
    if not len(rows):
        return rows
    smallest = np.full(rows.shape[1], _SMALLEST_DEVIATION, np.float32)
    smallest[rows.shape[1] - n_high :] = _SMALLEST_HIGH
    return (rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), smallest)


def as_wide_as(features: FeatureConfig, rows: np.ndarray) -> np.ndarray:
    """Rows as (n_frames, width): high bands that the model lacks are removed, missing ones are zeros."""
    missing = features.width - rows.shape[1]
    return np.pad(rows, ((0, 0), (0, missing))) if missing > 0 else rows[:, : features.width]


def deltas(cepstra: np.ndarray) -> np.ndarray:
    """Slope over two frames on each side by least squares, the edge frames repeated.

    Formula: Young et al., The HTK Book, 5.9; (n_frames, width) in and out.
    """
    padded = np.pad(cepstra, ((2, 2), (0, 0)), mode="edge")
    n = len(cepstra)
    near = padded[3 : 3 + n] - padded[1 : 1 + n]
    far = padded[4 : 4 + n] - padded[0:n]
    return (near + 2 * far) / 10


def network_input(cepstra: np.ndarray, model: ModelConfig) -> np.ndarray:
    """Normalised rows (n_frames, width) as network steps, float32 (n_steps, n_inputs)."""
    if model.deltas and len(cepstra):
        cepstra = np.concatenate([cepstra, 2 * deltas(cepstra)], axis=1)
    elif model.deltas:
        cepstra = np.zeros((0, 2 * cepstra.shape[1]), np.float32)
    steps = n_steps(len(cepstra), model)
    missing = steps * model.n_stacked - len(cepstra)
    if missing:
        cepstra = np.pad(cepstra, ((0, missing), (0, 0)))
    return np.ascontiguousarray(cepstra.reshape(steps, cepstra.shape[1] * model.n_stacked), np.float32)


def hearings(cepstra: np.ndarray, features: FeatureConfig, model: ModelConfig, warp: float) -> list[np.ndarray]:
    """Network steps of unnormalised cepstra (n_frames, n_cepstra): unchanged, and warped in both directions.

    warp: relative change of the mel axis; 0 gives only the unchanged ones.
    """
    rows = as_wide_as(features, cepstra)
    changed = [warped(rows, features, change) for change in (warp, -warp)] if warp else []
    return [network_input(normalise(variant, features.n_high), model) for variant in (rows, *changed)]
