"""What a voice model is told of an utterance: its letters with their stress, how long each lasts, and the silences.

A CTC alignment says where each letter starts, not where it ends: a letter is taken to last until midway to the next
start, at most 90 ms before its start and 150 ms after it. What lies between two letters then is silence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.alphabet import RUSSIAN_LETTERS, SPACE

LETTERS = RUSSIAN_LETTERS + SPACE
SILENCE = len(LETTERS)
EDGE = SILENCE + 1  # beyond the utterance
N_SYMBOLS = EDGE + 1
VOWELS = "аеёиоуыэюя"
CONSONANT, UNKNOWN = 5, 6  # beside 0 to 4: syllables after the stressed one, from -2 to 2
N_STRESSES = 7
_BEFORE, _AFTER, _LEAST_SILENCE = 9, 15, 6  # frames
_SHORTEST = 2


@dataclass(frozen=True)
class Segments:
    """Of one utterance, in order: symbols, stresses and frames, int64 (n_segments,)."""

    symbols: np.ndarray
    stresses: np.ndarray
    frames: np.ndarray

    def by_frame(self) -> tuple[np.ndarray, np.ndarray]:
        """For each frame, the number of its segment and the frames since that began."""
        begins = np.cumsum(self.frames) - self.frames
        return (
            np.repeat(np.arange(len(self.frames)), self.frames),
            np.arange(self.frames.sum()) - np.repeat(begins, self.frames),
        )


def word_stresses(word: str, stressed: int | None) -> list[int]:
    """For each letter; stressed: the number of the stressed vowel, from 0; None where it is not known."""
    vowels = [i for i, letter in enumerate(word) if letter in VOWELS]
    if "ё" in word:
        stressed = [word[i] for i in vowels].index("ё")
    told = [CONSONANT] * len(word)
    for n, i in enumerate(vowels):
        told[i] = UNKNOWN if stressed is None else 2 + int(np.clip(n - stressed, -2, 2))
    return told


def text_stresses(text: str, stress: Mapping[str, int]) -> list[int]:
    """For each letter and space of a text."""
    told: list[int] = []
    for word in text.split(SPACE):
        told += [*word_stresses(word, stress.get(word)), CONSONANT]
    return told[:-1]


def aligned(text: str, starts: np.ndarray, n_frames: int, stress: Mapping[str, int]) -> Segments:
    """Of a recording whose letters start at the frames `starts`."""
    starts = starts.astype(int)
    middles = (starts[:-1] + starts[1:] + 1) // 2
    first = np.concatenate([[0], middles])
    last = np.concatenate([middles, [n_frames]])
    left = np.where(starts - first >= _BEFORE + _LEAST_SILENCE // 2, starts - _BEFORE, first)
    right = np.where(last - starts >= _AFTER + _LEAST_SILENCE // 2, starts + _AFTER, last)
    rows, at = [], 0
    for letter, told, begin, end in zip(text, text_stresses(text, stress), left, right, strict=True):
        rows += [(SILENCE, CONSONANT, begin - at), (LETTERS.index(letter), told, end - begin)]
        at = end
    return _segments([*rows, (SILENCE, CONSONANT, n_frames - at)])


def _segments(rows: Sequence[tuple[int, int, int]]) -> Segments:
    """Of symbols, stresses and frames; what lasts no frame is none."""
    return Segments(*np.array([row for row in rows if row[2] > 0]).T)


class Durations:
    """How long letters last, by their neighbours, as heard in recordings; drawn anew for other texts."""

    def __init__(self, spoken: Iterable[Segments]):
        self._by: dict[tuple, list[tuple[float, int]]] = defaultdict(list)
        self._edges: list[tuple[int, int]] = []
        for one in spoken:
            self._learn(one)

    @staticmethod
    def rate(one: Segments) -> float:
        """Mean frames of a letter."""
        letters = one.frames[one.symbols < SILENCE]
        return float(letters.mean()) if len(letters) else 0.0

    def _learn(self, one: Segments) -> None:
        rate = self.rate(one)
        if not rate:
            return
        is_letter = one.symbols < SILENCE
        at = np.flatnonzero(is_letter)
        symbols = [EDGE, *one.symbols[at].tolist(), EDGE]
        ends = [*at[1:].tolist(), len(one.symbols)]
        for n, (i, end) in enumerate(zip(at.tolist(), ends, strict=True), start=1):
            silence = 0 if n == len(at) else int(one.frames[i + 1 : end].sum())
            entry = (float(one.frames[i]) / rate, silence)
            before, this, after = symbols[n - 1 : n + 2]
            for key in ((before, this, after), (this, after), (this,)):
                self._by[key].append(entry)
        self._edges.append((int(one.frames[: at[0]].sum()), int(one.frames[at[-1] + 1 :].sum())))

    def draw(self, text: str, stress: Mapping[str, int], rate: float, rng: np.random.Generator) -> Segments:
        """Of a text that nobody need have said, at so many frames a letter on the mean."""
        letters = [EDGE, *(LETTERS.index(letter) for letter in text), EDGE]
        head, tail = self._edges[rng.integers(len(self._edges))]
        rows = [(SILENCE, CONSONANT, head)]
        for n, told in enumerate(text_stresses(text, stress), start=1):
            before, this, after = letters[n - 1 : n + 2]
            share, silence = self._entry(before, this, after, rng)
            rows.append((this, told, max(_SHORTEST, int(share * rate + rng.random()))))
            rows.append((SILENCE, CONSONANT, silence))
        return _segments([*rows, (SILENCE, CONSONANT, tail)])

    def _entry(self, before: int, this: int, after: int, rng: np.random.Generator) -> tuple[float, int]:
        for key, fewest in (((before, this, after), 8), ((this, after), 8), ((this,), 1)):
            if len(found := self._by.get(key, ())) >= fewest:
                return found[rng.integers(len(found))]
        return 1.0, 0


def joined(several: Sequence[Segments], margin: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """All symbols, stresses and frames one after another, with `margin` edges of no frames around each; and, for each
    utterance, where its first segment lies."""
    symbols, stresses, frames, firsts, at = [], [], [], [], 0
    for one in several:
        n = len(one.symbols)
        symbols += [np.full(margin, EDGE), one.symbols]
        stresses += [np.full(margin, CONSONANT), one.stresses]
        frames += [np.zeros(margin, int), one.frames]
        firsts.append(at + margin)
        at += margin + n
    symbols.append(np.full(margin, EDGE))
    stresses.append(np.full(margin, CONSONANT))
    frames.append(np.zeros(margin, int))
    return np.concatenate(symbols), np.concatenate(stresses), np.concatenate(frames), np.array(firsts)
