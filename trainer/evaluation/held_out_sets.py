"""The held-out sets of a run, evaluated after each epoch with its weights."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engine.alphabet import Alphabet
from engine.config import FeatureConfig, ModelConfig
from engine.decode.greedy import GreedyDecoder
from engine.model.checkpoint import Checkpoint
from engine.model.recogniser import recogniser
from trainer.dataset.batches import Batch, Example, Examples
from trainer.evaluation.evaluate import evaluate
from trainer.evaluation.metrics import Held
from trainer.network.ctc_loss import summed_loss
from trainer.network.threads import threads


class GivenUp(Exception):
    """The evaluation was cancelled."""


class HeldSets:
    """The examples of each set, and how they are evaluated."""

    def __init__(
        self,
        sets: Mapping[str, Sequence[Example]],
        shaper: Examples,
        alphabet: Alphabet,
        features: FeatureConfig,
        model: ModelConfig,
        give_up: Callable[[], bool] = lambda: False,
    ):
        """give_up: polled between batches; if it returns True, the evaluation raises GivenUp."""
        self._sets, self._shaper = sets, shaper
        self._kind = alphabet, features, model
        self._decoder = GreedyDecoder(alphabet)
        self._give_up = give_up

    def read(self, weights: Mapping[str, np.ndarray], show: int) -> tuple[Held, ...]:
        """Evaluates every set with these weights. show: index of the utterance whose text is kept. Raises GivenUp."""
        recognise = recogniser(Checkpoint(*self._kind, weights=dict(weights)), threads())
        return tuple(
            evaluate(name, examples, recognise, self._decoder, self._shaper, self._loss_of, show)[0]
            for name, examples in self._sets.items()
        )

    def _loss_of(self, batch: Batch, log_probs: Sequence[np.ndarray]) -> float:
        if self._give_up():
            raise GivenUp
        return summed_loss(log_probs, batch.label_indices, batch.labels)
