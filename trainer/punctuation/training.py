"""Trains a network of punctuation on written texts; a run in a folder can be stopped and goes on where it was."""

import math
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from engine.punctuation.labels import MARKS, Form
from engine.punctuation.punctuator import Thresholds, write_punctuation
from engine.system.atomic_files import atomic_path
from engine.system.npz import read_arrays
from engine.word_features import word_features
from trainer.errors import TrainingError
from trainer.language_model.corpus_sentences import held_out_sentences
from trainer.punctuation.corpus import DEVELOPMENT, TRAIN, Corpus
from trainer.punctuation.graph import punctuation_graph
from trainer.punctuation.initial_tables import initial_tables
from trainer.punctuation.misrecognition import Misrecognition
from trainer.punctuation.network import initial_weights
from trainer.punctuation.optimiser import Optimiser
from trainer.punctuation.scores import confusions, micro_f1
from trainer.punctuation.stretches import Stretches
from trainer.punctuation.thresholds import tuned
from trainer.training.run import locked

STATE, TEXT = "state.npz", "text.npz"
_SAVE_EVERY_S, _MEASURE_EVERY, _MEASURED_BATCHES = 120.0, 500, 12
_MEASURED_ON = ("modern", "dialogue", "talk")
Parts = dict[str, dict[str, dict[str, np.ndarray]]]  # by part, file and kind
_WARM_UP, _LEAST = 200, 0.03


@dataclass(frozen=True)
class PunctuationConfig:
    """batch: stretches a step; steps: of the whole run; report_every: steps between two events."""

    steps: int = 12_000
    batch: int = 32
    learning_rate: float = 0.004
    seed: int = 1
    report_every: int = 20


@dataclass(frozen=True)
class Preparing:
    """words: of the texts read so far."""

    words: int


@dataclass(frozen=True)
class Trained:
    """A step; loss: nats a word since the last event. f1: of all marks in the development part, where measured."""

    step: int
    steps: int
    loss: float
    f1: float | None = None


def train(
    texts: Sequence[Path], folder: Path, config: PunctuationConfig, without: Sequence[Path]
) -> Generator["Preparing | Trained", None, None]:
    """Trains, or goes on; yields Preparing and Trained. Closing it saves the run.

    without: corpora and folders of recordings whose sentences may not be trained on. Raises CorpusError, RunInUse,
    StorageError.
    """
    folder = Path(folder)
    with locked(folder):
        yield from _prepare(texts, folder / TEXT, without)
        words, arrays = _load(folder / TEXT)
        run = _Run(words, arrays, folder, config)
        try:
            yield from run.steps()
        finally:
            run.save()


def _prepare(texts: Sequence[Path], path: Path, without: Sequence[Path]) -> Iterator[Preparing]:
    """Reads the texts into one file of arrays, unless that is there already."""
    if path.exists():
        return
    held_out = [sentence for corpus in without for sentence in held_out_sentences(corpus)]
    corpus = Corpus()
    for text in texts:
        for _ in corpus.read(text):
            yield Preparing(sum(len(one.ids) for one in corpus.texts.values()))
    arrays = {
        f"{name}/{part}/{kind}": values
        for (name, part), kinds in corpus.finished(held_out).items()
        for kind, values in kinds.items()
    }
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, words=np.frombuffer("\n".join(corpus.words).encode(), np.uint8), **arrays)  # type: ignore[arg-type]


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
        self._folder, self._config = folder, config
        self._features = word_features(words)
        texts = parts[TRAIN]
        counts = np.sum([np.bincount(text["ids"], minlength=len(words)) for text in texts.values()], axis=0)
        self._stretches = Stretches(texts, Misrecognition(words, counts), config.seed)
        held = {name: text for name, text in parts.get(DEVELOPMENT, {}).items() if name in _MEASURED_ON}
        self._development = Stretches(held or texts, None, config.seed)
        self._texts = sorted(texts)
        weights = initial_weights(config.seed)
        if not (folder / STATE).exists():
            weights |= initial_tables(self._features, texts)
        self._optimiser = Optimiser(weights)
        self._step = 0
        if (folder / STATE).exists():
            try:
                arrays = read_arrays(folder / STATE)
                self._optimiser.restore(arrays)
                self._step = int(arrays["updates"])
            except (OSError, KeyError, ValueError) as error:
                reason = "the state in {path} is damaged; remove it to begin anew"
                raise TrainingError(reason=reason, path=folder / STATE) from error

    def steps(self) -> Iterator[Trained]:
        saved, losses, config = time.monotonic(), [], self._config
        while self._step < config.steps:
            batch = self._stretches.batch(self._step, config.batch)
            losses.append(
                self._optimiser.update(self._features[batch.ids], batch, self._rate(), (config.seed, self._step))
            )
            self._step += 1
            if self._step % config.report_every == 0 or self._step == config.steps:
                is_due = self._step % _MEASURE_EVERY == 0 or self._step == config.steps
                yield Trained(self._step, config.steps, float(np.mean(losses)), self._measure() if is_due else None)
                losses = []
            if time.monotonic() > saved + _SAVE_EVERY_S:
                self.save()
                saved = time.monotonic()

    def _rate(self) -> float:
        """Linear warm-up, then half a cosine."""
        if self._step < _WARM_UP:
            return self._config.learning_rate * (self._step + 1) / _WARM_UP
        share = self._step / self._config.steps
        return self._config.learning_rate * (_LEAST + (1 - _LEAST) * 0.5 * (1 + math.cos(math.pi * share)))

    def _measure(self) -> float:
        """F1 of all marks in the development part, without pauses, as the model would be written now."""
        log_probs, marks, forms = self._on_development()
        thresholds = tuned(log_probs, marks, forms)
        f1 = micro_f1(confusions(marks, (log_probs[:, : len(MARKS)] + thresholds.of_marks()).argmax(1))).value
        self._write(thresholds, f1)
        return f1

    def _on_development(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log-probabilities, true marks and true forms of the words of some stretches."""
        network, found = self._optimiser.network, []
        for step in range(_MEASURED_BATCHES):
            batch = self._development.batch(step, self._config.batch)
            rows = network.rows(tf.constant(self._features[batch.ids]))
            logits = network.logits(rows, tf.zeros(batch.pauses.shape, tf.int32), tf.constant(batch.lengths))
            split = [tf.nn.log_softmax(part).numpy() for part in tf.split(logits, [len(MARKS), len(Form)], 2)]
            is_word = np.arange(batch.ids.shape[1]) < batch.lengths[:, None]
            found.append((np.concatenate(split, 2)[is_word], batch.marks[is_word], batch.forms[is_word]))
        log_probs, marks, forms = (np.concatenate(column) for column in zip(*found, strict=True))
        return log_probs, marks, forms

    def _write(self, thresholds: Thresholds, f1: float) -> None:
        """The model for use, beside the run's state."""
        trained = {"steps": self._step, "texts": self._texts, "development_f1": round(f1, 4)}
        write_punctuation(self._folder, punctuation_graph(self._optimiser.weights()), thresholds, trained)

    def save(self) -> None:
        with atomic_path(self._folder / STATE) as temporary, temporary.open("wb") as file:
            np.savez(file, **self._optimiser.state())  # type: ignore[arg-type]
