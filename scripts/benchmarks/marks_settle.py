"""Whether marks and capitals come and stay while a person dictates: python -m scripts.benchmarks.marks_settle FOLDER...

FOLDER: with transcripts.tsv. Their words, ten sentences a dictation, come in breaths of 3 to 15, and within a breath
one after the other. Prints, as JSON, of the words that had been written for good when they were first shown: came,
the share that got a mark later; jumped, the share whose mark or capital was taken back or exchanged; of provisional
words likewise, from one showing to the next; and the longest time that one more breath took. Equal from run to run.
"""

import json
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.alphabet import normalise
from engine.dictation.apply_commands import Dictation
from engine.dictation.spoken_commands import NOTHING_SPOKEN
from engine.events import Segment, Word
from engine.punctuation.lazy_punctuator import LazyPunctuator
from trainer.corpus.transcripts import read_transcripts

_SENTENCES, _BREATH, _WORD_S, _PAUSE_S = 10, (3, 15), 0.35, 0.7


def breaths(words: list[str], time_s: float, rng: np.random.Generator) -> Iterator[Segment]:
    at = 0
    while at < len(words):
        texts = words[at : at + int(rng.integers(*_BREATH, endpoint=True))]
        times_s = time_s + _WORD_S * np.arange(len(texts) + 1)
        spoken = tuple(Word(text, *pair, 0.9) for text, pair in zip(texts, pairwise(times_s), strict=True))
        yield Segment(spoken[0].start_s, spoken[-1].end_s, spoken)
        at, time_s = at + len(texts), float(times_s[-1]) + _PAUSE_S


class Shown:
    """How each word was written when it was seen last, by when it was said."""

    def __init__(self):
        self._last: dict[float, str] = {}
        self.came = self.jumped = 0

    def show(self, segments: list[Segment]) -> None:
        for word in (word for segment in segments for word in segment.words):
            before = self._last.setdefault(word.start_s, word.text)
            self.came += before != word.text and word.text.startswith(before)
            self.jumped += before != word.text and not word.text.startswith(before)
            self._last[word.start_s] = word.text

    def figures(self) -> dict[str, float]:
        n = len(self._last)
        return {"words": n, "came": round(self.came / n, 4), "jumped": round(self.jumped / n, 4)}


def main(folders: list[Path]) -> None:
    punctuator, rng = LazyPunctuator().load(), np.random.default_rng(1)
    texts = [one.text for folder in folders for one in read_transcripts(folder)]
    final, guessed, longest_s = Shown(), Shown(), 0.0
    for first in range(0, len(texts), _SENTENCES):
        dictation = Dictation(NOTHING_SPOKEN, punctuator)
        words = normalise(" ".join(texts[first : first + _SENTENCES])).split()
        for breath in breaths(words, first * 1000.0, rng):
            for n in range(1, len(breath.words) + 1):
                guessed.show([dictation.guess(Segment(breath.start_s, breath.end_s, breath.words[:n]))])
            began_s = time.perf_counter()
            dictation.add(breath)
            longest_s = max(longest_s, time.perf_counter() - began_s)
            final.show(dictation.segments)
        dictation.finish()
        final.show(dictation.segments)
    print(json.dumps({"final": final.figures(), "provisional": guessed.figures(), "longest_s": round(longest_s, 3)}))


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
