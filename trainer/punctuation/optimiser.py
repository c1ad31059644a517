"""One update of the network of punctuation: cross entropy of marks and forms, and Adam."""

import numpy as np
import tensorflow as tf

from engine.punctuation.labels import MARKS
from engine.punctuation.word_features import N_WORD
from trainer.punctuation.network import TABLES, PunctuationNetwork
from trainer.punctuation.stretches import Batch
from trainer.punctuation.written_text import UNKNOWN

_BETA1, _BETA2, _EPSILON = 0.9, 0.99, 1e-8
_CLIP, _FORM_SHARE = 1.0, 0.5
_KINDS = ("mean", "square")


class Optimiser:
    """Adam (Kingma and Ba 2015); of the tables only the rows that a batch touches are updated, moments too."""

    def __init__(self, weights: dict[str, np.ndarray]):
        self.network = PunctuationNetwork(weights)
        self._by_name = self.network.variables_by_name
        self._slots = {
            kind: {name: tf.Variable(np.zeros_like(value)) for name, value in weights.items()} for kind in _KINDS
        }
        self._n_updates = tf.Variable(0, dtype=tf.int64)
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
        dense = {name: variable for name, variable in self._by_name.items() if name not in TABLES}
        with tf.GradientTape() as tape:
            tape.watch(rows)
            logits = self.network.logits(rows, pauses, lengths, seed)
            loss = _cross_entropy(logits[:, :, : len(MARKS)], marks)
            loss += _FORM_SHARE * _cross_entropy(logits[:, :, len(MARKS) :], forms)
        of_dense, of_rows = tape.gradient(loss, (list(dense.values()), rows))
        of_dense, _ = tf.clip_by_global_norm([tf.convert_to_tensor(one) for one in of_dense], _CLIP)
        count = tf.cast(self._n_updates.assign_add(1), tf.float32)
        rate = learning_rate * tf.sqrt(1 - _BETA2**count) / (1 - _BETA1**count)
        for name, gradient in zip(dense, of_dense, strict=True):
            self._move(name, gradient, rate)
        for name, gradient, numbers in zip(
            TABLES, of_rows, (features[:, :, :N_WORD], features[:, :, N_WORD:]), strict=True
        ):
            self._move_rows(name, gradient, numbers, rate)
        return loss

    def _move(self, name: str, gradient: tf.Tensor, rate: tf.Tensor) -> None:
        mean, square = (self._slots[kind][name] for kind in _KINDS)
        mean.assign_add((1 - _BETA1) * (gradient - mean))
        square.assign_add((1 - _BETA2) * (gradient * gradient - square))
        self._by_name[name].assign_sub(rate * mean / (tf.sqrt(square) + _EPSILON))

    def _move_rows(self, name: str, gradient: tf.Tensor, numbers: tf.Tensor, rate: tf.Tensor) -> None:
        table = self._by_name[name]
        touched, place = tf.unique(tf.reshape(numbers, (-1,)))
        gradient = tf.math.unsorted_segment_sum(tf.reshape(gradient, (-1, table.shape[1])), place, tf.shape(touched)[0])
        mean, square = (tf.gather(self._slots[kind][name], touched) for kind in _KINDS)
        mean += (1 - _BETA1) * (gradient - mean)
        square += (1 - _BETA2) * (gradient * gradient - square)
        for kind, value in zip(_KINDS, (mean, square), strict=True):
            slot = self._slots[kind][name]
            slot.scatter_update(tf.IndexedSlices(value, touched))
        table.scatter_sub(tf.IndexedSlices(rate * mean / (tf.sqrt(square) + _EPSILON), touched))

    def weights(self) -> dict[str, np.ndarray]:
        """By name, as they are now."""
        return {name: variable.numpy() for name, variable in self._by_name.items()}

    def state(self) -> dict[str, np.ndarray]:
        """All that a resumed run needs, as flat arrays."""
        arrays = {f"weights/{name}": value for name, value in self.weights().items()}
        for kind, slots in self._slots.items():
            arrays |= {f"{kind}/{name}": variable.numpy() for name, variable in slots.items()}
        return arrays | {"updates": self._n_updates.numpy()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Takes up a `state`. Raises KeyError or ValueError where it belongs to another network."""
        for kind, slots in {"weights": self._by_name, **self._slots}.items():
            for name, variable in slots.items():
                variable.assign(arrays[f"{kind}/{name}"])
        self._n_updates.assign(arrays["updates"])


def _cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean over the words whose label is known, in nats."""
    is_known = tf.cast(labels != UNKNOWN, tf.float32)
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(labels, 0), logits)
    return tf.reduce_sum(is_known * each) / tf.maximum(1.0, tf.reduce_sum(is_known))
