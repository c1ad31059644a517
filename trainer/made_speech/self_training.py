"""Recordings without transcripts: read by a model with its language model, and what it is sure of is learned from.

Where a recording is a reading of a text at hand, the text says what was read (see
`trainer.made_speech.match_readings`).

Pseudo-labels (Kahn, Lee and Hannun 2020), by the stretch from pause to pause instead of by the recording: of a minute
of speech some parts are read better than others.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.alphabet import SPACE, fewest_steps
from engine.config import HOP_S
from engine.decode.greedy import Decoder, TimedWord
from engine.features.network_input import as_wide_as, hearings
from engine.model.checkpoint import Description
from engine.model.recogniser import Recogniser
from trainer.corpus.cache import FeatureCache, Utterance
from trainer.corpus.cache_writer import Collector, summary, whole_folder, write_report
from trainer.corpus.events import CacheReady, Extracting
from trainer.corpus.preflight import Heard
from trainer.corpus.recording import Recording
from trainer.corpus.splits import TRAIN
from trainer.errors import CorpusError
from trainer.made_speech.match_readings import Library, Stretch, read_stretches

_UNSURE = "the model is sure of nothing in it"
_NOT_READ = "none of its recordings was found in the texts"
_SILENCE = 20  # steps, the most that a stretch takes on either side
_PAUSE, _BREATH = 12, 6  # steps between two words: there a stretch ends, and there it does once it is long
_LONG, _MOST_WORDS = 6, 14
_LEAST_SHARE = 0.2  # of a recording, that the text must say


@dataclass(frozen=True)
class Sure:
    """When a stretch is learned from.

    confidence: least mean over its letters; of_word: least of each of its words; words, letters: fewest together.
    """

    confidence: float = 0.5
    of_word: float = 0.12
    words: int = 2
    letters: int = 9

    def __call__(self, run: Sequence[TimedWord]) -> bool:
        """Whether a run of words is trusted as a transcript."""
        letters = sum(len(word.text) for word in run)
        if len(run) < self.words or letters < self.letters or min(word.confidence for word in run) < self.of_word:
            return False
        return sum(word.confidence * len(word.text) for word in run) >= self.confidence * letters


def sure_stretches(words: list[TimedWord], sure: Sure) -> list[list[TimedWord]]:
    """Runs of neighbouring words from pause to pause, those that the model is sure of as a whole.

    Words are not chosen one by one: the sure ones alone are those that the model can read already.
    """
    runs: list[list[TimedWord]] = [[]]
    for before, word in zip([None, *words], words, strict=False):
        gap = word.first_step - before.last_step if before else 0
        if gap > _PAUSE or (gap > _BREATH and len(runs[-1]) >= _LONG) or len(runs[-1]) >= _MOST_WORDS:
            runs.append([])
        runs[-1].append(word)
    return [run for run in runs if sure(run)]


def edges(run: list[TimedWord], words: list[TimedWord], n_steps: int) -> tuple[int, int]:
    """First step of a stretch and the one after its last, midway to the words around it."""
    first, last = words.index(run[0]), words.index(run[-1])
    start = 0 if first == 0 else (words[first - 1].last_step + run[0].first_step) // 2 + 1
    end = n_steps if last == len(words) - 1 else (run[-1].last_step + words[last + 1].first_step) // 2 + 1
    return max(start, run[0].first_step - _SILENCE), min(end, run[-1].last_step + _SILENCE)


@dataclass(frozen=True)
class Books:
    """Texts that may have been read aloud. avoided: what may not be learned from; alone: whether recordings that are no
    reading of them are left out."""

    library: Library
    avoided: Container[str] = ()
    alone: bool = False

    def stretches(self, words: Sequence[TimedWord], n_steps: int) -> list[Stretch]:
        """What the text says, where these words are a reading of one; nothing where they are not.

        Little in common with a text is chance, or a quotation.
        """
        passage = self.library.passage([word.text for word in words])
        found = read_stretches(words, passage, n_steps) if passage else []
        if sum(one.end_step - one.start_step for one in found) < _LEAST_SHARE * n_steps:
            return []
        return [one for one in found if len(one.text) >= Sure.letters and one.text not in self.avoided]


def labelled(words: list[TimedWord], n_steps: int, sure: Sure, books: Books | None = None) -> list[Stretch]:
    """The stretches of a recording to learn from: what a text says was read, or else what the model is sure of."""
    read = books.stretches(words, n_steps) if books else []
    found = read or [
        Stretch(SPACE.join(word.text for word in run), *edges(run, words, n_steps))
        for run in sure_stretches(words, sure)
    ]
    left_out = books is not None and books.alone and not books.library.holds([one.text for one in found])
    return [] if left_out else found


def write_labelled(
    folder: Path,
    cache: FeatureCache,
    model: Description,
    recognise: Recogniser,
    decoder: Decoder,
    sure: Sure,
    books: Books | None = None,
) -> Iterator[Extracting | CacheReady]:
    """Reads every recording of a cache and writes a feature cache of the stretches it can be learned from, all `train`.

    Each recording counts as a speaker of its own: who reads at length is not told, and a voice in another room is
    another voice to the model. Yields Extracting as it goes, CacheReady last. Raises CorpusError where there is
    nothing to learn from or the cache was made with another front end; CacheFolderTaken, DiskFull, NotWritable.
    """
    cache.require(model.features)
    alone = books is not None and books.alone
    with whole_folder(folder) as new:
        collector = Collector(new, model.features.width)
        try:
            for done, utterance in enumerate(cache.utterances, start=1):
                cepstra = as_wide_as(model.features, cache.rows(utterance.start, utterance.frames))
                (log_probs,) = recognise(hearings(cepstra, model.features, model.model, warp=0))
                for one in labelled(decoder.decode(log_probs), len(log_probs), sure, books):
                    _add(collector, utterance, cepstra, one, model)
                yield Extracting(done, len(cache.utterances), None)
            if not collector.rows:
                raise CorpusError(path=cache.folder, reason=_NOT_READ if alone else _UNSURE)
            splits = [TRAIN] * len(collector.rows)
            collector.write_features(splits)
        finally:
            collector.close()
        report = summary(collector.rows, splits, (), ())
        made_of = {"labelled_by": model.name, **vars(sure), "texts_only": alone}
        write_report(new, model.features.to_dict(), made_of, report)
    yield CacheReady(folder, report, reused=False)


def _add(collector: Collector, utterance: Utterance, cepstra: np.ndarray, one: Stretch, model: Description) -> None:
    """A stretch as a recording, unless its text needs more steps or other letters than there are."""
    if model.alphabet.foreign(one.text):
        return
    if fewest_steps(model.alphabet.encode(one.text)) > one.end_step - one.start_step:
        return
    start, end = (step * model.model.n_stacked for step in (one.start_step, one.end_step))
    name = f"{utterance.id}:{start}"
    heard = np.ascontiguousarray(cepstra[start:end])
    collector.add(Recording(name, Path(name), utterance.id, one.text), Heard(heard, len(heard) * HOP_S))
