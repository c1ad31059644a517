"""Recordings without transcripts: read by a model with its language model, and what it is sure of is learned from.

Pseudo-labels (Kahn, Lee and Hannun 2020), by the stretch instead of by the recording: a minute of speech is hardly ever
read without a mistake, but runs of some words in it are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.alphabet import SPACE
from engine.checkpoint import Checkpoint
from engine.config import HOP_S
from engine.decode import Decoder, TimedWord
from engine.errors import CorpusError
from engine.frames import network_input, normalise
from engine.model import Recogniser
from trainer.cache import FeatureCache
from trainer.cache_writer import Collector, summary, whole_folder, write_report
from trainer.corpus import Recording
from trainer.corpus_events import CacheReady, Extracting
from trainer.preflight import Heard
from trainer.splits import TRAIN

_LONGEST_GAP = 20  # steps between two words of one stretch
_MOST_WORDS = 12


@dataclass(frozen=True)
class Sure:
    """When a stretch is learned from. confidence: least of each of its words; words, letters: fewest together."""

    confidence: float = 0.6
    words: int = 2
    letters: int = 9


def sure_stretches(words: list[TimedWord], sure: Sure) -> list[list[TimedWord]]:
    """Runs of neighbouring words that are all sure, cut at long pauses and where they get long."""
    runs: list[list[TimedWord]] = [[]]
    for before, word in pairwise([None, *words]):
        pause = before is not None and word.first_step - before.last_step > _LONGEST_GAP
        if runs[-1] and (pause or word.confidence < sure.confidence or len(runs[-1]) >= _MOST_WORDS):
            runs.append([])
        if word.confidence >= sure.confidence:
            runs[-1].append(word)
    return [run for run in runs if len(run) >= sure.words and sum(len(word.text) for word in run) >= sure.letters]


def edges(run: list[TimedWord], words: list[TimedWord], n_steps: int) -> tuple[int, int]:
    """First step of a stretch and the one after its last, midway to the words around it."""
    first, last = words.index(run[0]), words.index(run[-1])
    start = 0 if first == 0 else (words[first - 1].last_step + run[0].first_step) // 2 + 1
    end = n_steps if last == len(words) - 1 else (run[-1].last_step + words[last + 1].first_step) // 2 + 1
    return max(start, run[0].first_step - _LONGEST_GAP), min(end, run[-1].last_step + _LONGEST_GAP)


def write_labelled(
    folder: Path, cache: FeatureCache, checkpoint: Checkpoint, decoder: Decoder, sure: Sure
) -> Iterator[Extracting | CacheReady]:
    """Reads every recording of a cache and writes a feature cache of the stretches that are sure, all of it `train`.

    Yields Extracting as it goes, CacheReady last. Raises CorpusError where the model is sure of nothing or the cache
    was made with another front end; CacheFolderTaken, DiskFull, NotWritable.
    """
    cache.require(checkpoint.features)
    recognise = Recogniser(checkpoint.model, checkpoint.weights)
    with whole_folder(folder) as new:
        collector = Collector(new, checkpoint.features.n_cepstra)
        try:
            for done, utterance in enumerate(cache.utterances, start=1):
                cepstra = cache.rows(utterance.start, utterance.frames)
                (log_probs,) = recognise([network_input(normalise(cepstra), checkpoint.model)])
                words = decoder.decode(log_probs)
                for run in sure_stretches(words, sure):
                    start, end = (step * checkpoint.model.n_stacked for step in edges(run, words, len(log_probs)))
                    text = SPACE.join(word.text for word in run)
                    name = f"{utterance.id}:{start}"
                    recording = Recording(name, Path(name), utterance.speaker, text)
                    heard = np.ascontiguousarray(cepstra[start:end])
                    collector.add(recording, Heard(heard, len(heard) * HOP_S))
                yield Extracting(done, len(cache.utterances), None)
            if not collector.rows:
                raise CorpusError(path=cache.folder, reason="the model is sure of nothing in it")
            splits = [TRAIN] * len(collector.rows)
            collector.write_features(splits)
        finally:
            collector.close()
        report = summary(collector.rows, splits, (), ())
        write_report(new, checkpoint.features.to_dict(), {"labelled_by": checkpoint.name, **vars(sure)}, report)
    yield CacheReady(folder, report, reused=False)
