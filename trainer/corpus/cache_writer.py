"""Writes a feature cache (see trainer.corpus.cache) in a folder that gets its name only when it is complete.

Beside the three files that are read for training:

    config.json    sources and settings, on whose change it is rebuilt; and the pre-flight report
    rejects.tsv    path, reason, detail of each recording that is not in it
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy

from engine.system.atomic_files import storage_error, sync, write_atomic
from engine.system.atomic_folder import building, put_in_place
from engine.system.json_text import read_json
from engine.system.table import read_table
from trainer.corpus.cache import COLUMNS, CONFIG, FEATURES, SCALE, UTTERANCES
from trainer.corpus.preflight import Heard, Note, Reject, Report, SplitSize
from trainer.corpus.recording import Recording
from trainer.errors import CacheFolderTaken

REJECTS = "rejects.tsv"
_FORMAT = 1
_COLLECTED = "cepstra.float32"
_SAMPLE_FRAMES = 200_000
_OUTLIERS = 1e-4  # share of the values that may be outside the range, on each side
_STEPS = 127
_BLANKS = str.maketrans("\t\r\n", "   ")


@dataclass(frozen=True)
class Row:
    """One extracted recording; start and frames: its rows among all extracted ones."""

    recording: Recording
    duration_s: float
    start: int
    frames: int


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `folder` if the block succeeds and is removed otherwise.

    An existing cache is replaced. Raises CacheFolderTaken if there are other files, DiskFull or NotWritable.
    """
    try:
        _check_replaceable(folder)
        with building(folder) as new:
            yield new
            for path in (*new.iterdir(), new):
                sync(path)
            put_in_place(new, folder)
        sync(folder.parent)
    except OSError as error:
        raise storage_error(folder, error) from error


def _check_replaceable(folder: Path) -> None:
    if folder.is_dir():
        others = {path.name for path in folder.iterdir()} - {FEATURES, SCALE, UTTERANCES, CONFIG, REJECTS}
        if others:
            raise CacheFolderTaken(path=folder)


class Collector:
    """Collects cepstra of recordings in a file; memory grows only by one row per recording."""

    def __init__(self, folder: Path, width: int, open_file: Callable[..., BinaryIO] = open):
        self._folder, self._width, self._open_file = folder, width, open_file
        self._file = open_file(folder / _COLLECTED, "xb")
        self.rows: list[Row] = []
        self._n_frames = 0
        self._sample: list[np.ndarray] = []
        self._n_sampled, self._stride = 0, 1

    def close(self) -> None:
        """Closes the file of cepstra."""
        self._file.close()

    def add(self, recording: Recording, heard: Heard) -> None:
        """Appends a recording's cepstra."""
        cepstra = np.ascontiguousarray(heard.cepstra, "<f4")
        self._file.write(cepstra.tobytes())
        self.rows.append(Row(recording, heard.duration_s, self._n_frames, len(cepstra)))
        self._sample.append(cepstra[-self._n_frames % self._stride :: self._stride])
        self._n_sampled += len(self._sample[-1])
        self._n_frames += len(cepstra)
        if self._n_sampled > _SAMPLE_FRAMES:  # keeps every second sample
            self._sample = [np.concatenate(self._sample)[::2]]
            self._n_sampled, self._stride = len(self._sample[0]), 2 * self._stride

    def write_features(self, splits: Sequence[str | None]) -> None:
        """features.npy, scale.npz and utterances.tsv of the recordings that have a split."""
        self._file.flush()
        scale, offset = _range(np.concatenate(self._sample))
        with self._open_file(self._folder / SCALE, "xb") as file:
            np.savez(file, scale=scale, offset=offset)
        kept = [(row, split) for row, split in zip(self.rows, splits, strict=True) if split]
        n_frames = sum(row.frames for row, _ in kept)
        with (self._folder / _COLLECTED).open("rb") as raw, self._open_file(self._folder / FEATURES, "xb") as file:
            shape = (n_frames, self._width)
            npy.write_array_header_1_0(file, {"descr": "|i1", "fortran_order": False, "shape": shape})
            for row, _ in kept:
                raw.seek(row.start * self._width * 4)
                values = np.frombuffer(raw.read(row.frames * self._width * 4), "<f4")
                steps = (values.reshape(-1, self._width) - offset) / scale
                file.write(np.clip(np.round(steps), -_STEPS, _STEPS).astype(np.int8).tobytes())
        self.close()
        (self._folder / _COLLECTED).unlink()
        write_table(self._folder / UTTERANCES, COLUMNS, _utterances(kept), self._open_file)


def _range(sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 scale and offset (width,) with which nearly all values of a sample fit into 8 bits."""
    low, high = np.quantile(sample, (_OUTLIERS, 1 - _OUTLIERS), axis=0)
    scale = np.maximum(high - low, 1e-6) / (2 * _STEPS)
    return scale.astype(np.float32), ((high + low) / 2).astype(np.float32)


def _utterances(kept: Iterable[tuple[Row, str]]) -> Iterator[tuple[object, ...]]:
    start = 0
    for row, split in kept:
        recording = row.recording
        yield recording.id, recording.speaker, split, start, row.frames, recording.text
        start += row.frames


def write_table(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    open_file: Callable[..., BinaryIO] = open,
) -> None:
    """Tab separated, UTF-8; tabs and line ends inside a value become spaces."""
    with open_file(path, "xb") as file:
        for row in (header, *rows):
            line = "\t".join(str(value).translate(_BLANKS) for value in row) + "\n"
            file.write(line.encode("utf-8", "backslashreplace"))


# --- settings and report ---


def summary(
    rows: Sequence[Row], splits: Sequence[str | None], rejects: Sequence[Reject], notes: Sequence[Note]
) -> Report:
    """The pre-flight report on extracted recordings with their splits."""
    kept = [(row, split) for row, split in zip(rows, splits, strict=True) if split]
    names = sorted({split for _, split in kept}, key=lambda name: (name != "train", name))
    sizes = [_size(name, [row for row, split in kept if split == name]) for name in names]
    whole = _size("", [row for row, _ in kept])
    return Report(
        whole.utterances, whole.seconds, whole.speakers, whole.sentences, tuple(sizes), tuple(rejects), tuple(notes)
    )


def _size(name: str, rows: Sequence[Row]) -> SplitSize:
    speakers = {row.recording.speaker for row in rows}
    sentences = {row.recording.text for row in rows}
    seconds = round(sum(row.duration_s for row in rows), 1)
    return SplitSize(name, len(rows), seconds, len(speakers), len(sentences))


def write_report(folder: Path, features: Mapping[str, object], made_of: Mapping[str, object], report: Report) -> None:
    """config.json and rejects.tsv. features: the FeatureConfig; made_of: compared before the cache is used again."""
    write_table(folder / REJECTS, ("path", "reason", "detail"), map(_reject_row, report.rejects))
    summary_fields = {name: value for name, value in asdict(report).items() if name != "rejects"}
    config = {"format": _FORMAT, "features": features, "made_of": made_of, "report": summary_fields}
    write_atomic(folder / CONFIG, json.dumps(config, ensure_ascii=False, indent=1) + "\n")


def _reject_row(reject: Reject) -> tuple[str, str, str]:
    return reject.path, reject.reason, reject.detail


_SIZES = "utterances", "seconds", "speakers", "sentences"


def read_report(folder: Path, made_of: Mapping[str, object] | None = None) -> Report | None:
    """The report of a complete cache; None if there is none, or if it was made from something else than `made_of`."""
    try:
        config = read_json(folder / CONFIG)
        if config["format"] != _FORMAT or made_of not in (None, config["made_of"]):
            return None
        fields = config["report"]
        if not all(type(sizes[name]) in (int, float) for sizes in (fields, *fields["splits"]) for name in _SIZES):
            return None
        fields["splits"] = tuple(SplitSize(**size) for size in fields["splits"])
        fields["notes"] = tuple(Note(**note) for note in fields["notes"])
        if not all(map(str, fields["notes"])):  # their sentences cannot be filled in
            return None
        rejects = read_table(folder / REJECTS, ("path", "reason", "detail"))
        return Report(**fields, rejects=tuple(Reject(row["path"], row["reason"], row["detail"]) for row in rejects))
    except (OSError, ValueError, KeyError, TypeError):
        return None
