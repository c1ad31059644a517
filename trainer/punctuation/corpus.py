"""Written texts as arrays of words, marks and forms, with held-out blocks of lines."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.punctuation.labels import ENDS, Form
from engine.text_marks import fold_yo
from trainer.corpus.transcripts import TRANSCRIPTS, read_transcripts
from trainer.language_model.leakage_filter import HeldOut
from trainer.language_model.sentence_reader import END, lines_of
from trainer.punctuation.written_text import UNKNOWN, pieces

TRAIN, DEVELOPMENT, TEST = "train", "development", "test"
_BLOCK, _HELD_EVERY = 200, 20  # lines per block; of this many blocks one is for development and one for the test
_UPPER_AT_LEAST = 3  # times as often in capitals as not; rarer capitals count as shouting


@dataclass
class Text:
    """The words of a part of a file in order. breaks: whether text was left out after each word."""

    ids: "array[int]" = field(default_factory=lambda: array("i"))
    marks: "array[int]" = field(default_factory=lambda: array("b"))
    forms: "array[int]" = field(default_factory=lambda: array("b"))
    breaks: "array[int]" = field(default_factory=lambda: array("b"))

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by field name."""
        return {name: np.array(values, values.typecode) for name, values in vars(self).items()}


class Corpus:
    """Files by name and part, with a common numbering of words, in which `ё` is folded into `е`."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}
        self.texts: dict[tuple[str, str], Text] = {}

    @property
    def words(self) -> list[str]:
        """Each word at its number."""
        return list(self.number)

    def read(self, path: Path, every: int = 20_000) -> Iterator[int]:
        """Reads a file, or a folder with transcripts; yields the number of lines at intervals. Raises CorpusError."""
        name = _name(path)
        for i, line in enumerate(_lines(path)):
            self._add(self.texts.setdefault((name, part_of(i)), Text()), line)
            if i % every == 0:
                yield i

    def _add(self, text: Text, line: str) -> None:
        number, is_empty = self.number, True
        for piece in pieces(line):
            is_empty = False
            text.ids.extend([number.setdefault(fold_yo(word), len(number)) for word in piece.words])
            text.marks.extend(piece.marks)
            text.forms.extend(piece.forms)
            text.breaks.extend([0] * (len(piece.words) - 1) + [int(piece.is_torn)])
        if is_empty and text.breaks:
            text.breaks[-1] = 1

    def finished(self, held_out: Sequence[str]) -> dict[tuple[str, str], dict[str, np.ndarray]]:
        """The texts' arrays, without held-out sentences in the training part, and with shouted capitals as UNKNOWN."""
        held = HeldOut(held_out, {word: i + 1 for word, i in self.number.items()})
        arrays_of_text = {key: text.arrays() for key, text in self.texts.items()}
        upper = np.zeros((2, len(self.number)), np.int64)
        for arrays in arrays_of_text.values():
            for row, is_form in ((0, arrays["forms"] == Form.UPPER), (1, arrays["forms"] == Form.LOWER)):
                upper[row] += np.bincount(arrays["ids"][is_form], minlength=len(self.number))
        is_shouted = upper[0] < _UPPER_AT_LEAST * upper[1]
        for (_, part), arrays in arrays_of_text.items():
            if part == TRAIN:
                _leave_out(arrays, held)
            forms = arrays["forms"]
            forms[(forms == Form.UPPER) & is_shouted[arrays["ids"]]] = UNKNOWN
        return arrays_of_text


def part_of(number: int) -> str:
    """The part that a line belongs to, by its number."""
    return {7: DEVELOPMENT, 8: TEST}.get(number // _BLOCK % _HELD_EVERY, TRAIN)


def lines_of_part(path: Path, part: str) -> Iterator[str]:
    """Raises CorpusError."""
    return (line for number, line in enumerate(_lines(path)) if part_of(number) == part)


def _leave_out(arrays: dict[str, np.ndarray], held: HeldOut) -> None:
    """Removes the sentences that leak, and leaves a break there."""
    closes = np.isin(arrays["marks"], list(ENDS)) | (arrays["breaks"] > 0)
    stream = np.insert(arrays["ids"] + 1, np.flatnonzero(closes) + 1, END)
    sentence = np.cumsum(np.r_[0, closes[:-1]])
    leaks = held.leaks(stream)[sentence]
    arrays["breaks"][:-1][leaks[1:] & ~leaks[:-1]] = 1
    for name in list(arrays):
        arrays[name] = arrays[name][~leaks]


def _name(path: Path) -> str:
    return Path(path).name.split(".")[0]


def _lines(path: Path) -> Iterator[str]:
    if (Path(path) / TRANSCRIPTS).exists():
        return (transcript.written for transcript in read_transcripts(Path(path)))
    return lines_of(path)
