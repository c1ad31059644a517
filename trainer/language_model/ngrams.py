"""Counting n-grams, and the smoothed probabilities that follow from the counts.

An n-gram is a row of a level; a level holds all n-grams of one length, sorted. A row knows the row of its context
(all but the last word) and of its suffix (all but the first word) in the level below, so that n-grams are never
spelled out. Words are numbered; the first three numbers are reserved.
"""

from dataclasses import dataclass

import numpy as np

UNKNOWN, BEGIN, END = 0, 1, 2
SPECIAL = ("<unk>", "<s>", "</s>")
CUT = -1  # in a stream: a token that is not a word; no n-gram spans it
_USUAL_DISCOUNTS = (0.5, 1.0, 1.5)


@dataclass(frozen=True)
class Level:
    """n-grams of one length, sorted by context and word.

    context, suffix: int64 (n,), rows of the level below (0 where there is none); word: int64 (n,), the last word.
    """

    context: np.ndarray
    word: np.ndarray
    suffix: np.ndarray

    def __len__(self) -> int:
        return len(self.word)

    def keys(self, n_words: int) -> np.ndarray:
        """Ascending keys int64 (n,) for `find`."""
        return self.context * n_words + self.word


def unigrams(n_words: int) -> Level:
    """The level of single words: all of them."""
    zeros = np.zeros(n_words, np.int64)
    return Level(zeros, np.arange(n_words), zeros)


def find(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Position of each wanted key among ascending keys, -1 if missing; int64."""
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


def with_begins(stream: np.ndarray) -> np.ndarray:
    """A stream of sentences that end with END, with BEGIN inserted before each; int64. A missing last END is added."""
    stream = np.asarray(stream, np.int64)
    if len(stream) and stream[-1] != END:
        stream = np.append(stream, END)
    ends = np.flatnonzero(stream == END)
    starts = np.r_[0, ends[:-1] + 1] if len(ends) else np.zeros(0, np.int64)
    return np.insert(stream, starts, BEGIN)


@dataclass(frozen=True)
class Counts:
    """levels: of lengths 1 to order; counts: int64 (n,) for each level, how often each row occurs."""

    n_words: int
    levels: list[Level]
    counts: list[np.ndarray]

    @property
    def order(self) -> int:
        """Length of the longest n-grams."""
        return len(self.levels)


def count(stream: np.ndarray, n_words: int, order: int) -> Counts:
    """Counts the n-grams of a stream (see `with_begins`) up to a length.

    No n-gram spans a sentence's end or a CUT. UNKNOWN is counted as a last word only: words after it are counted
    without context.
    """
    tokens = with_begins(stream)
    rows = tokens.copy()  # row of the n-gram that ends here, -1 if there is none
    levels = [unigrams(n_words)]
    counts = [np.bincount(tokens[tokens > CUT], minlength=n_words)]
    counts[0][BEGIN] = 0
    usable = (tokens > CUT) & (tokens != BEGIN)
    for _ in range(order - 1):
        context = np.where(tokens == UNKNOWN, -1, rows)
        context = np.r_[-1, context[:-1]]
        indices = np.flatnonzero((context >= 0) & usable)
        keys, first, row, n_occurrences = np.unique(
            context[indices] * n_words + tokens[indices], return_index=True, return_inverse=True, return_counts=True
        )
        levels.append(Level(keys // n_words, keys % n_words, rows[indices[first]]))
        counts.append(n_occurrences)
        rows = np.full(len(tokens), -1)
        rows[indices] = row
    return Counts(n_words, levels, counts)


def adjusted(counts: Counts) -> list[np.ndarray]:
    """Kneser and Ney's counts: below the longest n-grams, how many different words go before each.

    n-grams at a sentence's start have no word before and keep their own counts.
    """
    result, at_start = [], np.arange(counts.n_words) == BEGIN
    for level, own_counts, above in zip(counts.levels[:-1], counts.counts[:-1], counts.levels[1:], strict=True):
        if level is not counts.levels[0]:
            at_start = at_start[level.context]
        n_predecessors = np.bincount(above.suffix, minlength=len(level))
        result.append(np.where(at_start, own_counts, n_predecessors))
    return [*result, counts.counts[-1]]


def discounts(numbers: np.ndarray) -> tuple[float, float, float]:
    """The discounts of counts of 1, of 2, and of 3 and more (Chen and Goodman 1998, modified Kneser-Ney).

    0.5, 1 and 1.5 if there are too few counts for the formula, as in lmplz.
    """
    n1, n2, n3, n4 = (int((numbers == k).sum()) for k in (1, 2, 3, 4))
    if not (n1 and n2 and n3):
        return _USUAL_DISCOUNTS
    y = n1 / (n1 + 2 * n2)
    result = 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3
    if not all(0 < value < k for k, value in enumerate(result, start=1)):
        return _USUAL_DISCOUNTS
    return result


def kneser_ney(counts: Counts) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998).

    Returns for each level the probability of the last word after its context, float64 (n,), and for each level but
    the last the share that a context leaves to the level below, float64 (n,); 1 if it is not a context.
    """
    numbers = adjusted(counts)
    lower = np.full(counts.n_words, 1 / max(1, counts.n_words - 1))  # BEGIN never follows anything
    probabilities: list[np.ndarray] = []
    backoffs: list[np.ndarray] = []
    for level, level_counts in zip(counts.levels, numbers, strict=True):
        n_contexts = int(level.context.max(initial=0)) + 1 if level is counts.levels[0] else len(probabilities[-1])
        discounted = np.r_[0.0, discounts(level_counts)][np.minimum(level_counts, 3)]
        total = np.bincount(level.context, level_counts, n_contexts)
        left_share = np.bincount(level.context, discounted, n_contexts) / np.maximum(total, 1)
        left_share = np.where(total > 0, left_share, 1.0)
        below = lower if level is counts.levels[0] else probabilities[-1][level.suffix]
        level_probabilities = (level_counts - discounted) / np.maximum(total, 1)[level.context] + left_share[
            level.context
        ] * below
        if level is counts.levels[0]:
            level_probabilities[BEGIN] = 0.0
        else:
            backoffs.append(left_share)
        probabilities.append(level_probabilities)
    return probabilities, backoffs
