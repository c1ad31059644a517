"""Every step of a run as a line of steps.csv: the learning curve that outlives the process which drew it."""

import csv
import math
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TextIO

import numpy as np

from engine.system.atomic_files import storage_error, write_atomic
from trainer.training.events import StepDone

STEPS = "steps.csv"


@dataclass(frozen=True)
class StepRow:
    """time: seconds since 1970; epochs: how many are done after the step; loss: nats a letter, NaN where the batch
    was left out or held no words."""

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
    """The steps in their order; a line that was cut short, as by a power failure, is passed over."""
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
    """Steps int64 (n,), rising, and their training loss float64 (n,) in nats a letter.

    Batches without a loss are missing. Both are empty where the run has no steps yet. Raises OSError where the file
    cannot be read.
    """
    rows = [row for row in read_rows(folder) if math.isfinite(row.loss)]
    return np.array([row.step for row in rows], np.int64), np.array([row.loss for row in rows], np.float64)


def read_curve(folder: Path) -> np.ndarray:
    """Epochs done and training loss of each step, float64 (n, 2); batches without a loss are missing.

    Quick: 40,000 steps in a few hundredths of a second, so that a window may wait for it. Raises OSError.
    """
    columns = [_NAMES.index(name) for name in ("epochs", "loss")]
    try:
        text = (folder / STEPS).read_text(encoding="utf-8")
        lines = text[: text.rfind("\n") + 1].splitlines()[1:]
        found = np.loadtxt(lines, delimiter=",", usecols=columns, ndmin=2) if lines else np.empty((0, 2))
    except FileNotFoundError:
        return np.empty((0, 2))
    except (ValueError, IndexError):  # a line in the midst is damaged: one by one
        found = np.array([(row.epochs, row.loss) for row in read_rows(folder)]).reshape(-1, 2)
    return found[np.isfinite(found).all(axis=1)]


class StepLog:
    """Appends to a run's steps.csv."""

    def __init__(self, folder: Path, step: int):
        """Cuts the file back to what was done up to `step`: later ones were lost and are taken anew.

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
        """Brings what was written to the disk itself. Raises StorageError."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise storage_error(self._path, error) from error

    def close(self) -> None:
        """Lets go of the file."""
        with suppress(OSError):  # the disk is full, which `add` has told already
            self._file.close()


def _line(values) -> str:
    return ",".join(f"{value:.12g}" if isinstance(value, float) else str(value) for value in values) + "\n"


def wall_clock() -> float:
    """Seconds since 1970."""
    return time.time()
