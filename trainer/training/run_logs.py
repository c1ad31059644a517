"""The logs of a run: steps.csv, metrics.csv, examples.tsv and TensorBoard's event file.

TensorFlow's own summary writer stamps events with the time of writing; a resumed run writes its older events again,
with their own times. So they are `Event` messages here, in TensorFlow's TFRecords.
"""

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import tensorflow as tf
from tensorflow.core.framework.summary_pb2 import Summary
from tensorflow.core.util.event_pb2 import Event

from engine.errors import DiskFull, NotWritable, StorageError
from engine.system.atomic_files import storage_error
from trainer.training.events import EpochDone, StepDone
from trainer.training.example_log import ExampleLog
from trainer.training.run import Position, write_metrics
from trainer.training.step_log import StepLog, StepRow, step_row, wall_clock

_PREFIX, _OURS = "events.out.tfevents.", ".diktovka"  # TensorBoard recognises the prefix
PATTERN = f"{_PREFIX}*{_OURS}"
_VERSION = "brain.Event:2"
_KINDS = ("loss", "cer", "wer")


class Journal:
    """The logs, written only by the chief."""

    def __init__(self, folder: Path, position: Position):
        """Resumes the logs at `position`; entries of later steps are dropped. Raises StorageError."""
        self._folder = folder
        self._examples = ExampleLog(folder, position.epoch)
        self._steps = StepLog(folder, position.step)
        try:
            self._events = EventFile(folder, self._steps.rows, position.history)
        except BaseException:
            self._steps.close()
            raise
        if position.history:
            write_metrics(folder, position.history)

    def step(self, done: StepDone) -> None:
        """Raises StorageError."""
        row = step_row(done, wall_clock())
        self._steps.add(row)
        self._events.add_step(row)

    def epoch(self, done: EpochDone, history: list[dict[str, float]]) -> None:
        """history: all epochs so far, this one last. Raises StorageError."""
        write_metrics(self._folder, history)
        self._examples.add(done)
        self._events.add_epoch(history[-1], wall_clock())

    def sync(self) -> None:
        """Syncs the files before a state is saved, which must not be ahead of them. Raises StorageError."""
        self._steps.sync()
        self._events.flush()

    def close(self) -> None:
        """Closes the files."""
        self._steps.close()
        self._events.close()


class EventFile:
    """Beside metrics.csv. Scalars train/loss, train/gradient_norm and train/learning_rate by step; SPLIT/loss,
    SPLIT/cer and SPLIT/wer by epoch, each at its last step."""

    def __init__(self, folder: Path, steps: Sequence[StepRow], epochs: Sequence[Mapping[str, float]]):
        """Writes a new file with the run's past, so that repeated steps do not appear twice; files of other programs
        stay.

        epochs: rows of metrics.csv. Raises StorageError.
        """
        older = [path for path in folder.glob(f"{_PREFIX}*") if _is_ours(path.name)]
        self._path = _free_path(folder)
        with self._watched():
            self._writer = tf.io.TFRecordWriter(str(self._path))
        self._write(Event(wall_time=wall_clock(), file_version=_VERSION))
        ends = {row.step: row.time for row in steps}
        for row in steps:
            self.add_step(row)
        for epoch in epochs:
            self.add_epoch(epoch, ends.get(int(epoch["step"]), wall_clock()))
        self.flush()
        try:
            for path in older:
                path.unlink()
        except OSError as error:
            raise storage_error(self._path, error) from error

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except tf.errors.ResourceExhaustedError as error:
            raise DiskFull(path=self._path) from error
        except tf.errors.OpError as error:
            raise NotWritable(path=self._path, reason=error.message) from error

    def _write(self, event: Event) -> None:
        with self._watched():
            self._writer.write(event.SerializeToString())

    def _add(self, step: int, time: float, scalars: Mapping[str, float]) -> None:
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
        self._write(Event(wall_time=time, step=step, summary=Summary(value=values)))

    def add_step(self, row: StepRow) -> None:
        """Raises StorageError."""
        scalars = {"loss": row.loss, "gradient_norm": row.gradient_norm, "learning_rate": row.learning_rate}
        self._add(row.step, row.time, {f"train/{name}": value for name, value in scalars.items()})

    def add_epoch(self, row: Mapping[str, float], time: float) -> None:
        """row: of metrics.csv; time: seconds since 1970. Raises StorageError."""
        scalars = {
            f"{name.removesuffix('_' + kind)}/{kind}": float(row[name])
            for kind in _KINDS
            for name in row
            if name.endswith("_" + kind) and name != "train_loss"
        }
        if scalars:
            self._add(int(row["step"]), time, scalars)

    def flush(self) -> None:
        """Raises StorageError."""
        with self._watched():
            self._writer.flush()

    def close(self) -> None:
        """Flushes and closes the file."""
        with suppress(tf.errors.OpError, StorageError):  # the disk is full, which was already reported
            self._writer.close()


def _is_ours(name: str) -> bool:
    """Whether the file is ours: only our files end with the machine's name and a number."""
    older = rf"{re.escape(_PREFIX)}\d+\.{re.escape(_host())}\.\d+"
    return name.endswith(_OURS) or re.fullmatch(older, name) is not None


def _host() -> str:
    return "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in socket.gethostname())


def _free_path(folder: Path) -> Path:
    """A name for TensorBoard, later than all existing ones."""
    stem = f"{_PREFIX}{int(wall_clock())}.{_host()}"
    names = (folder / f"{stem}.{number}{_OURS}" for number in range(1_000_000))
    return next(path for path in names if not path.exists())
