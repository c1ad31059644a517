"""The transcription of a held-out utterance after each epoch, in examples.tsv beside the metrics."""

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from engine.system.atomic_files import write_atomic
from trainer.training.events import EpochDone

EXAMPLES = "examples.tsv"


@dataclass(frozen=True)
class ExampleRow:
    """epoch: from 1; said, read: reference and hypothesis, normalised, of one utterance of the held-out split."""

    epoch: int
    split: str
    said: str
    read: str


_NAMES = [field.name for field in fields(ExampleRow)]


def example_rows(done: EpochDone) -> list[ExampleRow]:
    """One row for each held-out split."""
    return [ExampleRow(done.epoch, held.split, held.reference, held.hypothesis) for held in done.held]


def read_examples(folder: Path) -> list[ExampleRow]:
    """Rows in order of the epochs; broken lines are skipped. Empty if the run has none."""
    rows = []
    try:
        with (folder / EXAMPLES).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                try:
                    epoch, *texts = (row[name] for name in _NAMES)
                    rows.append(ExampleRow(int(epoch), *map(_text, texts)))
                except (KeyError, TypeError, ValueError):
                    continue
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
    return rows


def _text(value: str | None) -> str:
    if value is None:  # the line ends before this column
        raise ValueError("a column is missing")
    return value


class ExampleLog:
    """Writes a run's examples.tsv, atomically each time: a few lines per epoch."""

    def __init__(self, folder: Path, epochs: int):
        """Drops the rows after the first `epochs`: those epochs were lost and are repeated."""
        self._path = folder / EXAMPLES
        self._rows = [row for row in read_examples(folder) if row.epoch <= epochs]

    def add(self, done: EpochDone) -> None:
        """Raises StorageError."""
        self._rows = [row for row in self._rows if row.epoch < done.epoch] + example_rows(done)
        self._write(self._rows)

    def _write(self, rows: Sequence[ExampleRow]) -> None:
        text = io.StringIO()
        writer = csv.writer(text, delimiter="\t", lineterminator="\n")
        writer.writerow(_NAMES)
        writer.writerows(map(astuple, rows))
        write_atomic(self._path, text.getvalue())
