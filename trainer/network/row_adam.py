"""Adam for networks with tables of which a batch touches few rows."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

_BETA1, _BETA2, _EPSILON = 0.9, 0.99, 1e-8
_KINDS = ("mean", "square")


class RowAdam:
    """Adam (Kingma and Ba 2015); of a table only the rows that a batch touches are updated, moments too."""

    def __init__(self, variables: Mapping[str, tf.Variable]):
        self._by_name = variables
        self._slots = {
            kind: {name: tf.Variable(tf.zeros_like(value)) for name, value in variables.items()} for kind in _KINDS
        }
        self._n_updates = tf.Variable(0, dtype=tf.int64)

    def begin(self, learning_rate: tf.Tensor) -> tf.Tensor:
        """Counts an update; returns its rate, corrected for the moments' start at zero."""
        count = tf.cast(self._n_updates.assign_add(1), tf.float32)
        return learning_rate * tf.sqrt(1 - _BETA2**count) / (1 - _BETA1**count)

    def move(self, name: str, gradient: tf.Tensor, rate: tf.Tensor) -> None:
        """Updates a whole variable. rate: from `begin`."""
        mean, square = (self._slots[kind][name] for kind in _KINDS)
        mean.assign_add((1 - _BETA1) * (gradient - mean))
        square.assign_add((1 - _BETA2) * (gradient * gradient - square))
        self._by_name[name].assign_sub(rate * mean / (tf.sqrt(square) + _EPSILON))

    def move_rows(self, name: str, gradient: tf.Tensor, numbers: tf.Tensor, rate: tf.Tensor) -> None:
        """Updates rows of a table. numbers: int32, of any shape; gradient: of the rows named, one more axis."""
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

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Takes up a `state`. Raises KeyError or ValueError where it belongs to another network."""
        for kind, slots in {"weights": self._by_name, **self._slots}.items():
            for name, variable in slots.items():
                variable.assign(arrays[f"{kind}/{name}"])
        self._n_updates.assign(arrays["updates"])
