"""Marks and forms of the words of one recording as they come: what is settled does not change any more."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import nan
from typing import Protocol

from engine.events import Word
from engine.punctuation.labels import NO_MARK, PLAIN, Label

_CONTEXT = 40  # settled words that the model sees before those it decides on
_UNSETTLED = 4  # words at the end whose marks wait for what is said next; with 6, twice as many jump
_AROUND = '.,?!:;…—–-«»„“”"()'
_SHORTEST_SENTENCE = 4  # words; what is shorter before a line break that was asked for may be a heading or a greeting


class Punctuates(Protocol):
    """What is needed of `engine.punctuation.punctuator.Punctuator`."""

    def labels(self, words: Sequence[str], pauses_s: Sequence[float], is_over: bool) -> list[Label]:
        """A label for each word, in order. is_over: nothing follows."""


class RunningLabels:
    """Labels by word. A run is what stands between two line breaks that were asked for; the last one goes on."""

    def __init__(self, punctuator: Punctuates):
        self._punctuator = punctuator
        self._settled: dict[Word, Label] = {}

    def of(self, runs: Sequence[Sequence[Word]], is_over: bool, settle: bool) -> Mapping[Word, Label]:
        """Labels of all words of the runs. is_over: nothing comes after them. settle: they were said for good."""
        found: dict[Word, Label] = {}
        for n, run in enumerate(runs, start=1):
            is_last = n == len(runs)
            closes = is_over or not is_last
            found |= self._of_run(run, closes, is_last or len(run) >= _SHORTEST_SENTENCE)
            if settle:
                kept = run if closes else run[:-_UNSETTLED]
                self._settled |= {word: found[word] for word in kept if word not in self._settled}
        return found

    def _of_run(self, run: Sequence[Word], closes: bool, is_sentence: bool) -> dict[Word, Label]:
        first = next((i for i, word in enumerate(run) if word not in self._settled), len(run))
        if first == len(run):
            return {word: self._settled[word] for word in run}
        context = max(0, first - _CONTEXT)
        window = run[context:]
        fresh = self._punctuator.labels(list(map(_bare, window)), pauses_s(window), closes and is_sentence)
        fresh = [self._settled.get(word, label) for word, label in zip(window, fresh, strict=True)]
        if not closes:
            fresh[-1] = replace(fresh[-1], mark=NO_MARK)  # what comes next decides
        return dict(zip(run, [*(self._settled.get(word, PLAIN) for word in run[:context]), *fresh], strict=True))


def _bare(word: Word) -> str:
    """As it was said: where a person corrected it, it may have a capital and marks."""
    return word.text.lower().strip(_AROUND) or word.text


def pauses_s(words: Sequence[Word]) -> list[float]:
    """Silence after each word in seconds; NaN after the last, and where a word's end is."""
    between = [max(following.start_s - word.end_s, 0.0) for word, following in pairwise(words)]
    return [*between, nan]
