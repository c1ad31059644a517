"""Sentences drawn from texts, in batches of similar length."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from engine.decode.language_model import LanguageModel
from engine.decode.rescorer import BEGIN
from engine.system.npz import write_arrays
from engine.word_features import word_features
from trainer.language_model.corpus_sentences import held_out_sentences
from trainer.language_model.leakage_filter import HeldOut
from trainer.language_model.sentence_reader import END, Reader
from trainer.second_reading.network import Batch

WORDS = "words"  # name of the array of words in a file of texts; the other arrays are texts
_LONGEST, _CHUNK = 40, 4096  # longest sentence in words; number of sentences sorted by length together
_NEXT_CHUNK = 1_000_003
_DRAWN = 2048
# How often a word of each text is drawn: texts that resemble read speech more often.
WEIGHTS = {
    "literature": 0.33,
    "modern": 0.17,
    "dialogue": 0.10,
    "plays": 0.09,
    "talk": 0.08,
    "common-voice-ru": 0.08,
    "guides": 0.06,
    "office": 0.04,
    "law": 0.05,
}
_OTHER_WEIGHT = 0.1


def read_texts(texts: Sequence[Path], path: Path, without: Sequence[Path]) -> Iterator[int]:
    """Reads texts into one file of arrays; yields the number of words so far. Raises CorpusError, StorageError.

    without: corpora whose held-out sentences are left out.
    """
    reader = Reader()
    yield from reader.read_all(texts)
    words = reader.texts[-1].words
    streams: dict[str, np.ndarray] = {}
    for source, text in zip(texts, reader.texts, strict=True):
        name = Path(source).name.split(".")[0]
        streams[name] = np.concatenate([streams.get(name, text.stream[:0]), text.stream])
    sentences = [sentence for corpus in without for sentence in held_out_sentences(corpus)]
    held_out = HeldOut(sentences, {word: i for i, word in enumerate(words)})
    kept = {name: held_out.without(stream)[0] for name, stream in streams.items() if len(stream)}
    write_arrays(path, {WORDS: np.frombuffer("\n".join(words).encode(), np.uint8), **kept})


class Sentences:
    """Draws batches, which depend on the seed and the first step.

    close: log q of the end of a sentence.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], model: LanguageModel, seed: int):
        """arrays: as written by `read_texts`; model: gives the vocabulary and the words' frequencies."""
        words = arrays[WORDS].tobytes().decode().split("\n")
        self._begin, self._seed = len(words), seed
        self._streams = {name: stream for name, stream in arrays.items() if name != WORDS}
        self._bounds = [np.r_[0, np.flatnonzero(stream == END) + 1] for stream in self._streams.values()]
        weights = np.array([WEIGHTS.get(name, _OTHER_WEIGHT) for name in self._streams])
        self._weights = weights / weights.sum()
        self._features = word_features([*words, BEGIN])
        ends = [np.mean(stream == END) for stream in self._streams.values()]
        self.close = math.log(float(np.dot(self._weights, ends)))
        self._log_q = _log_q(words, model)
        self._log_q[END] = self.close
        q = np.exp(self._log_q)
        self._cumulative = np.cumsum(q / q.sum())

    def batches(self, step: int, n_words: int) -> Iterator[Batch]:
        """Endless batches from a step on. n_words: of a batch, including padding."""
        chunk = step
        while True:
            rng = np.random.default_rng((self._seed, chunk))
            sentences = sorted(self._drawn(rng), key=len)
            bounds = _filled([len(sentence) for sentence in sentences], n_words)
            for i in rng.permutation(len(bounds)):
                yield self._batch(sentences[slice(*bounds[i])], rng)
            chunk += _NEXT_CHUNK

    def _drawn(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Sentences in the given proportions of the texts."""
        often = self._weights / [np.diff(bounds).mean() if len(bounds) > 1 else 1.0 for bounds in self._bounds]
        text_numbers = rng.choice(len(often), _CHUNK, p=often / often.sum())
        sentences = []
        for number, (stream, bounds) in enumerate(zip(self._streams.values(), self._bounds, strict=True)):
            for i in rng.integers(max(1, len(bounds) - 1), size=int((text_numbers == number).sum())):
                sentence = stream[bounds[i] : bounds[i + 1]] if len(bounds) > 1 else stream
                sentences += [sentence[start : start + _LONGEST] for start in range(0, len(sentence), _LONGEST)]
        return sentences

    def _batch(self, sentences: Sequence[np.ndarray], rng: np.random.Generator) -> Batch:
        shape = max(map(len, sentences)), len(sentences)
        before, after = np.full(shape, END, np.int32), np.full(shape, END, np.int32)
        for i, sentence in enumerate(sentences):
            after[: len(sentence), i] = sentence
            before[0, i], before[1 : len(sentence), i] = self._begin, sentence[:-1]
        lengths = np.array([len(sentence) for sentence in sentences])
        known = np.isfinite(self._log_q[after]) & (np.arange(shape[0])[:, None] < lengths)
        drawn = np.searchsorted(self._cumulative, rng.random(_DRAWN)).clip(0, self._begin - 1)
        used, place = np.unique(np.concatenate([before.ravel(), after.ravel()]), return_inverse=True)
        places = place.astype(np.int32).reshape(2, *shape)
        vocabulary = self._features[np.concatenate([used, drawn])]
        return Batch(vocabulary, places[0], places[1], known.astype(np.float32), _DRAWN)


def _filled(lengths: Sequence[int], n_most: int) -> list[tuple[int, int]]:
    """Runs of ascending lengths with at most n_most words each, padded to the longest: (first, end) of each."""
    starts = [0]
    for i, length in enumerate(lengths):
        if i > starts[-1] and length * (i - starts[-1] + 1) > n_most:
            starts.append(i)
    return list(zip(starts, [*starts[1:], len(lengths)], strict=True))


def _log_q(words: Sequence[str], model: LanguageModel) -> np.ndarray:
    """Unigram log probability of each word, -inf if the model does not know it."""
    known = dict(zip(model.words, model.scores.tolist(), strict=True))
    return np.array([known.get(word, -np.inf) for word in words]) * math.log(10)
