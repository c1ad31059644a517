"""The held-out sets of a run, read after each epoch with one network that takes ever new weights."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from engine.alphabet import Alphabet
from engine.config import ModelConfig
from engine.decode.greedy import GreedyDecoder
from engine.model.bilstm_ctc import Recogniser
from trainer.dataset.batches import Batch, Example, Examples
from trainer.evaluation.evaluate import evaluate
from trainer.evaluation.metrics import Held
from trainer.training.optimiser import ctc_loss


class GivenUp(Exception):
    """The reading was cut short, as was asked for."""


class HeldSets:
    """Its functions are traced once in a run."""

    def __init__(
        self,
        sets: Mapping[str, Sequence[Example]],
        shaper: Examples,
        alphabet: Alphabet,
        model: ModelConfig,
        give_up: Callable[[], bool] = lambda: False,
    ):
        """give_up: looked at between batches; once it is true, reading ends by raising GivenUp."""
        self._sets, self._shaper, self._model = sets, shaper, model
        self._decoder = GreedyDecoder(alphabet)
        self._give_up = give_up
        self._recogniser: Recogniser | None = None

    def read(self, weights: Mapping[str, np.ndarray], show: int) -> tuple[Held, ...]:
        """Every set as these weights read it. show: number of the utterance that is told in full. Raises GivenUp."""
        if self._recogniser is None:
            self._recogniser = Recogniser(self._model, weights)
            network = self._recogniser.network
            self._summed_loss = tf.function(
                lambda *batch: _summed_loss(network, *batch),
                autograph=False,
                input_signature=[
                    tf.TensorSpec((None, None, network.n_inputs), tf.float32),
                    tf.TensorSpec((None,), tf.int32),
                    tf.TensorSpec((None, 2), tf.int64),
                    tf.TensorSpec((None,), tf.int32),
                ],
            )
        else:
            self._recogniser.use(weights)
        return tuple(
            evaluate(name, some, self._recogniser, self._decoder, self._shaper, self._loss_of, show)[0]
            for name, some in self._sets.items()
        )

    def _loss_of(self, batch: Batch) -> float:
        if self._give_up():
            raise GivenUp
        return float(self._summed_loss(batch.steps, batch.lengths, batch.label_indices, batch.labels))


def _summed_loss(network, steps, lengths, label_indices, labels):
    shape = tf.cast(tf.stack([tf.shape(steps)[0], tf.shape(steps)[1]]), tf.int64)
    return tf.reduce_sum(
        ctc_loss(network.logits(steps, lengths), tf.SparseTensor(label_indices, labels, shape), lengths)
    )
