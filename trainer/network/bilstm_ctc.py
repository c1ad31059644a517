"""The BiLSTM with a CTC output: the network that is trained.

The recurrence is `trainer.network.lstm`. Sequences are padded on the right; the backward direction begins at each
sequence's last true step, so that padding never reaches a real step.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # for reproducible sums; oneDNN gains nothing at these sizes

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from engine.config import ModelConfig
from engine.errors import CheckpointMismatch
from engine.model.weights import DIRECTIONS
from trainer.network.lstm import bidirectional


class BiLstmCtc(tf.Module):  # type: ignore[misc]
    """Network steps and lengths in, CTC log-probabilities out."""

    def __init__(self, model: ModelConfig, weights: Mapping[str, np.ndarray]):
        """weights: by the names and shapes of `engine.model.weights.weight_shapes`.

        Raises CheckpointMismatch for others.
        """
        super().__init__(name="bilstm_ctc")
        self.config = model
        try:
            self._by_name = {name: tf.Variable(value, name=name) for name, value in weights.items()}
            self._by_name["output/kernel"], self._by_name[f"layer{model.n_layers - 1}/backward/bias"]
        except KeyError as error:
            raise CheckpointMismatch(
                path="memory", reason="the weight {weight} is missing", weight=error.args[0]
            ) from error

    def weights(self) -> dict[str, np.ndarray]:
        """The weights by name, as arrays."""
        return {name: variable.numpy() for name, variable in self._by_name.items()}

    @property
    def n_inputs(self) -> int:
        """Width of a step."""
        return self._by_name["layer0/forward/kernel"].shape[0] - self.config.n_units

    @property
    def parameters(self) -> list[tf.Variable]:
        """The trainable variables."""
        return list(self._by_name.values())

    def logits(self, steps: tf.Tensor, lengths: tf.Tensor, dropout_seed: tf.Tensor | None = None) -> tf.Tensor:
        """steps: float32 (batch, n_steps, n_inputs); lengths: int32 (batch,), true steps of each.

        dropout_seed: int32 (2,), given in training only. Returns float32 (n_steps, batch, n_labels), time first;
        what lies beyond a sequence's length is meaningless.
        """
        return self._logits(steps, lengths, dropout_seed)[0]

    def logits_with_lower(
        self, steps: tf.Tensor, lengths: tf.Tensor, dropout_seed: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """As `logits`, and the same from the middle layer, for intermediate CTC (Lee and Watanabe 2021).

        Needs the weights of `engine.model.weights.initial_lower_output`.
        """
        logits, middle = self._logits(steps, lengths, dropout_seed)
        return logits, self._output("lower", middle)

    def _logits(
        self, steps: tf.Tensor, lengths: tf.Tensor, dropout_seed: tf.Tensor | None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Logits of the last layer, and the hidden values of the middle one."""
        hidden = middle = tf.transpose(steps, (1, 0, 2))
        for layer in range(self.config.n_layers):
            if dropout_seed is not None and self.config.dropout and layer:
                hidden = tf.nn.experimental.stateless_dropout(hidden, self.config.dropout, dropout_seed + layer)
            hidden = self._bidirectional(layer, hidden, lengths)
            if layer == (self.config.n_layers - 1) // 2:
                middle = hidden
        if dropout_seed is not None and self.config.dropout:
            hidden = tf.nn.experimental.stateless_dropout(hidden, self.config.dropout, dropout_seed)
        return self._output("output", hidden), middle

    def _bidirectional(self, layer: int, x: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        names = [f"layer{layer}/{direction}" for direction in DIRECTIONS]
        weights = [(self._by_name[f"{name}/kernel"], self._by_name[f"{name}/bias"]) for name in names]
        return bidirectional(x, lengths, weights)

    def _output(self, name: str, hidden: tf.Tensor) -> tf.Tensor:
        return tf.tensordot(hidden, self._by_name[f"{name}/kernel"], 1) + self._by_name[f"{name}/bias"]
