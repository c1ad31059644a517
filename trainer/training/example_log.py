"""What a run read of a held-out utterance after each epoch, kept in examples.tsv beside its metrics."""

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
    """epoch: from 1; said and read: normalised text, of one utterance of that held-out split."""

    epoch: int
    split: str
    said: str
    read: str


_NAMES = [field.name for field in fields(ExampleRow)]


def example_rows(done: EpochDone) -> list[ExampleRow]:
    """One of each held-out split."""
    return [ExampleRow(done.epoch, held.split, held.reference, held.hypothesis) for held in done.held]


def read_examples(folder: Path) -> list[ExampleRow]:
    """In the order of the epochs; a line that cannot be read is passed over. Empty where the run has none."""
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
    """Writes a run's examples.tsv, whole or not at all each time: a few lines an epoch."""

    def __init__(self, folder: Path, epochs: int):
        """Drops what is told of later epochs than the first `epochs`: they were lost and come anew."""
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
