"""The loop over a run's steps: saves its state every two minutes and at the end, and resumes it."""

import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import numpy as np

from engine.system.npz import read_arrays, write_arrays
from trainer.errors import TrainingError
from trainer.network.row_adam import RowAdam

_SAVE_EVERY_S = 120.0


def resume(network: RowAdam, path: Path) -> None:
    """Restores the run's state, if it exists. Raises TrainingError if it is damaged."""
    if not path.exists():
        return
    try:
        network.restore(read_arrays(path))
    except (OSError, KeyError, ValueError) as error:
        raise TrainingError(reason="the state in {path} is damaged; remove it to begin anew", path=path) from error


def steps(
    network: RowAdam, path: Path, n_steps: int, report_every: int, update: Callable[[int], Sequence[float]]
) -> Generator[tuple[int, list[float]], None, None]:
    """Calls `update` for each remaining step; yields the number of completed steps, and mean figures since the last.

    path: of the state. update: one update of the network; returns its figures. Closing it saves the state.
    Raises StorageError.
    """
    saved, figures = time.monotonic(), []
    try:
        for step in range(network.n_updates, n_steps):
            figures.append(update(step))
            n_done = step + 1
            if n_done % report_every == 0 or n_done == n_steps:
                yield n_done, np.mean(figures, axis=0).tolist()
                figures = []
            if time.monotonic() > saved + _SAVE_EVERY_S:
                write_arrays(path, network.state())
                saved = time.monotonic()
    finally:
        write_arrays(path, network.state())
