"""A training run on disk.

state.npz          everything needed to resume: weights, their average, the optimiser, position, history
start/             checkpoint folder: a copy of the model that the run began with, if any
best/              checkpoint folder: the averaged weights of the best epoch
last/              checkpoint folder: the averaged weights of the last epoch
average/           checkpoint folder: the mean of both, where they differ; written at the end of the run
outcome.json       which of the three is best
metrics.csv        one line per epoch
steps.csv          one line per step
examples.tsv       the transcription of a held-out utterance after each epoch
events.out.*       the same for TensorBoard
text.npz           the words of the texts, for a run on texts
run.lock           empty; locked while a process trains the run; never deleted, or two could lock two files of one name
"""

import csv
import io
import json
import logging
import os
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from engine.system.atomic_files import storage_error, write_atomic
from engine.system.file_lock import TAKEN, lock
from engine.system.json_text import parse_json
from engine.system.npz import read_arrays, write_arrays
from trainer.errors import RunInUse, RunRemoved, TrainingError
from trainer.evaluation.metrics import Held
from trainer.training.events import EpochDone
from trainer.training.step_log import read_steps

__all__ = ["read_steps"]
STATE, TEXT, LOCK, METRICS = "state.npz", "text.npz", "run.lock", "metrics.csv"
Event = TypeVar("Event")
log = logging.getLogger(__name__)


@dataclass
class Position:
    """The position of a run.

    step: updates so far; epoch: the present one, from 0; batch: its next batch; loss_sum, loss_count, skipped: of the
    present epoch so far.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    loss_sum: float = 0.0
    loss_count: int = 0
    skipped: int = 0
    best: float = float("inf")
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)

    def at_epoch_start(self) -> "Position":
        """The position at the start of the present epoch; steps are still counted."""
        return replace(self, batch=0, loss_sum=0.0, loss_count=0, skipped=0)

    def close_epoch(self, epochs: int, seconds: float, held: tuple[Held, ...]) -> EpochDone:
        """Adds the present epoch to the history and moves to the next. epochs: of the whole run."""
        loss = self.loss_sum / max(1, self.loss_count)
        done = EpochDone(self.epoch + 1, epochs, self.step, loss, self.skipped, seconds, held)
        self.history.append(epoch_row(done))
        self.epoch, self.batch, self.loss_sum, self.loss_count, self.skipped = done.epoch, 0, 0.0, 0, 0
        return done


def save_state(folder: Path, arrays: dict[str, np.ndarray], position: Position, about: dict[str, object]) -> None:
    """Saves the state in one file, atomically. about: settings and configurations, compared on resuming."""
    text = json.dumps({"position": asdict(position), "about": about})
    write_arrays(folder / STATE, {"json": np.frombuffer(text.encode(), np.uint8), **arrays})


def state_bytes(folder: Path) -> bytes:
    """The content of the state file, empty if there is no run yet. Raises TrainingError if it cannot be read."""
    try:
        return (folder / STATE).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise TrainingError(reason="its saved state {file} cannot be read", file=folder / STATE) from error


def load_state(folder: Path) -> tuple[dict[str, np.ndarray], Position, dict[str, Any]] | None:
    """The saved state, or None if there is no run yet. Raises TrainingError if it cannot be read."""
    return parsed_state(folder, state_bytes(folder))


def parsed_state(folder: Path, content: bytes) -> tuple[dict[str, np.ndarray], Position, dict[str, Any]] | None:
    """The state from a file's content, which may have come from another process."""
    if not content:
        return None
    try:
        arrays = read_arrays(io.BytesIO(content))
        saved = parse_json(bytes(arrays.pop("json")))
        return arrays, Position(**saved["position"]), saved["about"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(reason="its saved state {file} cannot be read", file=folder / STATE) from error


def epoch_row(done: EpochDone) -> dict[str, float]:
    """An epoch as one flat row of numbers."""
    row: dict[str, float] = {
        "epoch": done.epoch,
        "step": done.step,
        "train_loss": round(done.loss, 5),
        "skipped": done.skipped,
        "seconds": round(done.seconds, 1),
    }
    for held in done.held:
        row[f"{held.split}_loss"] = round(held.loss, 5)
        row[f"{held.split}_cer"] = round(held.rate.cer, 5)
        row[f"{held.split}_wer"] = round(held.rate.wer, 5)
    return row


def write_metrics(folder: Path, history: list[dict[str, float]]) -> None:
    """All epochs so far as metrics.csv."""
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in history for name in row))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_atomic(folder / METRICS, text.getvalue())


class Lock:
    """What `locked` holds."""

    def __init__(self, path: Path, descriptor: int):
        self._path, self._descriptor = path, descriptor

    def watched(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """The same events. Raises RunRemoved where the folder is another by now, after closing them.

        Whatever is written makes it anew, without what was in it, and with nobody kept off.
        """
        with closing(events):
            for event in events:
                if not self._is_in_place():
                    raise RunRemoved(folder=self._path.parent)
                yield event

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except FileNotFoundError:
            return False
        except OSError:  # a network file system that does not answer
            return True


@contextmanager
def locked(folder: Path) -> Iterator[Lock]:
    """Locks the run in `folder`, which is made if missing, against other processes.

    Raises RunInUse if another process trains it, StorageError.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise storage_error(path, error) from error
    try:
        try:
            lock(descriptor)
        except TAKEN as error:
            raise RunInUse from error
        except OSError:  # some network file systems have no locks
            log.warning("%s cannot be locked", path, exc_info=True)
        yield Lock(path, descriptor)
    finally:
        os.close(descriptor)
