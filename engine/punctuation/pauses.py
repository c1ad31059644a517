"""Pauses after words, quantised to the few steps that the model knows."""

import numpy as np

UNKNOWN_PAUSE = 0
EDGES_S = (0.06, 0.16, 0.3, 0.5, 0.8, 1.4)
N_PAUSES = len(EDGES_S) + 2


def pause_steps(pauses_s: np.ndarray) -> np.ndarray:
    """Seconds of silence after each word, NaN if unknown, as int32 steps from 0 to N_PAUSES - 1."""
    is_known = ~np.isnan(pauses_s)
    return np.where(
        is_known, np.searchsorted(EDGES_S, np.nan_to_num(pauses_s), side="right") + 1, UNKNOWN_PAUSE
    ).astype(np.int32)
