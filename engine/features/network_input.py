"""What the network sees of the cepstra: normalised, with deltas, neighbouring frames stacked."""

import numpy as np

from engine.config import FeatureConfig, ModelConfig
from engine.features.warp import warp_matrix

_SMALLEST_DEVIATION = 1e-3


def n_inputs(features: FeatureConfig, model: ModelConfig) -> int:
    """Width of one network step."""
    return features.n_cepstra * (2 if model.deltas else 1) * model.n_stacked


def n_steps(n_frames: int, model: ModelConfig) -> int:
    """Network steps for so many frames; the last step may be filled up with zeros."""
    return -(-n_frames // model.n_stacked)


def normalise(cepstra: np.ndarray) -> np.ndarray:
    """Each coefficient with mean 0 and variance 1 over the utterance; float32 (n_frames, n_cepstra)."""
    if not len(cepstra):
        return cepstra.astype(np.float32)
    cepstra = cepstra.astype(np.float32)
    deviation = np.maximum(cepstra.std(axis=0), _SMALLEST_DEVIATION)
    return (cepstra - cepstra.mean(axis=0)) / deviation


def deltas(cepstra: np.ndarray) -> np.ndarray:
    """Slope over two frames on each side by least squares, the edge frames repeated.

    Formula: Young et al., The HTK Book, 5.9; (n_frames, n_cepstra) in and out.
    """
    padded = np.pad(cepstra, ((2, 2), (0, 0)), mode="edge")
    n = len(cepstra)
    near = padded[3 : 3 + n] - padded[1 : 1 + n]
    far = padded[4 : 4 + n] - padded[0:n]
    return (near + 2 * far) / 10


def network_input(cepstra: np.ndarray, model: ModelConfig) -> np.ndarray:
    """Normalised cepstra (n_frames, n_cepstra) as network steps, float32 (n_steps, n_inputs)."""
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
    """Network steps of cepstra (n_frames, n_cepstra), not normalised: as they are, and warped by so much either way.

    warp: 0 for the first of them alone.
    """
    changed = [cepstra @ warp_matrix(features, change) for change in (warp, -warp)] if warp else []
    return [network_input(normalise(one), model) for one in (cepstra, *changed)]
