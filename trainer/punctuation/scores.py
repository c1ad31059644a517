"""Precision, recall and F1 of marks and capitals, and the confusions of marks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.punctuation.labels import ENDS, HYPHEN, MARKS, NO_MARK
from trainer.punctuation.written_text import UNKNOWN


@dataclass(frozen=True)
class F1:
    """true: number of true labels; guessed: of predicted ones; right: of correct predictions."""

    true: int
    guessed: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the predictions that are right."""
        return self.right / max(1, self.guessed)

    @property
    def recall(self) -> float:
        """Share of the true labels that are predicted."""
        return self.right / max(1, self.true)

    @property
    def value(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / max(1, self.true + self.guessed)


def confusions(true: np.ndarray, guessed: np.ndarray) -> np.ndarray:
    """Counts of each true mark (row) and predicted mark (column), int64 (n_marks, n_marks); unknown ones are left
    out."""
    known = true != UNKNOWN
    n = len(MARKS)
    return np.bincount(true[known] * n + guessed[known], minlength=n * n).reshape(n, n)


def f1_of(table: np.ndarray, marks: Sequence[int]) -> F1:
    """F1 of several marks that count as one."""
    marks = list(marks)
    return F1(int(table[marks].sum()), int(table[:, marks].sum()), int(table[np.ix_(marks, marks)].sum()))


def f1_of_ends(table: np.ndarray) -> F1:
    """F1 of the marks that end a sentence."""
    return f1_of(table, sorted(ENDS))


def micro_f1(table: np.ndarray) -> F1:
    """Micro-averaged F1 of all marks but the hyphen."""
    marks = [mark for mark in range(len(MARKS)) if mark not in (NO_MARK, HYPHEN)]
    right = int(sum(table[mark, mark] for mark in marks))
    return F1(int(table[marks].sum()), int(table[:, marks].sum()), right)
