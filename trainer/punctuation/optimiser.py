"""One update of the network of punctuation: cross entropy of marks and forms, and Adam."""

import numpy as np
import tensorflow as tf

from engine.punctuation.labels import MARKS
from engine.word_features import N_WORD
from trainer.network.row_adam import RowAdam
from trainer.punctuation.network import TABLES, PunctuationNetwork
from trainer.punctuation.stretches import Batch
from trainer.punctuation.written_text import UNKNOWN

_CLIP, _FORM_SHARE = 1.0, 0.5


class Optimiser(RowAdam):
    """A PunctuationNetwork that learns from batches."""

    def __init__(self, weights: dict[str, np.ndarray]):
        self.network = PunctuationNetwork(weights)
        super().__init__(self.network.variables_by_name)
        self._update = tf.function(self._step, autograph=False, reduce_retracing=True)

    def update(self, features: np.ndarray, batch: Batch, learning_rate: float, seed: tuple[int, int]) -> float:
        """A step; returns its loss in nats a word. features: of the batch's words; seed: of the dropout."""
        loss = self._update(
            *(tf.constant(one) for one in (features, batch.pauses, batch.lengths, batch.marks, batch.forms)),
            tf.constant(learning_rate, tf.float32),
            tf.constant(seed, tf.int32),
        )
        return float(loss)

    def _step(
        self,
        features: tf.Tensor,
        pauses: tf.Tensor,
        lengths: tf.Tensor,
        marks: tf.Tensor,
        forms: tf.Tensor,
        learning_rate: tf.Tensor,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        rows = self.network.rows(features)
        by_name = self.network.variables_by_name
        dense = {name: variable for name, variable in by_name.items() if name not in TABLES}
        with tf.GradientTape() as tape:
            tape.watch(rows)
            logits = self.network.logits(rows, pauses, lengths, seed)
            loss = _cross_entropy(logits[:, :, : len(MARKS)], marks)
            loss += _FORM_SHARE * _cross_entropy(logits[:, :, len(MARKS) :], forms)
        of_dense, of_rows = tape.gradient(loss, (list(dense.values()), rows))
        of_dense, _ = tf.clip_by_global_norm([tf.convert_to_tensor(one) for one in of_dense], _CLIP)
        rate = self.begin(learning_rate)
        for name, gradient in zip(dense, of_dense, strict=True):
            self.move(name, gradient, rate)
        numbers = features[:, :, :N_WORD], features[:, :, N_WORD:]
        for name, gradient, some in zip(TABLES, of_rows, numbers, strict=True):
            self.move_rows(name, gradient, some, rate)
        return loss


def _cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean over the words whose label is known, in nats."""
    is_known = tf.cast(labels != UNKNOWN, tf.float32)
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(labels, 0), logits)
    return tf.reduce_sum(is_known * each) / tf.maximum(1.0, tf.reduce_sum(is_known))
