"""Cepstra of another vocal tract: the mel axis stretched."""

from functools import lru_cache

import numpy as np

from engine.config import FeatureConfig


@lru_cache(maxsize=4)
def to_log_mel(features: FeatureConfig) -> tuple[np.ndarray, np.ndarray]:
    """Matrices from liftered cepstra to (smoothed) log mel energies and back.

    The cepstra are an orthonormal DCT-II of the log energies, cut to n_cepstra and liftered by
    1 + L/2 sin(pi i / L); the way back is exact for the truncated cepstra.
    """
    from scipy.fft import idct  # only needed for warping, and slow to import

    order = np.arange(features.n_cepstra)
    lift = 1 + features.lifter / 2 * np.sin(np.pi * order / features.lifter) if features.lifter else np.ones(len(order))
    basis = idct(np.eye(features.n_filters)[: features.n_cepstra], type=2, norm="ortho", axis=1)
    return basis / lift[:, None], (basis * lift[:, None]).T


@lru_cache(maxsize=256)
def warp_matrix(features: FeatureConfig, change: float) -> np.ndarray:
    """The matrix that turns cepstra into those of a vocal tract shorter by `change` (Jaitly and Hinton 2013, on mel
    bands)."""
    to_mel, from_mel = to_log_mel(features)
    bands = np.arange(features.n_filters)
    positions = np.clip(bands * (1 + change), 0, features.n_filters - 1)
    below = np.minimum(positions.astype(int), features.n_filters - 2)
    share = positions - below
    interpolate = np.zeros((features.n_filters, features.n_filters))
    interpolate[below, bands] = 1 - share
    interpolate[below + 1, bands] += share
    return (to_mel @ interpolate @ from_mel).astype(np.float32)


def warped(rows: np.ndarray, features: FeatureConfig, change: float) -> np.ndarray:
    """Features (n_frames, n_cepstra or width) with their cepstra warped; high bands stay as they are."""
    cepstra = rows[:, : features.n_cepstra] @ warp_matrix(features, change)
    return np.concatenate([cepstra, rows[:, features.n_cepstra :]], axis=1)
