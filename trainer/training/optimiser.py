"""One update of the weights: CTC loss, clipped gradient, Adam, moving average; and how fast it learns when."""

import math
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from trainer.dataset.batches import Batch
from trainer.network.bilstm_ctc import BiLstmCtc
from trainer.network.ctc_loss import ctc_loss, disagreement
from trainer.settings import TrainConfig
from trainer.training.distributed import Workers

_LEAST_RATE = 0.01  # of the highest
_BETA1, _BETA2, _EPSILON = 0.9, 0.98, 1e-8


@dataclass(frozen=True)
class Update:
    """loss: nats a letter of the whole batch, all processes' shares; stop: some process wants to end."""

    loss: float
    gradient_norm: float
    stop: bool = False

    @property
    def finite(self) -> bool:
        """Whether loss and gradient are finite, so that it was applied."""
        return bool(np.isfinite(self.loss) and np.isfinite(self.gradient_norm))


class Optimiser:
    """Adam (Kingma and Ba 2015) with decoupled weight decay and an exponential moving average of the weights.

    With `pull`, the decay goes towards the weights that it was made with (L2-SP, Li et al. 2018), decoupled too.
    An update whose loss or gradient is not finite changes nothing. All processes make the same
    update.
    """

    def __init__(self, network: BiLstmCtc, settings: TrainConfig, workers: Workers):
        """network: made in the scope of the workers' strategy, as this must be."""
        self.network = network
        self._settings, self._workers = settings, workers
        self._weights = network.parameters
        values = network.weights()
        self._slots = {
            kind: {name: tf.Variable(np.zeros_like(value)) for name, value in values.items()}
            for kind in ("mean", "square")
        }
        self._slots["average"] = {name: tf.Variable(value) for name, value in values.items()}
        self._begun_with = [tf.constant(value) if settings.pull else None for value in values.values()]
        self._updates = tf.Variable(0, dtype=tf.int64)
        self._step = tf.function(
            self._update,
            autograph=False,
            input_signature=[
                tf.TensorSpec((None, None, network.n_inputs), tf.float32),
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((None, 2), tf.int64),
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((2,), tf.int32),
                tf.TensorSpec((2,), tf.float32),
                tf.TensorSpec((), tf.float32),
            ],
        )

    def update(self, batch: Batch, learning_rate: float, seed: tuple[int, int], stop: bool = False) -> Update:
        """One step on a batch, of which each process passes its share; seed decides the dropout.

        Raises WorkerLost, with nothing changed.
        """
        with self._workers.watched():
            loss, norm, stops = self._step(
                batch.steps,
                batch.lengths,
                batch.label_indices,
                batch.labels,
                np.array(seed, np.int32),
                np.array([batch.weight, stop], np.float32),
                np.float32(learning_rate),
            )
            return Update(float(loss), float(norm), bool(stops > 0))

    def _update(self, steps, lengths, label_indices, labels, seed, weight_and_stop, learning_rate):
        total = self._workers.sum_over_all(self._own_sums, steps, lengths, label_indices, labels, seed, weight_and_stop)
        sizes = [weight.shape.num_elements() for weight in self._weights]
        total = tf.ensure_shape(total, (3 + sum(sizes),))
        loss, letters, stops = tf.unstack(total[:3])
        letters = tf.maximum(1.0, letters)
        flat = tf.split(total[3:] / letters, sizes)
        gradients = [tf.reshape(part, weight.shape) for part, weight in zip(flat, self._weights, strict=True)]
        gradients, norm = tf.clip_by_global_norm(gradients, self._settings.gradient_clip)
        loss = loss / letters
        finite = tf.math.is_finite(loss) & tf.math.is_finite(norm)
        tf.cond(finite, lambda: self._apply(gradients, learning_rate), tf.no_op)
        return loss, norm, stops

    def _own_sums(self, steps, lengths, label_indices, labels, seed, weight_and_stop):
        """Of this process's share, in one vector: loss in nats, letters, wish to stop, and the gradient.

        Sums, not means: the loss is to be divided by the letters of all processes.
        """
        weight, stop = tf.unstack(weight_and_stop)
        sparse = tf.SparseTensor(
            label_indices, labels, tf.cast(tf.stack([tf.shape(steps)[0], tf.shape(steps)[1]]), tf.int64)
        )
        with tf.GradientTape() as tape:
            loss, driving = (weight * nats for nats in self._losses(steps, lengths, sparse, seed))
        gradients = tape.gradient(driving, self._weights)
        letters = weight * tf.cast(tf.shape(labels)[0], tf.float32)
        return tf.concat([tf.stack([loss, letters, stop]), *(tf.reshape(gradient, (-1,)) for gradient in gradients)], 0)

    def _losses(self, steps, lengths, labels, seed):
        """The loss of the output, which is told, and the one that drives the update; both in nats."""
        share, consistency = self._settings.intermediate, self._settings.consistency
        if share:
            logits, lower = self.network.logits_with_lower(steps, lengths, seed)
        else:
            logits = self.network.logits(steps, lengths, seed)
        loss = driving = tf.reduce_sum(ctc_loss(logits, labels, lengths))
        if share:
            driving = (1 - share) * loss + share * tf.reduce_sum(ctc_loss(lower, labels, lengths))
        if consistency:
            driving += consistency * disagreement(logits, lengths)
        return loss, driving

    def _apply(self, gradients, learning_rate):
        count = tf.cast(self._updates.assign_add(1), tf.float32)
        rate = learning_rate * tf.sqrt(1 - _BETA2**count) / (1 - _BETA1**count)
        decay = tf.minimum(self._settings.averaging, (1 + count) / (10 + count))
        slots = zip(*(self._slots[kind].values() for kind in ("mean", "square", "average")), strict=True)
        rows = zip(self._weights, self._begun_with, gradients, slots, strict=True)
        for weight, begun_with, gradient, (mean, square, average) in rows:
            mean.assign_add((1 - _BETA1) * (gradient - mean))
            square.assign_add((1 - _BETA2) * (gradient * gradient - square))
            shrink = learning_rate * self._settings.weight_decay if len(weight.shape) > 1 else 0.0
            weight.assign_sub(rate * mean / (tf.sqrt(square) + _EPSILON) + shrink * weight)
            if begun_with is not None:
                weight.assign_sub(learning_rate * self._settings.pull * (weight - begun_with))
            average.assign_add((1 - decay) * (weight - average))
        return tf.no_op()

    def averaged_weights(self) -> dict[str, np.ndarray]:
        """The moving average, by the network's names."""
        return {name: variable.numpy() for name, variable in self._slots["average"].items()}

    def state(self) -> dict[str, np.ndarray]:
        """All that a resumed run needs, as flat arrays."""
        arrays = {f"weights/{name}": value for name, value in self.network.weights().items()}
        for kind, slots in self._slots.items():
            arrays |= {f"{kind}/{name}": variable.numpy() for name, variable in slots.items()}
        return arrays | {"updates": self._updates.numpy()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Takes up a `state`. Raises KeyError or ValueError where it belongs to another network."""
        for name, variable in zip(self.network.weights(), self._weights, strict=True):
            variable.assign(arrays[f"weights/{name}"])
        for kind, slots in self._slots.items():
            for name, variable in slots.items():
                variable.assign(arrays[f"{kind}/{name}"])
        self._updates.assign(arrays["updates"])


def learning_rate(settings: TrainConfig, epochs_done: float) -> float:
    """Linear warm-up, then half a cosine down to a hundredth (Loshchilov and Hutter 2017)."""
    warm_up, highest = settings.warm_up, settings.learning_rate
    if epochs_done < warm_up:
        return highest * (epochs_done + 0.01) / warm_up
    share = min(1.0, (epochs_done - warm_up) / max(1e-9, settings.epochs - warm_up))
    return highest * (_LEAST_RATE + (1 - _LEAST_RATE) * 0.5 * (1 + math.cos(math.pi * share)))
