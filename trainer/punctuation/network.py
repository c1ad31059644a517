"""The punctuation network: hashed words, two bidirectional LSTM layers, and two outputs per word."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from engine.model.weights import DIRECTIONS
from engine.punctuation.labels import MARKS, Form
from engine.punctuation.pauses import N_PAUSES
from engine.word_features import PART_ROWS, WORD_ROWS
from trainer.network.lstm import bidirectional, initial_lstm
from trainer.network.row_adam import RowAdam
from trainer.punctuation.stretches import Batch
from trainer.punctuation.written_text import UNKNOWN

WORD_WIDTH, PART_WIDTH, PAUSE_WIDTH = 64, 56, 8
N_LAYERS, N_UNITS = 2, 128
N_OUTPUTS = len(MARKS) + len(Form)
_DROPOUT, _WORD_DROPOUT, _PARTS_DROPOUT = 0.25, 0.25, 0.1  # with less, small texts are learned by heart
_FORM_SHARE = 0.5


def initial_weights(seed: int) -> dict[str, np.ndarray]:
    """Initial weights by name."""
    rng = np.random.default_rng(seed)
    weights = {
        "words": rng.normal(0, 0.1, (WORD_ROWS, WORD_WIDTH)),
        "parts": rng.normal(0, 0.1, (PART_ROWS, PART_WIDTH)),
        "pauses": rng.normal(0, 0.1, (N_PAUSES, PAUSE_WIDTH)),
    }
    width = WORD_WIDTH + PART_WIDTH + PAUSE_WIDTH
    for layer in range(N_LAYERS):
        for direction in DIRECTIONS:
            weights |= initial_lstm(f"layer{layer}/{direction}", width, N_UNITS, rng)
        width = 2 * N_UNITS
    weights["output/kernel"] = rng.normal(0, 1 / np.sqrt(width), (width, N_OUTPUTS))
    weights["output/bias"] = np.zeros(N_OUTPUTS)
    return {name: value.astype(np.float32) for name, value in weights.items()}


class PunctuationNetwork(RowAdam):
    """Table rows, pauses and lengths in, logits of marks and forms out; trained on batches."""

    def update(self, features: np.ndarray, batch: Batch, learning_rate: float, seed: tuple[int, int]) -> list[float]:
        """A training step; returns its loss in nats per word. features: of the batch's words; seed: of the dropout."""
        return self.step(features, (batch.pauses, batch.lengths, batch.marks, batch.forms), learning_rate, seed)

    def losses(
        self, rows: Sequence[tf.Tensor], seed: tf.Tensor, *batch: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """See `RowAdam`. batch: pauses, lengths, marks and forms."""
        pauses, lengths, marks, forms = batch
        logits = self.logits(rows, pauses, lengths, seed)
        loss = _cross_entropy(logits[:, :, : len(MARKS)], marks)
        loss += _FORM_SHARE * _cross_entropy(logits[:, :, len(MARKS) :], forms)
        return loss, [loss]

    def logits(
        self, rows: Sequence[tf.Tensor], pauses: tf.Tensor, lengths: tf.Tensor, seed: tf.Tensor | None = None
    ) -> tf.Tensor:
        """rows: of `rows`; pauses: int32 (batch, n_words); seed: int32 (2,), in training only.

        Returns float32 (batch, n_words, N_OUTPUTS); values beyond a stretch's length are meaningless.
        """
        by_name = self._by_name
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
        names = [f"layer{layer}/{direction}" for direction in DIRECTIONS]
        weights = [(self._by_name[f"{name}/kernel"], self._by_name[f"{name}/bias"]) for name in names]
        return bidirectional(x, lengths, weights)


def _cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean over the words whose label is known, in nats."""
    is_known = tf.cast(labels != UNKNOWN, tf.float32)
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(labels, 0), logits)
    return tf.reduce_sum(is_known * each) / tf.maximum(1.0, tf.reduce_sum(is_known))
