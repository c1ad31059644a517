"""Removes the sentences of test sets from a text, so that evaluations on them are valid."""

from collections.abc import Sequence

import numpy as np

from engine.alphabet import fold_yo
from trainer.language_model.sentence_reader import END

RUN = 6  # this many consecutive words are no coincidence
_FEWEST = 4  # held-out sentences from this length up to RUN are searched inside other sentences too


class HeldOut:
    """Sentences that a text must not contain, in the numbering of that text's words."""

    def __init__(self, sentences: Sequence[str], number: dict[str, int]):
        """sentences: normalised; number: of each word of the text, `ё` folded into `е`."""
        rng = np.random.default_rng(5)
        self._code = rng.integers(1, 2**63, len(number) + 1, np.uint64) * np.uint64(2) + np.uint64(1)
        known = [[number.get(word, -1) for word in fold_yo(sentence).split()] for sentence in sentences]
        coded = [np.array(numbers, np.int64) for numbers in known if numbers]
        runs = [self._hashes(numbers, RUN) for numbers in coded]
        self._runs = np.unique(np.concatenate(runs or [np.zeros(0, np.uint64)]))
        self._short = {
            n: np.unique(np.concatenate([self._hashes(numbers, n) for numbers in coded if len(numbers) == n]))
            for n in {len(numbers) for numbers in coded if len(numbers) < RUN}
        }

    def _hashes(self, words: np.ndarray, n: int) -> np.ndarray:
        """Hashes of every n consecutive words, uint64 (n_words - n + 1,); runs with an unknown word never match."""
        if len(words) < n:
            return np.zeros(0, np.uint64)
        codes = self._code[words]
        n_runs, total = len(words) - n + 1, np.zeros(len(words) - n + 1, np.uint64)
        for i in range(n):
            total = total * np.uint64(0x9E3779B97F4A7C15) + codes[i : i + n_runs]
        return total ^ (total >> np.uint64(29))

    def without(self, stream: np.ndarray) -> tuple[np.ndarray, int]:
        """The stream without the sentences that leak, and their number."""
        sentence = np.cumsum(np.r_[0, stream[:-1] == END]) if len(stream) else np.zeros(0, np.int64)
        dropped = self.leaks(stream)
        return stream[~dropped[sentence]], int(dropped.sum())

    def leaks(self, stream: np.ndarray) -> np.ndarray:
        """Whether each sentence of the stream holds a held-out one, or RUN consecutive words of one.

        Matches may span sentence ends, because the text may divide sentences differently.
        """
        positions = np.flatnonzero(stream != END)
        words = stream[positions].astype(np.int64)
        hit = np.zeros(len(words), bool)
        self._mark(hit, self._hashes(words, RUN), self._runs, RUN)
        sentence = np.cumsum(np.r_[0, stream[:-1] == END]) if len(stream) else np.zeros(0, np.int64)
        of_word = sentence[positions]
        lengths = np.bincount(of_word, minlength=int(sentence[-1]) + 1 if len(stream) else 0)
        starts = np.r_[True, of_word[1:] != of_word[:-1]][: len(words)]
        for n, held_hashes in self._short.items():
            hashes = self._hashes(words, n)
            if n < _FEWEST:  # common words: only where they are the whole sentence
                hashes = np.where((starts & (lengths[of_word] == n))[: len(hashes)], hashes, np.uint64(0))
            self._mark(hit, hashes, held_hashes, n)
        dropped = np.zeros(len(lengths), bool)
        dropped[of_word[hit]] = True
        return dropped

    @staticmethod
    def _mark(hit: np.ndarray, hashes: np.ndarray, held_hashes: np.ndarray, n: int) -> None:
        for start in np.flatnonzero(np.isin(hashes, held_hashes)):
            hit[start : start + n] = True
