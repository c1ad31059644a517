"""Batches of stretches of 1 to 64 words that begin and end anywhere in a text."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.punctuation.labels import COLON, COMMA, DASH, ENDS, NO_MARK
from engine.punctuation.pauses import N_PAUSES, UNKNOWN_PAUSE
from trainer.punctuation.misrecognition import Misrecognition, Stretch
from trainer.punctuation.written_text import UNKNOWN

LONGEST = 64
# How often a stretch is drawn from each file: modern language often, lists of rules rarely,
# and no small text so often that it is learned by heart.
WEIGHTS = {
    "modern": 0.20,
    "dialogue": 0.15,
    "talk": 0.09,
    "guides": 0.09,
    "plays": 0.08,
    "literature": 0.21,
    "office": 0.09,
    "law": 0.04,
    "common-voice-ru": 0.05,
}
_OTHER_WEIGHT = 0.1
_FULL, _FROM_SENTENCE, _WITH_PAUSES = 0.65, 0.4, 0.5  # shares of the stretches
# Shares of the steps of `engine.punctuation.pauses` from the shortest on: without a mark, at a mark inside, at an end.
# The first two as measured in read speech (705 and 73 words), with longer pauses added for spontaneous speech.
_PAUSES = np.array(
    (
        (0, 0.84, 0.105, 0.03, 0.012, 0.007, 0.004, 0.002),
        (0, 0.38, 0.12, 0.20, 0.21, 0.05, 0.03, 0.01),
        (0, 0.06, 0.05, 0.12, 0.18, 0.21, 0.21, 0.17),
    )
)


@dataclass(frozen=True)
class Batch:
    """ids, marks, forms, pauses: int32 (n_stretches, longest); lengths: int32 (n_stretches,)."""

    ids: np.ndarray
    marks: np.ndarray
    forms: np.ndarray
    pauses: np.ndarray
    lengths: np.ndarray


class Stretches:
    """Draws batches from texts, which depend only on the seed and the step."""

    def __init__(self, texts: Mapping[str, Mapping[str, np.ndarray]], errors: Misrecognition | None, seed: int):
        """texts: the arrays of `trainer.punctuation.corpus` by file name."""
        self._texts = [texts[name] for name in texts if len(texts[name]["ids"])]
        weights = np.array([WEIGHTS.get(name, _OTHER_WEIGHT) for name in texts if len(texts[name]["ids"])])
        self._weights = weights / weights.sum()
        self._starts = [_sentence_starts(text) for text in self._texts]
        self._break_after = [np.flatnonzero(text["breaks"]) for text in self._texts]
        self._errors, self._seed = errors, seed

    def batch(self, step: int, size: int) -> Batch:
        """The batch of a step. size: in stretches."""
        rng = np.random.default_rng((self._seed, step))
        stretches = [self._stretch(rng) for _ in range(size)]
        lengths = np.array([len(stretch.ids) for stretch in stretches], np.int32)
        shape = (size, int(lengths.max()))
        ids, marks, forms = (np.full(shape, fill, np.int32) for fill in (0, UNKNOWN, UNKNOWN))
        for i, stretch in enumerate(stretches):
            n = lengths[i]
            ids[i, :n], marks[i, :n], forms[i, :n] = stretch.ids, stretch.marks, stretch.forms
        return Batch(ids, marks, forms, _pauses(marks, rng), lengths)

    def _stretch(self, rng: np.random.Generator) -> Stretch:
        number = rng.choice(len(self._texts), p=self._weights)
        text, starts, breaks = self._texts[number], self._starts[number], self._break_after[number]
        n_words = len(text["ids"])
        start = int(starts[rng.integers(len(starts))] if rng.random() < _FROM_SENTENCE else rng.integers(n_words))
        length = LONGEST if rng.random() < _FULL else int(rng.integers(1, LONGEST))
        following = np.searchsorted(breaks, start)
        end = min(start + length, n_words, breaks[following] + 1 if following < len(breaks) else n_words)
        stretch = Stretch(*(text[name][start:end].astype(np.int32) for name in ("ids", "marks", "forms")))
        stretch = self._errors.put_into(stretch, rng) if self._errors else stretch
        return Stretch(stretch.ids[:LONGEST], stretch.marks[:LONGEST], stretch.forms[:LONGEST])


def _sentence_starts(text: Mapping[str, np.ndarray]) -> np.ndarray:
    """Positions of the sentence starts that the text shows."""
    ends = np.isin(text["marks"], list(ENDS)) | (text["breaks"] > 0)
    return np.r_[0, np.flatnonzero(ends[:-1]) + 1]


def _pauses(marks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random pauses as speakers make them; each stretch has those of one speaker, or all unknown."""
    group = np.zeros(marks.shape, np.int32)
    group[np.isin(marks, (COMMA, COLON, DASH))] = 1
    group[np.isin(marks, list(ENDS))] = 2
    mixed = rng.random((len(marks), 1, 1)) ** 2 * 0.5  # some speakers pause without a mark, and the other way round
    shares = (1 - mixed) * _PAUSES[group] + mixed * _PAUSES[[NO_MARK, 1, 1]].mean(0)
    drawn = (rng.random((*marks.shape, 1)) > np.cumsum(shares, axis=2)).sum(2)
    is_known = (rng.random((len(marks), 1)) < _WITH_PAUSES) & (marks != UNKNOWN)
    return np.where(is_known, np.clip(drawn, 1, N_PAUSES - 1), UNKNOWN_PAUSE).astype(np.int32)
