"""Precision, recall and F1 of marks and capitals, and which mark was taken for which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.punctuation.labels import ENDS, HYPHEN, MARKS, NO_MARK
from trainer.punctuation.written_text import UNKNOWN


@dataclass(frozen=True)
class F1:
    """true: places where it stands; guessed: where the model puts it; right: where both do."""

    true: int
    guessed: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the guessed that are right."""
        return self.right / max(1, self.guessed)

    @property
    def recall(self) -> float:
        """Share of the true that are found."""
        return self.right / max(1, self.true)

    @property
    def value(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / max(1, self.true + self.guessed)


def confusions(true: np.ndarray, guessed: np.ndarray) -> np.ndarray:
    """How often each true mark (row) got each mark (column), int64 (n_marks, n_marks); unknown ones left out."""
    known = true != UNKNOWN
    n = len(MARKS)
    return np.bincount(true[known] * n + guessed[known], minlength=n * n).reshape(n, n)


def f1_of(table: np.ndarray, marks: Sequence[int]) -> F1:
    """Of some marks taken for one: any of them in place of any other is right."""
    marks = list(marks)
    return F1(int(table[marks].sum()), int(table[:, marks].sum()), int(table[np.ix_(marks, marks)].sum()))


def f1_of_ends(table: np.ndarray) -> F1:
    """Of the marks that end a sentence."""
    return f1_of(table, sorted(ENDS))


def micro_f1(table: np.ndarray) -> F1:
    """Over all marks but the hyphen, each of which must be the right one."""
    marks = [mark for mark in range(len(MARKS)) if mark not in (NO_MARK, HYPHEN)]
    right = int(sum(table[mark, mark] for mark in marks))
    return F1(int(table[marks].sum()), int(table[:, marks].sum()), right)
