"""The probability that a word is right: a logistic model of the evidence from the search and from greedy decoding.

The letters' own probability says little: a language model often rightly chooses words with improbable letters.
The weights are in DecodeConfig; `scripts/calibrate_confidence.py` fits them.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, replace

import numpy as np
from rapidfuzz.distance import Levenshtein

from engine.alphabet import fold_yo
from engine.config import ConfidenceConfig
from engine.decode.greedy import TimedWord

CLEAR = 10.0  # nats; with this margin over the best reading without it, a word is practically certain
_LEAST = 1e-4


def evidence(
    readings: Sequence[tuple[float, Sequence[TimedWord]]], heard: Sequence[str], scores: Sequence[float]
) -> np.ndarray:
    """What speaks for each word of the first reading: float64 (n_words, 5), columns as in ConfidenceConfig.

    readings: score in nats and words, the likeliest first; a word's confidence is that of its letters. heard: letters
    heard in each word's place without a language model. scores: log10 probability of each word by itself.
    """
    best, words = readings[0]
    rows = []
    for word, letters, score in zip(words, heard, scores, strict=True):
        without = next((other for other, reading in readings if not _has(reading, word)), readings[-1][0])
        margin = min(CLEAR, best - without) if len(readings) > 1 else CLEAR
        differing = Levenshtein.distance(fold_yo(letters), fold_yo(word.text)) / len(word.text)
        rows.append((math.log(max(word.confidence, _LEAST)), margin, differing, math.log(len(word.text)), score))
    return np.array(rows).reshape(-1, 5)


def with_confidence(words: Sequence[TimedWord], evidence: np.ndarray, config: ConfidenceConfig) -> list[TimedWord]:
    """The words with the probability that each is right. evidence: theirs, (n_words, 5)."""
    bias, *weights = astuple(config)
    is_right = 1 / (1 + np.exp(-(evidence @ weights + bias)))
    return [replace(word, confidence=value) for word, value in zip(words, is_right.tolist(), strict=True)]


def _has(reading: Sequence[TimedWord], word: TimedWord) -> bool:
    """Whether a reading has the word in the same place."""
    middle = (word.first_step + word.last_step) // 2
    return any(other.text == word.text and other.first_step <= middle <= other.last_step for other in reading)
