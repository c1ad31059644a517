"""Simulated recognition errors in stretches of words with known marks and forms."""

from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from engine.punctuation.labels import NO_MARK, Form
from trainer.punctuation.written_text import UNKNOWN

_N_FREQUENT, _N_NEIGHBOURS, _FARTHEST = 8_000, 6, 3
_BLOCK = 500
# As the shipped model errs on strangers' development recordings: of 331 errors 247, 60 and 24; of the words taken for
# another one a third is at most two letters from it; errors come in runs.
_SHARES = np.cumsum((0.75, 0.18, 0.07))  # shares of substitutions, deletions and insertions
_FAR, _SAME_ENDING = 0.5, 60  # share of substitutes that only have the same ending; number of candidates
_GOES_ON = 0.35  # probability that an error continues to the next word
_MOST_ERRORS = 0.35  # share of wrong words in a stretch, before errors continue
_WITHOUT_ERRORS = 0.5  # share of stretches without errors


@dataclass(frozen=True)
class Stretch:
    """Word numbers, marks and forms in order, each int32 (n_words,)."""

    ids: np.ndarray
    marks: np.ndarray
    forms: np.ndarray


class Misrecognition:
    """Adds errors to stretches: a similar word, a missing word, or an additional short word."""

    def __init__(self, words: list[str], counts: np.ndarray):
        """counts: occurrences of each word; frequent ones are substituted for one another."""
        self._frequent = np.argsort(-counts, kind="stable")[:_N_FREQUENT]
        self._rank = np.full(len(words), -1, np.int32)
        self._rank[self._frequent] = np.arange(len(self._frequent))
        self._neighbours = _neighbours([words[i] for i in self._frequent])
        endings = [words[i][::-1] for i in self._frequent]
        self._by_ending = np.array(sorted(range(len(endings)), key=endings.__getitem__))
        self._place = np.argsort(self._by_ending)
        self._short = np.array([i for i in self._frequent[:200] if len(words[i]) <= 2], np.int32)

    def put_into(self, stretch: Stretch, rng: np.random.Generator) -> Stretch:
        """The stretch with errors; half of the stretches stay unchanged."""
        if rng.random() < _WITHOUT_ERRORS:
            return stretch
        n = len(stretch.ids)
        is_wrong = rng.random(n) < rng.random() * _MOST_ERRORS
        is_wrong[1:] |= is_wrong[:-1] & (rng.random(n - 1) < _GOES_ON)
        kind = np.searchsorted(_SHARES, rng.random(n))
        ids, marks, forms = stretch.ids.copy(), stretch.marks.copy(), stretch.forms.copy()
        self._substitute(ids, forms, is_wrong & (kind == 0), rng)
        ids, marks, forms = self._insert(ids, marks, forms, np.flatnonzero(is_wrong & (kind == 2)), rng)
        return _delete(ids, marks, forms, rng.random(len(ids)) < (is_wrong & (kind == 1)).mean())

    def _substitute(self, ids: np.ndarray, forms: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> None:
        rank = self._rank[ids]
        wanted = wanted & (rank >= 0)
        choice = np.minimum(rng.geometric(0.35, len(ids)) - 1, _N_NEIGHBOURS - 1)
        other = self._neighbours[np.maximum(rank, 0), choice]
        far = self._place[np.maximum(rank, 0)] + rng.integers(-_SAME_ENDING, _SAME_ENDING, len(ids), endpoint=True)
        is_far = rng.random(len(ids)) < _FAR
        other[is_far] = self._by_ending[far[is_far] % len(self._by_ending)]
        wanted &= other >= 0
        ids[wanted] = self._frequent[other[wanted]]
        forms[wanted & (forms != Form.LOWER)] = UNKNOWN

    def _insert(
        self, ids: np.ndarray, marks: np.ndarray, forms: np.ndarray, places: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        extra = rng.choice(self._short, len(places)) if len(self._short) else ids[places]
        return np.insert(ids, places, extra), np.insert(marks, places, NO_MARK), np.insert(forms, places, UNKNOWN)


def _delete(ids: np.ndarray, marks: np.ndarray, forms: np.ndarray, gone: np.ndarray) -> Stretch:
    """The mark of a deleted word goes to the word before it, if that has none."""
    gone[0] = False
    for i in np.flatnonzero(gone):
        if marks[i - 1] == NO_MARK:
            marks[i - 1] = marks[i]
    return Stretch(ids[~gone], marks[~gone], forms[~gone])


def _neighbours(words: list[str]) -> np.ndarray:
    """The nearest other words by edit distance, frequent ones first, int32 (n_words, _N_NEIGHBOURS); -1 for none."""
    result = np.full((len(words), _N_NEIGHBOURS), -1, np.int32)
    for start in range(0, len(words), _BLOCK):
        block = words[start : start + _BLOCK]
        distance = cdist(block, words, scorer=Levenshtein.distance, score_cutoff=_FARTHEST, dtype=np.uint8)
        distance[np.arange(len(block)), start + np.arange(len(block))] = _FARTHEST + 1
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :_N_NEIGHBOURS]
        is_near = np.take_along_axis(distance, nearest, 1) <= np.minimum(_FARTHEST, [[len(word) - 1] for word in block])
        result[start : start + len(block)] = np.where(is_near, nearest, -1)
    return result
