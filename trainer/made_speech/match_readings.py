"""Finds the text that an untranscribed recording is a reading of, and uses it as the transcript.

A model's transcription of a minute of speech is full of errors, yet many of its words and pairs of words match one
place of the right book, and no other. Between correctly recognised words, the book has the words that were spoken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.alphabet import SPACE, fold_yo
from engine.decode.greedy import TimedWord
from trainer.language_model.sentence_reader import END, Reader, Text, is_word

_PLACE = 50  # words of text per place; passages are searched in steps of places
_COMMON = 3000  # more frequent words and pairs are ignored
_PAIR, _WORD = 1.0, 0.5  # weight of a match, per nat of its rarity
_TELLING = 1.6  # ratio of a passage's score to that of any other place
_FEWEST_HEARD = 25  # words
_FEWEST_LETTERS = 4  # of consecutive correctly recognised words, to be trusted
_LONGEST_STEPS = 270
_MOST_UNHEARD = 12  # words between two correctly recognised ones
_FASTEST, _SLOWEST, _SLACK = 2.0, 0.3, 4  # times the reader's letters per step, and letters
_ALWAYS_YO = 0.9
_RUN = 4  # words; a share of a stretch's runs of this length must be in the texts
_LEAST_RUNS, _FEWEST_FOUND = 0.5, 3


@dataclass(frozen=True)
class Stretch:
    """A part of a recording, from start_step up to end_step, and its text."""

    text: str
    start_step: int
    end_step: int


class Library:
    """Texts in which passages are searched."""

    def __init__(self, paths: Sequence[Path]):
        """paths: UTF-8 text files, may be compressed. Raises CorpusError if they hold no words."""
        reader = Reader()
        for _n_words in reader.read_all(paths):
            pass
        self._words = reader.texts[-1].words
        self._number = {word: i for i, word in enumerate(self._words)}
        self._yo = usual_yo(reader.texts[-1])
        stream = np.concatenate([text.stream for text in reader.texts])
        self._stream = stream[stream != END]
        self._places = -(-len(self._stream) // _PLACE)
        self._of_word = _Places(self._stream)
        self._of_pair = _Places(self._pair(self._stream[:-1], self._stream[1:]))

    def _pair(self, first: np.ndarray | int, second: np.ndarray | int) -> np.ndarray:
        return np.asarray(first, np.int64) * len(self._words) + second

    def passage(self, heard: Sequence[str]) -> list[str] | None:
        """The words of the passage that recognised words are a reading of, with some more on either side.

        None if no place stands out. `ё` is written where it is usual.
        """
        if len(heard) < _FEWEST_HEARD:
            return None
        score = self._scores([self._number.get(fold_yo(word), END) for word in heard])
        span = min(len(heard) // _PLACE + 2, len(score))
        sums = np.convolve(score, np.ones(span), "valid")
        best = int(sums.argmax())
        other_sums = np.r_[sums[: max(0, best - 3 * span)], sums[best + 3 * span :]]
        if sums[best] < _TELLING * other_sums.max(initial=1e-9) or not sums[best]:
            return None
        first, end = max(0, best - 1) * _PLACE, (best + span + 1) * _PLACE
        return [self._yo.get(self._words[i], self._words[i]) for i in self._stream[first:end]]

    def holds(self, stretches: Sequence[str]) -> bool:
        """Whether a recording is a reading: in at least three stretches half the runs of four words are in the texts.

        Fewer matches are chance: pairs of words occur in any large text, and a saying or a quotation may be found in a
        text that was not read, but not in several stretches.
        """
        return sum(map(self._found, stretches)) >= _FEWEST_FOUND

    def _found(self, text: str) -> bool:
        numbers = [self._number.get(fold_yo(word), END) for word in text.split()]
        runs = {tuple(numbers[i : i + _RUN]) for i in range(len(numbers) - _RUN + 1)}
        return sum(map(self._in_stream, runs)) >= max(1.0, _LEAST_RUNS * (len(numbers) - _RUN + 1))

    def _in_stream(self, run: tuple[int, ...]) -> bool:
        """Whether the texts hold a run of _RUN words, given by their numbers."""
        if END in run:
            return False
        first, last = (self._of_pair.of(int(self._pair(*pair))) for pair in (run[:2], run[2:]))
        return bool(np.isin(first + 2, last, assume_unique=True).any())

    def _scores(self, numbers: Sequence[int]) -> np.ndarray:
        """The score of each place of the texts, float64 (n_places,), for the numbers of the recognised words."""
        score = np.zeros(self._places)
        known_pairs = [(a, b) for a, b in pairwise(numbers) if END not in (a, b)]
        pairs = {int(self._pair(a, b)) for a, b in known_pairs}
        features = [(self._of_pair, pairs, _PAIR), (self._of_word, set(numbers) - {END}, _WORD)]
        for index, codes, worth in features:
            for code in codes:
                positions = index.of(code)
                if 0 < len(positions) < _COMMON:
                    score[np.unique(positions // _PLACE)] += worth * np.log(len(self._stream) / len(positions))
        return score


class _Places:
    """The positions of each code in a stream of codes."""

    def __init__(self, codes: np.ndarray):
        self._order = np.argsort(codes, kind="stable")
        self._sorted = codes[self._order]

    def of(self, code: int) -> np.ndarray:
        # In the dtype of the codes, or all of them would be copied each time.
        first, end = np.searchsorted(self._sorted, np.array((code, code + 1), self._sorted.dtype))
        return self._order[first:end]


def usual_yo(text: Text) -> dict[str, str]:
    """Words without `ё` -> their spelling, if they are usually written with it."""
    usual = {}
    for word in text.dotted:
        plain = fold_yo(word)
        if text.spellings[word] > _ALWAYS_YO * (text.spellings[word] + text.spellings[plain]):
            usual[plain] = word
    return usual


def read_stretches(words: Sequence[TimedWord], passage: Sequence[str], n_steps: int) -> list[Stretch]:
    """The spoken text between correctly recognised words, in stretches as long as a sentence.

    words: recognised; passage: from the text; n_steps: of the recording. Parts where the reader left the text, or was
    far too slow or too fast for it, are left out.
    """
    anchors = _anchors(words, passage)
    if len(anchors) < 2:
        return []
    cuts = [_cut(words, index, n_steps) for index, _ in anchors]
    pace = _pace(words, anchors)
    edges, first = [], 0
    for i in range(1, len(anchors)):
        spoken_words = passage[anchors[i - 1][1] : anchors[i][1]]
        likely = _likely(spoken_words, cuts[i] - cuts[i - 1], pace)
        if not likely or cuts[i] - cuts[first] > _LONGEST_STEPS:
            edges.append((first, i - 1))
            first = i - 1 if likely else i
    edges.append((first, len(anchors) - 1))
    return [
        Stretch(SPACE.join(passage[anchors[first][1] : anchors[last][1]]), cuts[first], cuts[last])
        for first, last in edges
        if last > first and cuts[last] > cuts[first]
    ]


def _anchors(words: Sequence[TimedWord], passage: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of indices of equal words, in order, from long enough runs."""
    recognised, expected = [fold_yo(word.text) for word in words], [fold_yo(word) for word in passage]
    blocks = SequenceMatcher(None, recognised, expected, autojunk=False).get_matching_blocks()
    return [
        (block.a + i, block.b + i)
        for block in blocks
        if sum(map(len, recognised[block.a : block.a + block.size])) >= _FEWEST_LETTERS
        for i in range(block.size)
    ]


def _cut(words: Sequence[TimedWord], index: int, n_steps: int) -> int:
    """The step to cut at before a word, midway from the word before."""
    previous_step = words[index - 1].last_step if index else max(0, words[index].first_step - 20)
    return min(n_steps, (previous_step + words[index].first_step) // 2 + 1)


def _pace(words: Sequence[TimedWord], anchors: Sequence[tuple[int, int]]) -> float:
    """Letters per step between neighbouring anchors."""
    rates = [
        (len(words[a].text) + 1) / max(1, words[b].first_step - words[a].first_step)
        for (a, _), (b, _) in pairwise(anchors)
        if b == a + 1
    ]
    return float(np.median(rates)) if rates else 0.4


def _likely(spoken_words: Sequence[str], n_steps: int, pace: float) -> bool:
    letters = len(spoken_words) + sum(map(len, spoken_words))
    usual = pace * n_steps
    spoken_as_written = len(spoken_words) <= _MOST_UNHEARD and all(map(is_word, spoken_words))
    return spoken_as_written and _SLOWEST * usual - _SLACK <= letters <= _FASTEST * usual + _SLACK
