"""A network ready for recognition."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from engine.errors import CheckpointMismatch
from engine.features.network_input import n_inputs
from engine.model.checkpoint import NETWORK, Checkpoint, Description, load_network
from engine.model.network_graph import LOG_PROBS, STEPS, network_graph
from engine.model.onnx_session import open_session, require, run

_MOST_THREADS = 4


class Recogniser:
    """Network steps in, CTC log-probabilities out.

    Each utterance is run by itself, without padding, so the result does not depend on the others. Several are
    distributed over the threads.
    """

    def __init__(self, graph: bytes, n_inputs: int, n_labels: int, n_threads: int = 1):
        """graph: as returned by `network_graph`. Raises ValueError if it is invalid or has other shapes."""
        self._session = open_session(graph)
        require(self._session, {STEPS: (None, n_inputs)}, {LOG_PROBS: (None, n_labels)})
        self._n_labels, self._n_threads = n_labels, n_threads
        sums = np.exp(self._log_probs(np.zeros((2, n_inputs), np.float32))).sum(axis=1)
        if not np.allclose(sums, 1, atol=1e-3):
            raise ValueError("it gives no probabilities")

    def __call__(self, steps: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Log-probabilities (n_steps, n_labels) of each utterance. steps: float32 (n_steps, n_inputs) each."""
        if self._n_threads == 1 or len(steps) < 2:
            return [self._log_probs(utterance) for utterance in steps]
        with ThreadPoolExecutor(self._n_threads, thread_name_prefix="recogniser") as pool:
            return list(pool.map(self._log_probs, steps))

    def _log_probs(self, steps: np.ndarray) -> np.ndarray:
        if not len(steps):
            return np.zeros((0, self._n_labels), np.float32)
        (log_probs,) = run(self._session, **{STEPS: steps})
        return log_probs


def recogniser(checkpoint: Checkpoint, n_threads: int | None = None) -> Recogniser:
    """The recogniser of a model in memory. n_threads: None for all processors, at most 4."""
    graph = network_graph(checkpoint.model, checkpoint.weights)
    return Recogniser(graph, *_widths(checkpoint), n_threads or processors())


def load_recogniser(folder: Path, n_threads: int | None = None) -> tuple[Description, Recogniser]:
    """Loads a model for recognition only, without its trained weights. Raises CheckpointError."""
    description, graph = load_network(folder)
    try:
        return description, Recogniser(graph, *_widths(description), n_threads or processors())
    except ValueError as error:
        raise CheckpointMismatch(
            path=folder, reason="{file} cannot be used ({detail})", file=NETWORK, detail=str(error)
        ) from error


def mean_of(hearings: Sequence[np.ndarray]) -> np.ndarray:
    """The geometric mean of several log-probabilities (n_steps, n_labels) of the same stretch.

    Each comes from a slightly warped copy of the input; averaging over them is a cheap ensemble, which outvotes the
    errors of a single one (Jaitly and Hinton 2013).
    """
    if len(hearings) == 1:
        return hearings[0]
    mean = np.mean(hearings, axis=0, dtype=np.float32)
    return mean - np.logaddexp.reduce(mean, axis=1, keepdims=True)


def _widths(model: Description) -> tuple[int, int]:
    return n_inputs(model.features, model.model), model.alphabet.n_labels


def processors() -> int:
    """Number of processors to use: those available to this process, at most 4."""
    n_available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(n_available, _MOST_THREADS)
