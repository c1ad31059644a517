"""Self-training: transcribes recordings with a model and its language model, and keeps confident parts.

If a recording is a reading of a given text, the transcript comes from the text (see
`trainer.made_speech.match_readings`).

Pseudo-labels (Kahn, Lee and Hannun 2020) for stretches between pauses instead of whole recordings, because some parts
of a minute of speech are recognised better than others.
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
_SILENCE = 20  # steps of silence kept on either side of a stretch, at most
_PAUSE, _BREATH = 12, 6  # steps between two words that end a stretch, and that end a long stretch
_LONG, _MOST_WORDS = 6, 14
_LEAST_SHARE = 0.2  # share of a recording that the text must cover


@dataclass(frozen=True)
class Sure:
    """The condition for keeping a stretch.

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
    """Runs of words between pauses, if the model is sure of the whole run.

    Words are not chosen one by one, because those are the ones that the model already recognises.
    """
    runs: list[list[TimedWord]] = [[]]
    for previous, word in zip([None, *words], words, strict=False):
        gap = word.first_step - previous.last_step if previous else 0
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
    """Texts that may have been read aloud.

    avoided: sentences that must not be used; alone: whether recordings that are not readings are left out.
    """

    library: Library
    avoided: Container[str] = ()
    alone: bool = False

    def stretches(self, words: Sequence[TimedWord], n_steps: int) -> list[Stretch]:
        """Stretches with the text's words, if the recognised words are a reading of one; else none.

        A small common part is chance, or a quotation.
        """
        passage = self.library.passage([word.text for word in words])
        result = read_stretches(words, passage, n_steps) if passage else []
        if sum(stretch.end_step - stretch.start_step for stretch in result) < _LEAST_SHARE * n_steps:
            return []
        return [part for part in result if len(part.text) >= Sure.letters and part.text not in self.avoided]


def labelled(words: list[TimedWord], n_steps: int, sure: Sure, books: Books | None = None) -> list[Stretch]:
    """The stretches of a recording to train on: from the text that was read, or else those that the model is sure
    of."""
    from_text = books.stretches(words, n_steps) if books else []
    result = from_text or [
        Stretch(SPACE.join(word.text for word in run), *edges(run, words, n_steps))
        for run in sure_stretches(words, sure)
    ]
    left_out = books is not None and books.alone and not books.library.holds([stretch.text for stretch in result])
    return [] if left_out else result


def write_labelled(
    folder: Path,
    cache: FeatureCache,
    model: Description,
    recognise: Recogniser,
    decoder: Decoder,
    sure: Sure,
    books: Books | None = None,
) -> Iterator[Extracting | CacheReady]:
    """Transcribes every recording of a cache and writes a feature cache of usable stretches, all in `train`.

    Each recording counts as a speaker of its own, because speakers are unknown, and a voice in another room is another
    voice to the model. Yields Extracting meanwhile and CacheReady at the end. Raises CorpusError if nothing is usable
    or the cache was made with another front end; CacheFolderTaken, DiskFull, NotWritable.
    """
    cache.require(model.features)
    alone = books is not None and books.alone
    with whole_folder(folder) as building:
        collector = Collector(building, model.features.width)
        try:
            for n_done, utterance in enumerate(cache.utterances, start=1):
                cepstra = as_wide_as(model.features, cache.rows(utterance.start, utterance.frames))
                (log_probs,) = recognise(hearings(cepstra, model.features, model.model, warp=0))
                for stretch in labelled(decoder.decode(log_probs), len(log_probs), sure, books):
                    _add(collector, utterance, cepstra, stretch, model)
                yield Extracting(n_done, len(cache.utterances), None)
            if not collector.rows:
                raise CorpusError(path=cache.folder, reason=_NOT_READ if alone else _UNSURE)
            splits = [TRAIN] * len(collector.rows)
            collector.write_features(splits)
        finally:
            collector.close()
        report = summary(collector.rows, splits, (), ())
        made_of = {"labelled_by": model.name, **vars(sure), "texts_only": alone}
        write_report(building, model.features.to_dict(), made_of, report)
    yield CacheReady(folder, report, reused=False)


def _add(collector: Collector, utterance: Utterance, cepstra: np.ndarray, stretch: Stretch, model: Description) -> None:
    """Adds a stretch as a recording, unless its text needs more steps than it has, or other letters."""
    if model.alphabet.foreign(stretch.text):
        return
    if fewest_steps(model.alphabet.encode(stretch.text)) > stretch.end_step - stretch.start_step:
        return
    start, end = (step * model.model.n_stacked for step in (stretch.start_step, stretch.end_step))
    name = f"{utterance.id}:{start}"
    cut_cepstra = np.ascontiguousarray(cepstra[start:end])
    collector.add(Recording(name, Path(name), utterance.id, stretch.text), Heard(cut_cepstra, len(cut_cepstra) * HOP_S))
