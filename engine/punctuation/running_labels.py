"""Marks and forms for the words of a recording in progress; settled ones do not change any more."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import nan
from typing import Protocol

from engine.events import Word
from engine.punctuation.labels import NO_MARK, PLAIN, Label

_CONTEXT = 40  # settled words that the model sees before the undecided ones
_UNSETTLED = 4  # words at the end whose marks wait for the following words; with 6, twice as many change later
_AROUND = '.,?!:;…—–-«»„“”"()'
_SHORTEST_SENTENCE = 4  # words; a shorter line before a spoken line break may be a heading or a greeting


class Punctuates(Protocol):
    """The interface of `engine.punctuation.punctuator.Punctuator`."""

    def labels(self, words: Sequence[str], pauses_s: Sequence[float], is_over: bool) -> list[Label]:
        """A label for each word, in order. is_over: no words follow."""


class RunningLabels:
    """Labels by word. A run is the text between two spoken line breaks; the last run is open."""

    def __init__(self, punctuator: Punctuates):
        self._punctuator = punctuator
        self._settled: dict[Word, Label] = {}

    def of(self, runs: Sequence[Sequence[Word]], is_over: bool, settle: bool) -> Mapping[Word, Label]:
        """Labels of all words of the runs. is_over: no words follow. settle: the words are final."""
        labels: dict[Word, Label] = {}
        for n, run in enumerate(runs, start=1):
            is_last = n == len(runs)
            closes = is_over or not is_last
            labels |= self._of_run(run, closes, is_last or len(run) >= _SHORTEST_SENTENCE)
            if settle:
                settled_words = run if closes else run[:-_UNSETTLED]
                self._settled |= {word: labels[word] for word in settled_words if word not in self._settled}
        return labels

    def _of_run(self, run: Sequence[Word], closes: bool, is_sentence: bool) -> dict[Word, Label]:
        first = next((i for i, word in enumerate(run) if word not in self._settled), len(run))
        if first == len(run):
            return {word: self._settled[word] for word in run}
        context = max(0, first - _CONTEXT)
        window = run[context:]
        fresh = self._punctuator.labels(list(map(_bare, window)), pauses_s(window), closes and is_sentence)
        fresh = [self._settled.get(word, label) for word, label in zip(window, fresh, strict=True)]
        if not closes:
            fresh[-1] = replace(fresh[-1], mark=NO_MARK)  # decided by the following words
        return dict(zip(run, [*(self._settled.get(word, PLAIN) for word in run[:context]), *fresh], strict=True))


def _bare(word: Word) -> str:
    """The word as spoken; if a person corrected it, it may have a capital and marks."""
    return word.text.lower().strip(_AROUND) or word.text


def pauses_s(words: Sequence[Word]) -> list[float]:
    """Silence after each word in seconds; NaN after the last word, and where a word's end is unknown."""
    between = [max(following.start_s - word.end_s, 0.0) for word, following in pairwise(words)]
    return [*between, nan]
