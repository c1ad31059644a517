"""Text files -> a language model in a folder."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.alphabet import fold_yo
from engine.config import BETWEEN, _check, _Config
from engine.decode.kenlm_format import Shape
from engine.decode.language_model import FILES, NGRAMS, load_language_model, save_lexicon
from engine.system.atomic_folder import replacing
from trainer.language_model.backoff import Backoff, estimate, perplexity, pruned
from trainer.language_model.corpus_sentences import development_sentences, held_out_sentences
from trainer.language_model.kenlm_reader import read_kenlm, write_kenlm
from trainer.language_model.leakage_filter import HeldOut
from trainer.language_model.mixture import mixed, mixture_weights
from trainer.language_model.ngrams import CUT, END, SPECIAL, UNKNOWN, Level, count
from trainer.language_model.sentence_reader import END as TEXT_END
from trainer.language_model.sentence_reader import Reader, Text, is_word

_MERGE_SHARE = 0.5  # of the new text, if it is merged with another model
_FEWEST_SPELLINGS = 3
_LEAST_PROBABILITY = 1e-9


@dataclass(frozen=True)
class BuildConfig(_Config):
    """Settings of a language model.

    order: length of the longest n-grams. vocabulary: number of words, besides a merged model's. threshold: n-grams that
    change the perplexity by less than this share are pruned; 0 keeps all. megabytes: size limit of the file of n-grams,
    for which more are pruned; 0: none. context_power: as `power` in `mixed`. probability_bits, backoff_bits: of the
    file.
    """

    order: int = 4
    vocabulary: int = 300_000
    threshold: float = 3e-8
    megabytes: float = 0.0
    context_power: float = 0.4
    probability_bits: int = 6
    backoff_bits: int = 4

    def __post_init__(self) -> None:
        _check(2 <= self.order <= 5, "order", reason=BETWEEN, least=2, most=5)
        _check(100 <= self.vocabulary <= 2_000_000, "vocabulary", reason=BETWEEN, least=100, most=2_000_000)
        _check(0 <= self.threshold < 1, "threshold", reason=BETWEEN, least=0, most=1)
        _check(0 <= self.megabytes <= 1e5, "megabytes", reason=BETWEEN, least=0, most=100_000)
        _check(0 <= self.context_power <= 1, "context_power", reason=BETWEEN, least=0, most=1)
        for name in ("probability_bits", "backoff_bits"):
            _check(2 <= getattr(self, name) <= 16, name, reason=BETWEEN, least=2, most=16)

    def fits(self, counts: Sequence[int]) -> bool:
        """Whether a file with these numbers of n-grams of each length is small enough."""
        shape = Shape(tuple(counts), self.probability_bits, self.backoff_bits)
        return not self.megabytes or shape.total_bytes <= self.megabytes * 1e6


@dataclass(frozen=True)
class Progress:
    """The present stage and its progress, in words of text or steps."""

    stage: str
    done: int


@dataclass(frozen=True)
class Built:
    """The model was saved. described: the content of its JSON file."""

    folder: Path
    described: dict[str, Any]


Event = Progress | Built


@dataclass(frozen=True)
class _Base:
    """An existing model to merge with."""

    model: Backoff
    yo: dict[str, float]


def build(
    texts: Sequence[Path],
    out: Path,
    config: BuildConfig,
    without: Sequence[Path] = (),
    tune_on: Sequence[Path] = (),
    merge: Path | None = None,
) -> Iterator[Event]:
    """Counts n-grams of texts and writes a language model.

    without: corpora whose held-out sentences are left out. tune_on: corpora on whose development sentences the weights
    of the texts are chosen; without any, all texts count as one. merge: a language model to interpolate with.
    Raises CorpusError, LanguageModelError, StorageError.
    """
    base = _loaded(merge) if merge else None
    text, streams = yield from _read(texts)
    streams, n_dropped = yield from _without(without, text, streams)
    known = base.model.words if base else SPECIAL
    words, number = vocabulary(text, streams, config.vocabulary + len(known) - len(SPECIAL), known)
    tuning = {path.name: _tuning_stream(path, words) for path in map(Path, tune_on)}
    if not tuning:
        streams = [np.concatenate(streams)]
    models = []
    for i, stream in enumerate(streams):
        yield Progress("counting", i)
        models.append(estimate(words, count(number[stream], len(words), config.order)))
    model, weights = yield from _mixed(models, list(tuning.values()), config.context_power)
    del models
    yield Progress("leaving out what matters least", 0)
    model = pruned(model, config.threshold, config.fits) if config.threshold or config.megabytes else model
    if base:
        yield Progress("merging", 0)
        model = mixed([widened(base.model, words), model], [1 - _MERGE_SHARE, _MERGE_SHARE])
    yield Progress("writing", 0)
    shares = {Path(path).name: round(share, 4) for path, share in zip(texts, weights, strict=False)}
    described = {**config.to_dict(), "texts": shares, "without": [Path(path).name for path in without]}
    described |= {"left_out": n_dropped, "measured": _measured(model, tuning)}
    yield Built(Path(out), _save(Path(out), model, config, yo_shares(text, base.yo if base else {}), described))


def _read(texts: Sequence[Path]) -> Generator[Event, None, tuple[Text, list[np.ndarray]]]:
    """The common vocabulary of all texts, and the stream of each."""
    reader = Reader()
    for n_words in reader.read_all(texts):
        yield Progress("reading", n_words)
    return reader.texts[-1], [text.stream for text in reader.texts]


def _without(
    corpora: Sequence[Path], text: Text, streams: list[np.ndarray]
) -> Generator[Event, None, tuple[list[np.ndarray], int]]:
    sentences, n_dropped = [sentence for path in corpora for sentence in held_out_sentences(path)], 0
    if not sentences:
        return streams, 0
    held_out, result = HeldOut(sentences, {word: i for i, word in enumerate(text.words)}), []
    for i, stream in enumerate(streams):
        yield Progress("leaving out what tests are made of", i)
        stream_without, n = held_out.without(stream)
        result.append(stream_without)
        n_dropped += n
    return result, n_dropped


def _mixed(
    models: Sequence[Backoff], tuning: Sequence[np.ndarray], power: float
) -> Generator[Event, None, tuple[Backoff, list[float]]]:
    """The interpolated model, and the weights."""
    if len(models) == 1:
        return models[0], [1.0]
    yield Progress("mixing", 0)
    weights = mixture_weights(models, tuning, power).tolist()
    return mixed(models, weights, power), weights


def vocabulary(
    text: Text, streams: Sequence[np.ndarray], n_most: int, known: Sequence[str] = SPECIAL
) -> tuple[list[str], np.ndarray]:
    """The words of a model, and for each word of the text its number in the model.

    known: words that are always included, the special ones first. The commonest others follow, up to n_most in total.
    Tokens that are not words become CUT; other words UNKNOWN.
    """
    counts = np.sum([np.bincount(stream, minlength=len(text.words)) for stream in streams], axis=0)
    spoken = np.array([is_word(word) for word in text.words])
    index = {word: i for i, word in enumerate(known)}
    number = np.array([index.get(word, UNKNOWN if ok else CUT) for word, ok in zip(text.words, spoken, strict=True)])
    number[TEXT_END] = END
    new_words = np.flatnonzero((number == UNKNOWN) & (counts > 0))
    new_words = new_words[np.argsort(-counts[new_words], kind="stable")][: max(0, n_most + len(SPECIAL) - len(known))]
    number[new_words] = np.arange(len(known), len(known) + len(new_words))
    return [*known, *(text.words[i] for i in new_words)], number


def yo_shares(text: Text, known: dict[str, float]) -> dict[str, float]:
    """Words with `ё` -> the share of writers of that letter who write it there; known: shares from another source.

    0.5 if unknown, because few texts have the letter.
    """
    result = {fold_yo(word): (word, share) for word, share in known.items()}
    for word, n in sorted(text.dotted.items(), key=lambda item: item[1]):  # the commonest spelling wins
        if n >= _FEWEST_SPELLINGS and (word not in known or text.spellings[word] >= _FEWEST_SPELLINGS):
            share = (text.spellings[word] + 1) / (text.spellings[word] + text.spellings[fold_yo(word)] + 2)
            result[fold_yo(word)] = word, share
    return dict(result.values())


def _tuning_stream(path: Path, words: list[str]) -> np.ndarray:
    """The development sentences of a corpus as a stream."""
    index = {word: i for i, word in enumerate(words)}
    sentences = dict.fromkeys(development_sentences(path))
    return np.array(
        [n for text in sentences for n in (*(index.get(word, UNKNOWN) for word in fold_yo(text).split()), END)]
    )


def _measured(model: Backoff, tuning: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Perplexity of the words that the model knows, and the share of those that it does not."""
    return {
        name: {
            "perplexity": round(perplexity(model, stream), 1),
            "unknown": round(float((stream == UNKNOWN).sum() / (stream != END).sum()), 4),
        }
        for name, stream in tuning.items()
    }


def widened(model: Backoff, words: list[str]) -> Backoff:
    """The same model over more words, which get probability 0. words: the model's own come first."""
    more = len(words) - len(model.words)
    zeros = np.zeros(more, np.int64)
    first = model.levels[0]
    level = Level(np.r_[first.context, zeros], np.arange(len(words)), np.r_[first.suffix, zeros])
    return Backoff(
        words,
        [level, *model.levels[1:]],
        [np.r_[model.probabilities[0], zeros], *model.probabilities[1:]],
        [np.r_[model.backoffs[0], zeros + 1.0], *model.backoffs[1:]],
        [np.r_[model.mass[0], zeros], *model.mass[1:]],
    )


def _loaded(folder: Path) -> _Base:
    language_model = load_language_model(folder)
    return _Base(read_kenlm(folder / NGRAMS, [*SPECIAL, *language_model.words]), dict(language_model.yo.values()))


def _save(
    out: Path, model: Backoff, config: BuildConfig, yo: dict[str, float], described: dict[str, Any]
) -> dict[str, Any]:
    """Writes the folder atomically; returns its description."""
    known_words = set(model.words)
    order = np.argsort(np.array(model.words[len(SPECIAL) :])) + len(SPECIAL)
    scores = np.log10(np.maximum(model.probabilities[0], _LEAST_PROBABILITY))
    yo = {word: share for word, share in sorted(yo.items()) if fold_yo(word) in known_words}
    with replacing(out, FILES) as building:
        shape = write_kenlm(building / NGRAMS, model, config.probability_bits, config.backoff_bits)
        unknown = round(float(scores[UNKNOWN]), 4)
        described = {"unknown": unknown, "ngrams": list(shape.counts), **described}
        save_lexicon(building, [model.words[i] for i in order], scores[order], yo, described)
    return described
