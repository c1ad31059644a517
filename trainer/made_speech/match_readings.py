"""Which text a recording without transcript is a reading of: found in texts at hand, it is a transcript after all.

What a model makes of a minute of speech is full of mistakes, yet its words and pairs of words come together in one
place of the right book, and nowhere else. Between words that were heard right, the book tells what was said.
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

_PLACE = 50  # words of text; the place of a passage is looked for in such steps
_COMMON = 3000  # what occurs more often tells nothing of the place
_PAIR, _WORD = 1.0, 0.5  # worth of what was found, in nats of how rare it is
_TELLING = 1.6  # how many times more a passage must have in common with what was heard than any other
_FEWEST_HEARD = 25  # words
_FEWEST_LETTERS = 4  # of words in a row that were heard right, to be trusted
_LONGEST_STEPS = 270
_MOST_UNHEARD = 12  # words between two that were heard right
_FASTEST, _SLOWEST, _SLACK = 2.0, 0.3, 4  # times the reader's letters a step, and letters
_ALWAYS_YO = 0.9
_RUN = 4  # words; some share of a stretch's runs of so many must be in the texts, in some stretches of a recording
_LEAST_RUNS, _FEWEST_FOUND = 0.5, 3


@dataclass(frozen=True)
class Stretch:
    """A part of a recording, from start_step up to end_step, and what is said in it."""

    text: str
    start_step: int
    end_step: int


class Library:
    """Texts in which passages are looked for."""

    def __init__(self, paths: Sequence[Path]):
        """UTF-8 text files, as they are or compressed. Raises CorpusError where there are no words."""
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
        """The words of the text in which these, with all their mistakes, were read; somewhat more on either side.

        None where no place stands out. `ё` is written where it usually is.
        """
        if len(heard) < _FEWEST_HEARD:
            return None
        score = self._scores([self._number.get(fold_yo(word), END) for word in heard])
        span = min(len(heard) // _PLACE + 2, len(score))
        sums = np.convolve(score, np.ones(span), "valid")
        best = int(sums.argmax())
        others = np.r_[sums[: max(0, best - 3 * span)], sums[best + 3 * span :]]
        if sums[best] < _TELLING * others.max(initial=1e-9) or not sums[best]:
            return None
        first, end = max(0, best - 1) * _PLACE, (best + span + 1) * _PLACE
        return [self._yo.get(self._words[i], self._words[i]) for i in self._stream[first:end]]

    def holds(self, stretches: Sequence[str]) -> bool:
        """Whether the stretches of a recording show that it is a reading: half the runs of four words are in the texts,
        in three stretches at least.

        Chance matches are no reading: pairs of words are in any large text, and a saying or a quotation is found
        in a text that nobody read aloud, but not in one stretch after the other. What the texts do not hold is left to
        what a model heard, mistakes and all.
        """
        return sum(map(self._found, stretches)) >= _FEWEST_FOUND

    def _found(self, text: str) -> bool:
        numbers = [self._number.get(fold_yo(word), END) for word in text.split()]
        runs = {tuple(numbers[i : i + _RUN]) for i in range(len(numbers) - _RUN + 1)}
        return sum(map(self._in_stream, runs)) >= max(1.0, _LEAST_RUNS * (len(numbers) - _RUN + 1))

    def _in_stream(self, run: tuple[int, ...]) -> bool:
        """run: the numbers of _RUN words."""
        if END in run:
            return False
        first, last = (self._of_pair.of(int(self._pair(*pair))) for pair in (run[:2], run[2:]))
        return bool(np.isin(first + 2, last, assume_unique=True).any())

    def _scores(self, numbers: Sequence[int]) -> np.ndarray:
        """How much of what was heard is at each place of the texts, float64 (places,)."""
        score = np.zeros(self._places)
        known = [(a, b) for a, b in pairwise(numbers) if END not in (a, b)]
        pairs = {int(self._pair(a, b)) for a, b in known}
        wanted = [(self._of_pair, pairs, _PAIR), (self._of_word, set(numbers) - {END}, _WORD)]
        for where, codes, worth in wanted:
            for code in codes:
                found = where.of(code)
                if 0 < len(found) < _COMMON:
                    score[np.unique(found // _PLACE)] += worth * np.log(len(self._stream) / len(found))
        return score


class _Places:
    """Where each code is in a stream of codes."""

    def __init__(self, codes: np.ndarray):
        self._order = np.argsort(codes, kind="stable")
        self._sorted = codes[self._order]

    def of(self, code: int) -> np.ndarray:
        # In the type of the codes, or all of them would be copied each time.
        first, end = np.searchsorted(self._sorted, np.array((code, code + 1), self._sorted.dtype))
        return self._order[first:end]


def usual_yo(text: Text) -> dict[str, str]:
    """Words without `ё` that are usually written with it, and how."""
    usual = {}
    for word in text.dotted:
        plain = fold_yo(word)
        if text.spellings[word] > _ALWAYS_YO * (text.spellings[word] + text.spellings[plain]):
            usual[plain] = word
    return usual


def read_stretches(words: Sequence[TimedWord], passage: Sequence[str], n_steps: int) -> list[Stretch]:
    """What was said, from word to word that was heard right, in stretches as long as a sentence.

    words: as they were heard; passage: from the text; n_steps: of the recording. Where the reader left the text, or it
    took too long or too short for it, nothing is taken.
    """
    anchors = _anchors(words, passage)
    if len(anchors) < 2:
        return []
    cuts = [_cut(words, at, n_steps) for at, _ in anchors]
    pace = _pace(words, anchors)
    edges, first = [], 0
    for here in range(1, len(anchors)):
        said = passage[anchors[here - 1][1] : anchors[here][1]]
        likely = _likely(said, cuts[here] - cuts[here - 1], pace)
        if not likely or cuts[here] - cuts[first] > _LONGEST_STEPS:
            edges.append((first, here - 1))
            first = here - 1 if likely else here
    edges.append((first, len(anchors) - 1))
    return [
        Stretch(SPACE.join(passage[anchors[first][1] : anchors[last][1]]), cuts[first], cuts[last])
        for first, last in edges
        if last > first and cuts[last] > cuts[first]
    ]


def _anchors(words: Sequence[TimedWord], passage: Sequence[str]) -> list[tuple[int, int]]:
    """Numbers of words that are equal in both, in order, where enough of them follow each other."""
    heard, read = [fold_yo(word.text) for word in words], [fold_yo(word) for word in passage]
    blocks = SequenceMatcher(None, heard, read, autojunk=False).get_matching_blocks()
    return [
        (block.a + i, block.b + i)
        for block in blocks
        if sum(map(len, heard[block.a : block.a + block.size])) >= _FEWEST_LETTERS
        for i in range(block.size)
    ]


def _cut(words: Sequence[TimedWord], at: int, n_steps: int) -> int:
    """The step before a word, midway from the one before it."""
    before = words[at - 1].last_step if at else max(0, words[at].first_step - 20)
    return min(n_steps, (before + words[at].first_step) // 2 + 1)


def _pace(words: Sequence[TimedWord], anchors: Sequence[tuple[int, int]]) -> float:
    """Letters a step, of neighbours that were heard right."""
    rates = [
        (len(words[a].text) + 1) / max(1, words[b].first_step - words[a].first_step)
        for (a, _), (b, _) in pairwise(anchors)
        if b == a + 1
    ]
    return float(np.median(rates)) if rates else 0.4


def _likely(said: Sequence[str], n_steps: int, pace: float) -> bool:
    letters = len(said) + sum(map(len, said))
    usual = pace * n_steps
    spoken_as_written = len(said) <= _MOST_UNHEARD and all(map(is_word, said))
    return spoken_as_written and _SLOWEST * usual - _SLACK <= letters <= _FASTEST * usual + _SLACK
