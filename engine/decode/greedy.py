"""Log-probabilities -> words with times and confidence.

A decoder is anything with `decode(log_probs, said) -> list[TimedWord]`: `GreedyDecoder` here,
`engine.decode.beam.BeamDecoder` with a language model. The composition in
`engine.transcribe.transcribe` takes any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.alphabet import SPACE, Alphabet


@dataclass(frozen=True)
class TimedWord:
    """A word, its first and last network step (both belong to it), and its confidence from 0 to 1.

    alternatives: other words for the same place, the likeliest first.
    """

    text: str
    first_step: int
    last_step: int
    confidence: float
    alternatives: tuple[str, ...] = ()


class Decoder(Protocol):
    """Turns log-probabilities into words."""

    def decode(self, log_probs: np.ndarray, said: Sequence[str] = ()) -> list[TimedWord]:
        """log_probs: float32 (n_steps, n_labels), natural logarithm, rows sum to 1 as probabilities.

        said: the words before, in the same recording, as context.
        """

    def guess(self, log_probs: np.ndarray) -> list[TimedWord]:
        """A fast version for provisional text: perhaps other words, and no alternatives."""


def checked(log_probs: np.ndarray, alphabet: Alphabet) -> None:
    """Raises ValueError unless log_probs is (n_steps, n_labels)."""
    if log_probs.ndim != 2 or log_probs.shape[1] != alphabet.n_labels:
        raise ValueError(f"log_probs must be (n_steps, {alphabet.n_labels}), not {log_probs.shape}")


@dataclass(frozen=True)
class Letter:
    """A label of the alphabet, its first and last network step, and its best log-probability there."""

    label: int
    first_step: int
    last_step: int
    log_prob: float


class GreedyDecoder:
    """The likeliest label at each step, collapsed (Graves 2006: best path decoding).

    A letter's log-probability is the best one among its steps; a word's confidence is the geometric mean of its
    letters' probabilities.
    """

    def __init__(self, alphabet: Alphabet):
        self.alphabet = alphabet

    def decode(self, log_probs: np.ndarray, said: Sequence[str] = ()) -> list[TimedWord]:
        """Words of log_probs (n_steps, n_labels). Raises ValueError for another shape."""
        checked(log_probs, self.alphabet)
        words: list[TimedWord] = []
        letters: list[Letter] = []
        for letter in self._letters(log_probs):
            if letter.label == self.alphabet.space:
                words += self._word(letters)
                letters = []
            else:
                letters.append(letter)
        return words + self._word(letters)

    def guess(self, log_probs: np.ndarray) -> list[TimedWord]:
        """The words so far of a stretch that is still being spoken."""
        return self.decode(log_probs)

    def text(self, log_probs: np.ndarray) -> str:
        """The words, joined by single spaces."""
        return SPACE.join(word.text for word in self.decode(log_probs))

    def _letters(self, log_probs: np.ndarray) -> list[Letter]:
        """The runs of equal labels on the best path, without blanks."""
        if not len(log_probs):
            return []
        path = log_probs.argmax(axis=1)
        best = log_probs[np.arange(len(path)), path]
        starts = np.flatnonzero(np.r_[True, path[1:] != path[:-1]])
        ends = np.r_[starts[1:], len(path)]
        return [
            Letter(int(path[start]), int(start), int(end - 1), float(best[start:end].max()))
            for start, end in zip(starts, ends, strict=True)
            if path[start] != self.alphabet.blank
        ]

    def _word(self, letters: list[Letter]) -> list[TimedWord]:
        if not letters:
            return []
        confidence = float(np.exp(np.mean([letter.log_prob for letter in letters])))
        text = self.alphabet.decode(letter.label for letter in letters)
        return [TimedWord(text, letters[0].first_step, letters[-1].last_step, min(1.0, confidence))]
