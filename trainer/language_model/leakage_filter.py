"""Keeps the sentences of test sets out of a text, or figures measured on them would be worth nothing."""

from collections.abc import Sequence

import numpy as np

from engine.alphabet import fold_yo
from trainer.language_model.sentence_reader import END

RUN = 6  # so many words in a row are no coincidence
_FEWEST = 4  # a held-out sentence shorter than RUN is looked for inside others from here on


class HeldOut:
    """Sentences that a text may not contain, in the numbering of that text's words."""

    def __init__(self, sentences: Sequence[str], number: dict[str, int]):
        """sentences: normalised; number: of each word of the text, `ё` folded into `е`."""
        rng = np.random.default_rng(5)
        self._code = rng.integers(1, 2**63, len(number) + 1, np.uint64) * np.uint64(2) + np.uint64(1)
        known = [[number.get(word, -1) for word in fold_yo(sentence).split()] for sentence in sentences]
        coded = [np.array(one, np.int64) for one in known if one]
        self._runs = np.unique(np.concatenate([self._hashes(one, RUN) for one in coded] or [np.zeros(0, np.uint64)]))
        self._short = {
            n: np.unique(np.concatenate([self._hashes(one, n) for one in coded if len(one) == n]))
            for n in {len(one) for one in coded if len(one) < RUN}
        }

    def _hashes(self, words: np.ndarray, n: int) -> np.ndarray:
        """Of every n words in a row, uint64 (n_words - n + 1,); runs with an unknown word are as good as absent."""
        if len(words) < n:
            return np.zeros(0, np.uint64)
        codes = self._code[words]
        n_runs, total = len(words) - n + 1, np.zeros(len(words) - n + 1, np.uint64)
        for i in range(n):
            total = total * np.uint64(0x9E3779B97F4A7C15) + codes[i : i + n_runs]
        return total ^ (total >> np.uint64(29))

    def without(self, stream: np.ndarray) -> tuple[np.ndarray, int]:
        """The stream less every sentence that `leaks`, and how many those are."""
        sentence = np.cumsum(np.r_[0, stream[:-1] == END]) if len(stream) else np.zeros(0, np.int64)
        dropped = self.leaks(stream)
        return stream[~dropped[sentence]], int(dropped.sum())

    def leaks(self, stream: np.ndarray) -> np.ndarray:
        """Of each sentence of the stream, whether it holds a held-out one, or RUN words of one in a row.

        Sentences are looked for across their ends too, for ends may be set otherwise.
        """
        where = np.flatnonzero(stream != END)
        words = stream[where].astype(np.int64)
        hit = np.zeros(len(words), bool)
        self._mark(hit, self._hashes(words, RUN), self._runs, RUN)
        sentence = np.cumsum(np.r_[0, stream[:-1] == END]) if len(stream) else np.zeros(0, np.int64)
        of_word = sentence[where]
        lengths = np.bincount(of_word, minlength=int(sentence[-1]) + 1 if len(stream) else 0)
        starts = np.r_[True, of_word[1:] != of_word[:-1]][: len(words)]
        for n, wanted in self._short.items():
            found = self._hashes(words, n)
            if n < _FEWEST:  # common words: only where they are the whole sentence
                found = np.where((starts & (lengths[of_word] == n))[: len(found)], found, np.uint64(0))
            self._mark(hit, found, wanted, n)
        dropped = np.zeros(len(lengths), bool)
        dropped[of_word[hit]] = True
        return dropped

    @staticmethod
    def _mark(hit: np.ndarray, found: np.ndarray, wanted: np.ndarray, n: int) -> None:
        for start in np.flatnonzero(np.isin(found, wanted)):
            hit[start : start + n] = True
