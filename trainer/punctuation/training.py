"""Trains a punctuation network on written texts; a run in a folder can be stopped and resumed."""

import math
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from engine.punctuation.labels import MARKS, Form
from engine.punctuation.punctuator import Thresholds, write_punctuation
from engine.system.npz import read_arrays, write_arrays
from engine.word_features import word_features
from trainer.language_model.corpus_sentences import held_out_sentences
from trainer.network.step_loop import resume, steps
from trainer.punctuation.corpus import DEVELOPMENT, TRAIN, Corpus
from trainer.punctuation.graph import punctuation_graph
from trainer.punctuation.initial_tables import initial_tables
from trainer.punctuation.misrecognition import Misrecognition
from trainer.punctuation.network import PunctuationNetwork, initial_weights
from trainer.punctuation.scores import confusions, micro_f1
from trainer.punctuation.stretches import Stretches
from trainer.punctuation.thresholds import tuned
from trainer.training.run import STATE, TEXT, locked

_MEASURE_EVERY, _MEASURED_BATCHES = 500, 12
_MEASURED_ON = ("modern", "dialogue", "talk")
Parts = dict[str, dict[str, dict[str, np.ndarray]]]  # by part, file and kind
_WARM_UP, _LEAST = 200, 0.03


@dataclass(frozen=True)
class PunctuationConfig:
    """batch: stretches per step; steps: of the whole run; report_every: steps between two events."""

    steps: int = 12_000
    batch: int = 32
    learning_rate: float = 0.004
    seed: int = 1
    report_every: int = 20


@dataclass(frozen=True)
class Preparing:
    """words: number of words of the texts read so far."""

    words: int


@dataclass(frozen=True)
class Trained:
    """Progress; loss: nats per word since the last event. f1: of all marks in the development part, if measured."""

    step: int
    steps: int
    loss: float
    f1: float | None = None


def train(
    texts: Sequence[Path], folder: Path, config: PunctuationConfig, without: Sequence[Path]
) -> Generator["Preparing | Trained", None, None]:
    """Trains or resumes; yields Preparing and Trained. Closing it saves the run.

    without: corpora and folders of recordings whose sentences must not be used. Raises CorpusError, RunInUse,
    RunRemoved, StorageError.
    """
    folder = Path(folder)
    with locked(folder) as lock:
        yield from lock.watched(_in_its_folder(texts, folder, config, without))


def _in_its_folder(
    texts: Sequence[Path], folder: Path, config: PunctuationConfig, without: Sequence[Path]
) -> Generator["Preparing | Trained", None, None]:
    yield from _prepare(texts, folder / TEXT, without)
    words, arrays = _load(folder / TEXT)
    yield from _Run(words, arrays, folder, config).steps()


def _prepare(texts: Sequence[Path], path: Path, without: Sequence[Path]) -> Iterator[Preparing]:
    """Reads the texts into one file of arrays, unless it exists."""
    if path.exists():
        return
    held_out = [sentence for corpus in without for sentence in held_out_sentences(corpus)]
    corpus = Corpus()
    for text in texts:
        for _ in corpus.read(text):
            yield Preparing(sum(len(text.ids) for text in corpus.texts.values()))
    arrays = {
        f"{name}/{part}/{kind}": values
        for (name, part), kinds in corpus.finished(held_out).items()
        for kind, values in kinds.items()
    }
    write_arrays(path, {"words": np.frombuffer("\n".join(corpus.words).encode(), np.uint8), **arrays})


def _load(path: Path) -> tuple[list[str], Parts]:
    """The words, and the arrays by part, file and kind."""
    arrays = read_arrays(path)
    words = arrays.pop("words").tobytes().decode().split("\n")
    parts: Parts = {}
    for key, values in arrays.items():
        name, part, kind = key.split("/")
        parts.setdefault(part, {}).setdefault(name, {})[kind] = values
    return words, parts


class _Run:
    def __init__(self, words: list[str], parts: Parts, folder: Path, config: PunctuationConfig):
        self._folder, self._state, self._config = folder, folder / STATE, config
        self._features = word_features(words)
        texts = parts[TRAIN]
        counts = np.sum([np.bincount(text["ids"], minlength=len(words)) for text in texts.values()], axis=0)
        self._stretches = Stretches(texts, Misrecognition(words, counts), config.seed)
        held = {name: text for name, text in parts.get(DEVELOPMENT, {}).items() if name in _MEASURED_ON}
        self._development = Stretches(held or texts, None, config.seed)
        self._texts = sorted(texts)
        weights = initial_weights(config.seed)
        if not self._state.exists():
            weights |= initial_tables(self._features, texts)
        self._network = PunctuationNetwork(weights)
        resume(self._network, self._state)

    def steps(self) -> Iterator[Trained]:
        config = self._config
        with closing(steps(self._network, self._state, config.steps, config.report_every, self._update)) as done:
            for step, (loss,) in done:
                is_due = step % _MEASURE_EVERY == 0 or step == config.steps
                yield Trained(step, config.steps, loss, self._measure() if is_due else None)

    def _update(self, step: int) -> Sequence[float]:
        batch = self._stretches.batch(step, self._config.batch)
        return self._network.update(self._features[batch.ids], batch, self._rate(step), (self._config.seed, step))

    def _rate(self, step: int) -> float:
        """Linear warm-up, then half a cosine."""
        if step < _WARM_UP:
            return self._config.learning_rate * (step + 1) / _WARM_UP
        share = step / self._config.steps
        return self._config.learning_rate * (_LEAST + (1 - _LEAST) * 0.5 * (1 + math.cos(math.pi * share)))

    def _measure(self) -> float:
        """F1 of all marks in the development part, without pauses, for the present weights."""
        log_probs, marks, forms = self._on_development()
        thresholds = tuned(log_probs, marks, forms)
        f1 = micro_f1(confusions(marks, (log_probs[:, : len(MARKS)] + thresholds.of_marks()).argmax(1))).value
        self._write(thresholds, f1)
        return f1

    def _on_development(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log-probabilities, true marks and true forms of words of the development part."""
        network, results = self._network, []
        for step in range(_MEASURED_BATCHES):
            batch = self._development.batch(step, self._config.batch)
            rows = network.rows(tf.constant(self._features[batch.ids]))
            logits = network.logits(rows, tf.zeros(batch.pauses.shape, tf.int32), tf.constant(batch.lengths))
            split = [tf.nn.log_softmax(part).numpy() for part in tf.split(logits, [len(MARKS), len(Form)], 2)]
            is_word = np.arange(batch.ids.shape[1]) < batch.lengths[:, None]
            results.append((np.concatenate(split, 2)[is_word], batch.marks[is_word], batch.forms[is_word]))
        log_probs, marks, forms = (np.concatenate(column) for column in zip(*results, strict=True))
        return log_probs, marks, forms

    def _write(self, thresholds: Thresholds, f1: float) -> None:
        """Writes the model for use beside the run's state."""
        trained = {"steps": self._network.n_updates, "texts": self._texts, "development_f1": round(f1, 4)}
        write_punctuation(self._folder, punctuation_graph(self._network.weights()), thresholds, trained)
