"""The network of punctuation: hashed words, two bidirectional LSTM layers, and two outputs a word."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from engine.punctuation.labels import MARKS, Form
from engine.punctuation.pauses import N_PAUSES
from engine.word_features import N_WORD, PART_ROWS, WORD_ROWS
from trainer.network.lstm import lstm

WORD_WIDTH, PART_WIDTH, PAUSE_WIDTH = 64, 56, 8
N_LAYERS, N_UNITS = 2, 128
N_OUTPUTS = len(MARKS) + len(Form)
TABLES = ("words", "parts")  # of which a batch touches few rows
_DROPOUT, _WORD_DROPOUT, _PARTS_DROPOUT = 0.25, 0.25, 0.1  # with less, a small text is learnt by heart


def initial_weights(seed: int) -> dict[str, np.ndarray]:
    """Weights by name, at chance."""
    rng = np.random.default_rng(seed)
    weights = {
        "words": rng.normal(0, 0.1, (WORD_ROWS, WORD_WIDTH)),
        "parts": rng.normal(0, 0.1, (PART_ROWS, PART_WIDTH)),
        "pauses": rng.normal(0, 0.1, (N_PAUSES, PAUSE_WIDTH)),
    }
    width = WORD_WIDTH + PART_WIDTH + PAUSE_WIDTH
    for layer in range(N_LAYERS):
        for direction in ("forward", "backward"):
            weights |= _lstm_weights(f"layer{layer}/{direction}", width, rng)
        width = 2 * N_UNITS
    weights["output/kernel"] = rng.normal(0, 1 / np.sqrt(width), (width, N_OUTPUTS))
    weights["output/bias"] = np.zeros(N_OUTPUTS)
    return {name: value.astype(np.float32) for name, value in weights.items()}


def _lstm_weights(name: str, width: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Gates in the order i, c, f, o; the forget gate begins open."""
    bias = np.zeros(4 * N_UNITS)
    bias[2 * N_UNITS : 3 * N_UNITS] = 1
    limit = np.sqrt(6 / (width + 5 * N_UNITS))
    return {f"{name}/kernel": rng.uniform(-limit, limit, (width + N_UNITS, 4 * N_UNITS)), f"{name}/bias": bias}


class PunctuationNetwork(tf.Module):  # type: ignore[misc]
    """Rows of the tables, pauses and lengths in, logits of marks and forms out."""

    def __init__(self, weights: Mapping[str, np.ndarray]):
        super().__init__(name="punctuation")
        self.variables_by_name = {name: tf.Variable(value, name=name) for name, value in weights.items()}

    def rows(self, features: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """features: int32 (batch, n_words, n_features). Returns the rows of each of TABLES that belong to each word."""
        by_name = self.variables_by_name
        return (
            tf.gather(by_name["words"], features[:, :, :N_WORD]),
            tf.gather(by_name["parts"], features[:, :, N_WORD:]),
        )

    def logits(
        self, rows: tuple[tf.Tensor, tf.Tensor], pauses: tf.Tensor, lengths: tf.Tensor, seed: tf.Tensor | None = None
    ) -> tf.Tensor:
        """rows: of `rows`; pauses: int32 (batch, n_words); seed: int32 (2,), in training only.

        Returns float32 (batch, n_words, N_OUTPUTS); what lies beyond a stretch's length is meaningless.
        """
        by_name = self.variables_by_name
        words, parts = (tf.reduce_sum(each, 2) for each in rows)
        if seed is not None:
            drawn = tf.random.stateless_uniform((*tf.unstack(tf.shape(pauses)), 2), seed)
            words = tf.where(drawn[:, :, :1] < _WORD_DROPOUT, 0.0, words)
            parts = tf.where(drawn[:, :, 1:] < _PARTS_DROPOUT, 0.0, parts)
        hidden = tf.concat([words, parts, tf.gather(by_name["pauses"], pauses)], 2)
        hidden = tf.transpose(hidden, (1, 0, 2))
        for layer in range(N_LAYERS):
            if seed is not None:
                hidden = tf.nn.experimental.stateless_dropout(hidden, _DROPOUT, seed + layer + 1)
            hidden = self._bidirectional(layer, hidden, lengths)
        outputs = tf.reshape(hidden, (-1, 2 * N_UNITS)) @ by_name["output/kernel"] + by_name["output/bias"]
        return tf.transpose(tf.reshape(outputs, (*tf.unstack(tf.shape(hidden)[:2]), N_OUTPUTS)), (1, 0, 2))

    def _bidirectional(self, layer: int, x: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        ahead = self._lstm(f"layer{layer}/forward", x)
        turned = tf.reverse_sequence(x, lengths, seq_axis=0, batch_axis=1)
        back = tf.reverse_sequence(self._lstm(f"layer{layer}/backward", turned), lengths, seq_axis=0, batch_axis=1)
        return tf.concat([ahead, back], axis=2)

    def _lstm(self, name: str, x: tf.Tensor) -> tf.Tensor:
        return lstm(x, self.variables_by_name[f"{name}/kernel"], self.variables_by_name[f"{name}/bias"])
