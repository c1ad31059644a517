"""Trains the network of the second reading; a run in a folder can be stopped and resumed."""

import math
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from engine.decode.language_model import load_language_model
from engine.decode.rescorer import RescorerSettings, add_rescorer
from engine.system.npz import read_arrays
from trainer.network.step_loop import resume, steps
from trainer.second_reading.graph import rescorer_graph
from trainer.second_reading.network import RescorerNetwork, initial_weights
from trainer.second_reading.sentences import Sentences, read_texts
from trainer.training.run import STATE, TEXT, locked

_WARM_UP, _LEAST = 300, 0.02


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
    """words: number of words of the texts read so far."""

    words: int


@dataclass(frozen=True)
class Trained:
    """loss: nats per word since the last event, relative to `log q` alone; away: distance of the log sums from 0."""

    step: int
    steps: int
    loss: float
    away: float


def train(
    texts: Sequence[Path], folder: Path, language_model: Path, config: SecondReadingConfig, without: Sequence[Path]
) -> Generator["Reading | Trained", None, None]:
    """Trains or resumes; yields Reading and Trained. Closing it saves the run; at its end the model has the network.

    language_model: folder of the model that supplies the vocabulary and receives the network. without: corpora whose
    held-out sentences must not be used. Raises CorpusError, LanguageModelError, RunInUse, RunRemoved,
    StorageError.
    """
    folder = Path(folder)
    with locked(folder) as lock:
        yield from lock.watched(_in_its_folder(texts, folder, language_model, config, without))


def _in_its_folder(
    texts: Sequence[Path], folder: Path, language_model: Path, config: SecondReadingConfig, without: Sequence[Path]
) -> Generator["Reading | Trained", None, None]:
    model = load_language_model(language_model)
    if not (folder / TEXT).exists():
        for n_words in read_texts(texts, folder / TEXT, without):
            yield Reading(n_words)
    sentences = Sentences(read_arrays(folder / TEXT), model, config.seed)
    network = RescorerNetwork(initial_weights(config.seed))
    resume(network, folder / STATE)
    batches = sentences.batches(network.n_updates, config.words)

    def update(step: int) -> Sequence[float]:
        return network.update(next(batches), _rate(step, config), (config.seed, step))

    with closing(steps(network, folder / STATE, config.steps, config.report_every, update)) as done:
        for step, (loss, away) in done:
            yield Trained(step, config.steps, loss, away)
    settings = RescorerSettings(config.weight, config.ngram_weight, round(sentences.close, 4))
    add_rescorer(language_model, rescorer_graph(network.weights()), settings)


def _rate(step: int, config: SecondReadingConfig) -> float:
    """Linear warm-up, then half a cosine."""
    warm, share = min(1.0, (step + 1) / _WARM_UP), step / config.steps
    return warm * config.learning_rate * (_LEAST + (1 - _LEAST) * 0.5 * (1 + math.cos(math.pi * share)))
