"""What a run writes about itself: steps.csv, metrics.csv, examples.tsv and TensorBoard's event file."""

from pathlib import Path

from trainer.training.event_file import EventFile
from trainer.training.events import EpochDone, StepDone
from trainer.training.example_log import ExampleLog
from trainer.training.run import Position, write_metrics
from trainer.training.step_log import StepLog, step_row, wall_clock


class Journal:
    """Written by the chief alone."""

    def __init__(self, folder: Path, position: Position):
        """Takes up the run at `position`; what stands there of later steps is dropped. Raises StorageError."""
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

    def epoch(self, done: EpochDone, history: list[dict[str, object]]) -> None:
        """history: all epochs so far, this one last. Raises StorageError."""
        write_metrics(self._folder, history)
        self._examples.add(done)
        self._events.add_epoch(history[-1], wall_clock())

    def sync(self) -> None:
        """Before a state is saved: nothing in it may be ahead of the journal. Raises StorageError."""
        self._steps.sync()
        self._events.flush()

    def close(self) -> None:
        """Lets go of the files."""
        self._steps.close()
        self._events.close()
