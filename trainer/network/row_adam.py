"""Adam for networks over hashed words: a batch touches few rows of their tables."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from engine.word_features import N_WORD

_BETA1, _BETA2, _EPSILON, _CLIP = 0.9, 0.99, 1e-8, 1.0
_KINDS = ("mean", "square")
_TABLES = ("words", "parts")


class RowAdam(ABC):
    """Adam (Kingma and Ba 2015); of a table only the rows that a batch touches are updated, moments too."""

    def __init__(self, weights: Mapping[str, np.ndarray]):
        """weights: by name, the tables `words` and `parts` among them."""
        self._by_name = {name: tf.Variable(value, name=name) for name, value in weights.items()}
        self._slots = {
            kind: {name: tf.Variable(tf.zeros_like(value)) for name, value in self._by_name.items()} for kind in _KINDS
        }
        self._n_updates = tf.Variable(0, dtype=tf.int64)
        self._compiled = tf.function(self._step, autograph=False, reduce_retracing=True)

    @property
    def n_updates(self) -> int:
        """Number of updates, in this process and before."""
        return int(self._n_updates.numpy())

    @abstractmethod
    def losses(
        self, rows: Sequence[tf.Tensor], seed: tf.Tensor, *batch: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """The loss that an update lowers, and the figures that it returns. rows: of the batch's words."""

    def rows(self, features: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """The table rows of each word. features: int32 (..., n_features)."""
        return tuple(
            tf.gather(self._by_name[name], numbers) for name, numbers in zip(_TABLES, _numbers(features), strict=True)
        )

    def step(
        self, features: np.ndarray, batch: Sequence[Any], learning_rate: float, seed: tuple[int, int]
    ) -> list[float]:
        """An update; returns the figures of `losses`. features: int32 (..., n_features), of the batch's words."""
        inputs = map(tf.constant, (features, np.float32(learning_rate), np.array(seed, np.int32), *batch))
        return [float(figure) for figure in self._compiled(*inputs)]

    def _step(
        self, features: tf.Tensor, learning_rate: tf.Tensor, seed: tf.Tensor, *batch: tf.Tensor
    ) -> list[tf.Tensor]:
        rows = self.rows(features)
        dense = {name: variable for name, variable in self._by_name.items() if name not in _TABLES}
        with tf.GradientTape() as tape:
            tape.watch(rows)
            loss, figures = self.losses(rows, seed, *batch)
        of_dense, of_rows = tape.gradient(loss, (list(dense.values()), rows))
        of_dense, _ = tf.clip_by_global_norm([tf.convert_to_tensor(gradient) for gradient in of_dense], _CLIP)
        count = tf.cast(self._n_updates.assign_add(1), tf.float32)
        rate = learning_rate * tf.sqrt(1 - _BETA2**count) / (1 - _BETA1**count)  # the moments begin at zero
        for name, gradient in zip(dense, of_dense, strict=True):
            self._move(name, gradient, rate)
        for name, gradient, numbers in zip(_TABLES, of_rows, _numbers(features), strict=True):
            self._move_rows(name, gradient, numbers, rate)
        return figures

    def _move(self, name: str, gradient: tf.Tensor, rate: tf.Tensor) -> None:
        mean, square = (self._slots[kind][name] for kind in _KINDS)
        mean.assign_add((1 - _BETA1) * (gradient - mean))
        square.assign_add((1 - _BETA2) * (gradient * gradient - square))
        self._by_name[name].assign_sub(rate * mean / (tf.sqrt(square) + _EPSILON))

    def _move_rows(self, name: str, gradient: tf.Tensor, numbers: tf.Tensor, rate: tf.Tensor) -> None:
        """numbers: int32, of any shape; gradient: of the rows named, one more axis."""
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
        """The present weights by name."""
        return {name: variable.numpy() for name, variable in self._by_name.items()}

    def state(self) -> dict[str, np.ndarray]:
        """All that a resumed run needs, as flat arrays."""
        arrays = {f"weights/{name}": value for name, value in self.weights().items()}
        for kind, slots in self._slots.items():
            arrays |= {f"{kind}/{name}": variable.numpy() for name, variable in slots.items()}
        return arrays | {"updates": self._n_updates.numpy()}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Takes up a `state`. Raises KeyError or ValueError where it belongs to another network."""
        for kind, slots in {"weights": self._by_name, **self._slots}.items():
            for name, variable in slots.items():
                variable.assign(arrays[f"{kind}/{name}"])
        self._n_updates.assign(arrays["updates"])


def _numbers(features: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The row numbers in each table."""
    return features[..., :N_WORD], features[..., N_WORD:]
