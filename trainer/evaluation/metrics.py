"""Character and word error rate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.alphabet import fold_yo


def edit_distance(reference: Sequence, hypothesis: Sequence) -> int:
    """Fewest substitutions, insertions and deletions that turn one sequence into the other (Levenshtein 1966)."""
    if not len(reference) or not len(hypothesis):
        return len(reference) + len(hypothesis)
    symbols = {symbol: i for i, symbol in enumerate(dict.fromkeys([*reference, *hypothesis]))}
    ref = np.array([symbols[symbol] for symbol in reference])
    columns = np.arange(len(ref) + 1)
    row = columns.copy()
    for i, symbol in enumerate(hypothesis, start=1):
        best = np.empty_like(row)
        best[0] = i
        best[1:] = np.minimum(row[1:] + 1, row[:-1] + (ref != symbols[symbol]))
        row = np.minimum.accumulate(best - columns) + columns
    return int(row[-1])


@dataclass(frozen=True)
class ErrorRate:
    """Error counts over some utterances; `ё` and `е` count as one letter."""

    utterances: int = 0
    letters: int = 0
    letter_errors: int = 0
    words: int = 0
    word_errors: int = 0

    @property
    def cer(self) -> float:
        return self.letter_errors / max(1, self.letters)

    @property
    def wer(self) -> float:
        return self.word_errors / max(1, self.words)

    def __add__(self, other: "ErrorRate") -> "ErrorRate":
        return ErrorRate(
            self.utterances + other.utterances,
            self.letters + other.letters,
            self.letter_errors + other.letter_errors,
            self.words + other.words,
            self.word_errors + other.word_errors,
        )


def error_rate(pairs: Iterable[tuple[str, str]], same_yo: bool = True) -> ErrorRate:
    """Error counts of (reference, hypothesis) pairs of normalised text.

    The space counts as a letter. same_yo: `ё` is scored as `е`.
    """
    total = ErrorRate()
    for reference, hypothesis in pairs:
        if same_yo:
            reference, hypothesis = fold_yo(reference), fold_yo(hypothesis)
        words = reference.split()
        total += ErrorRate(
            1,
            len(reference),
            edit_distance(reference, hypothesis),
            len(words),
            edit_distance(words, hypothesis.split()),
        )
    return total


@dataclass(frozen=True)
class Held:
    """Error on one held-out split, with an utterance's hypothesis beside its reference."""

    split: str
    loss: float
    rate: ErrorRate
    reference: str
    hypothesis: str
