"""The held-out sets of a run, read after each epoch as recognition will read, with ever new weights."""

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
    """The reading was cut short, as was asked for."""


class HeldSets:
    """Recordings by set, and what they are read with."""

    def __init__(
        self,
        sets: Mapping[str, Sequence[Example]],
        shaper: Examples,
        alphabet: Alphabet,
        features: FeatureConfig,
        model: ModelConfig,
        give_up: Callable[[], bool] = lambda: False,
    ):
        """give_up: looked at between batches; once it is true, reading ends by raising GivenUp."""
        self._sets, self._shaper = sets, shaper
        self._kind = alphabet, features, model
        self._decoder = GreedyDecoder(alphabet)
        self._give_up = give_up

    def read(self, weights: Mapping[str, np.ndarray], show: int) -> tuple[Held, ...]:
        """Every set as these weights read it. show: number of the utterance that is told in full. Raises GivenUp."""
        recognise = recogniser(Checkpoint(*self._kind, weights=dict(weights)), threads())
        return tuple(
            evaluate(name, some, recognise, self._decoder, self._shaper, self._loss_of, show)[0]
            for name, some in self._sets.items()
        )

    def _loss_of(self, batch: Batch, log_probs: Sequence[np.ndarray]) -> float:
        if self._give_up():
            raise GivenUp
        return summed_loss(log_probs, batch.label_indices, batch.labels)
