"""Trains the network of the second reading; a run in a folder can be stopped and goes on where it was."""

import math
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.decode.language_model import load_language_model
from engine.decode.rescorer import RescorerSettings, add_rescorer
from engine.system.atomic_files import atomic_path
from engine.system.npz import read_arrays
from trainer.errors import TrainingError
from trainer.second_reading.graph import rescorer_graph
from trainer.second_reading.network import RescorerNetwork, initial_weights
from trainer.second_reading.sentences import Sentences, read_texts
from trainer.training.run import locked

STATE, TEXT = "state.npz", "text.npz"
_SAVE_EVERY_S, _WARM_UP, _LEAST = 120.0, 300, 0.02


@dataclass(frozen=True)
class SecondReadingConfig:
    """words: of a batch; steps: of the whole run; report_every: steps between two events.

    weight, ngram_weight: as in `RescorerSettings`.
    """

    steps: int = 20_000
    words: int = 1500
    learning_rate: float = 0.003
    seed: int = 1
    report_every: int = 50
    weight: float = 1.3
    ngram_weight: float = 1.7


@dataclass(frozen=True)
class Reading:
    """words: of the texts read so far."""

    words: int


@dataclass(frozen=True)
class Trained:
    """loss: nats a word since the last event, less than by `log q` alone; away: how far log sums are from 0."""

    step: int
    steps: int
    loss: float
    away: float


def train(
    texts: Sequence[Path], folder: Path, language_model: Path, config: SecondReadingConfig, without: Sequence[Path]
) -> Generator["Reading | Trained", None, None]:
    """Trains, or goes on; yields Reading and Trained. Closing it saves the run; at its end the model has the network.

    language_model: folder of the model whose words are learned, and which gets the network. without: corpora whose
    held-out sentences may not be trained on. Raises CorpusError, LanguageModelError, RunInUse, StorageError.
    """
    folder = Path(folder)
    with locked(folder):
        model = load_language_model(language_model)
        if not (folder / TEXT).exists():
            for n_words in read_texts(texts, folder / TEXT, without):
                yield Reading(n_words)
        sentences = Sentences(read_arrays(folder / TEXT), model, config.seed)
        run = _Run(sentences, folder, config)
        try:
            yield from run.steps()
        finally:
            run.save()
        settings = RescorerSettings(config.weight, config.ngram_weight, round(sentences.close, 4))
        add_rescorer(language_model, rescorer_graph(run.network.weights()), settings)


class _Run:
    def __init__(self, sentences: Sentences, folder: Path, config: SecondReadingConfig):
        self._sentences, self._folder, self._config = sentences, folder, config
        self.network, self._step = RescorerNetwork(initial_weights(config.seed)), 0
        if (folder / STATE).exists():
            try:
                state = read_arrays(folder / STATE)
                self.network.restore(state)
                self._step = int(state["updates"])
            except (OSError, KeyError, ValueError) as error:
                reason = "the state in {path} is damaged; remove it to begin anew"
                raise TrainingError(reason=reason, path=folder / STATE) from error

    def steps(self) -> Iterator[Trained]:
        saved, found, config = time.monotonic(), [], self._config
        batches = self._sentences.batches(self._step, config.words)
        while self._step < config.steps:
            found.append(self.network.update(next(batches), self._rate(), (config.seed, self._step)))
            self._step += 1
            if self._step % config.report_every == 0 or self._step == config.steps:
                loss, away = np.mean(found, axis=0).tolist()
                yield Trained(self._step, config.steps, loss, away)
                found = []
            if time.monotonic() > saved + _SAVE_EVERY_S:
                self.save()
                saved = time.monotonic()

    def _rate(self) -> float:
        """Linear warm-up, then half a cosine."""
        warm, share = min(1.0, (self._step + 1) / _WARM_UP), self._step / self._config.steps
        return warm * self._config.learning_rate * (_LEAST + (1 - _LEAST) * 0.5 * (1 + math.cos(math.pi * share)))

    def save(self) -> None:
        with atomic_path(self._folder / STATE) as temporary, temporary.open("wb") as file:
            np.savez(file, **self.network.state())  # type: ignore[arg-type]
