"""The steps of a run as lines of steps.csv: the learning curve on disk."""

import csv
import math
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from functools import partial
from pathlib import Path
from typing import TextIO

import numpy as np

from engine.system.atomic_files import storage_error, write_atomic
from trainer.training.events import StepDone

STEPS = "steps.csv"


@dataclass(frozen=True)
class StepRow:
    """time: seconds since 1970; epochs: number of epochs completed after the step; loss: nats per letter, NaN if the
    batch was skipped or had no words."""

    step: int
    time: float
    epochs: float
    loss: float
    gradient_norm: float
    learning_rate: float


_NAMES = [field.name for field in fields(StepRow)]


def step_row(done: StepDone, now: float) -> StepRow:
    """now: seconds since 1970."""
    loss = math.nan if done.loss is None or done.wordless else done.loss
    epochs = done.epoch - 1 + done.epoch_step / done.epoch_steps
    return StepRow(done.step, now, epochs, loss, done.gradient_norm, done.learning_rate)


def read_rows(folder: Path) -> Iterator[StepRow]:
    """The steps in order; incomplete lines, for example after a power failure, are skipped."""
    try:
        with (folder / STEPS).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                try:
                    step, *numbers = (row[name] for name in _NAMES)
                    yield StepRow(int(step), *map(float, numbers))
                except (KeyError, TypeError, ValueError):
                    continue
    except (FileNotFoundError, UnicodeDecodeError, csv.Error):
        return


def read_steps(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Steps int64 (n,), increasing, and their training loss float64 (n,) in nats per letter.

    Batches without a loss are missing. Both are empty if the run has no steps yet. Raises OSError if the file
    cannot be read.
    """
    rows = [row for row in read_rows(folder) if math.isfinite(row.loss)]
    return np.array([row.step for row in rows], np.int64), np.array([row.loss for row in rows], np.float64)


def read_curve(folder: Path) -> np.ndarray:
    """Epochs done and training loss of each step, float64 (n, 2); batches without a loss are missing.

    Takes some hundredths of a second for 40,000 steps, so that a window may wait for it. Raises OSError.
    """
    columns = [_NAMES.index(name) for name in ("epochs", "loss")]
    try:
        text = (folder / STEPS).read_text(encoding="utf-8")
        lines = [line for line in text[: text.rfind("\n") + 1].splitlines()[1:] if line.strip()]
        read = partial(np.loadtxt, delimiter=",", usecols=columns, ndmin=2, comments=None)
        curve = read(lines) if lines else np.empty((0, 2))
    except FileNotFoundError:
        return np.empty((0, 2))
    except (ValueError, IndexError):  # a damaged line: parsed one by one
        curve = np.array([(row.epochs, row.loss) for row in read_rows(folder)]).reshape(-1, 2)
    return curve[np.isfinite(curve).all(axis=1)]


class StepLog:
    """Appends to a run's steps.csv."""

    def __init__(self, folder: Path, step: int):
        """Truncates the file after `step`: later steps were lost and are repeated.

        Raises StorageError.
        """
        self._path = folder / STEPS
        kept = [row for row in read_rows(folder) if row.step <= step]
        write_atomic(self._path, "".join(_line(row) for row in [_NAMES, *map(astuple, kept)]))
        self.rows = kept
        self._file: TextIO = self._path.open("a", encoding="utf-8", newline="")

    def add(self, row: StepRow) -> None:
        """Raises StorageError."""
        try:
            self._file.write(_line(astuple(row)))
            self._file.flush()
        except OSError as error:
            raise storage_error(self._path, error) from error

    def sync(self) -> None:
        """Syncs the file to the disk. Raises StorageError."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise storage_error(self._path, error) from error

    def close(self) -> None:
        """Closes the file."""
        with suppress(OSError):  # the disk is full, which `add` has already reported
            self._file.close()


def _line(values: Iterable[object]) -> str:
    return ",".join(f"{value:.12g}" if isinstance(value, float) else str(value) for value in values) + "\n"


def wall_clock() -> float:
    """Seconds since 1970."""
    return time.time()
