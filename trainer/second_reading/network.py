"""The network that scores readings once more: hashed words, an LSTM, and how much likelier each word is in its place.

f(word | words before) = projection of the LSTM's output times the word's vector, meant as log p(word | before) - log
q(word), q being how often a word is by itself. Words share their vectors' parts, and what goes in and what comes out
share one table, so that a word needs no place in a list. Learned from each word against some drawn from q (Jean et al.
2015); a penalty keeps the sum over all words near 1, so that reading needs no sum (Devlin et al. 2014).
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from engine.word_features import N_WORD, PART_ROWS, WORD_ROWS
from trainer.network.lstm import lstm
from trainer.network.row_adam import RowAdam

WIDTH, N_UNITS = 128, 320
_TABLES = ("words", "parts")
_DROPOUT, _CLIP, _SUM_PENALTY = 0.1, 1.0, 0.05


@dataclass(frozen=True)
class Batch:
    """Of sentences. vocabulary: int32 (n, n_features), the words that it needs, and behind them those drawn.

    before, after: int32 (longest, n_sentences), places in `vocabulary` of each word's predecessor and of the word;
    counts: float32, of the same shape, 1 where a word is learned from, else 0. n_drawn: words at the end of vocabulary.
    """

    vocabulary: np.ndarray
    before: np.ndarray
    after: np.ndarray
    counts: np.ndarray
    n_drawn: int


def initial_weights(seed: int) -> dict[str, np.ndarray]:
    """Weights by name, at chance; LSTM gates in the order i, c, f, o, the forget gate open."""
    rng = np.random.default_rng(seed)
    limit, bias = np.sqrt(6 / (WIDTH + 5 * N_UNITS)), np.zeros(4 * N_UNITS)
    bias[2 * N_UNITS : 3 * N_UNITS] = 1
    weights = {
        "words": rng.normal(0, 0.05, (WORD_ROWS, WIDTH)),
        "parts": rng.normal(0, 0.05, (PART_ROWS, WIDTH)),
        "lstm/kernel": rng.uniform(-limit, limit, (WIDTH + N_UNITS, 4 * N_UNITS)),
        "lstm/bias": bias,
        "output/kernel": rng.normal(0, 1 / np.sqrt(N_UNITS), (N_UNITS, WIDTH)),
        "output/bias": np.zeros(WIDTH),
    }
    return {name: value.astype(np.float32) for name, value in weights.items()}


class RescorerNetwork(RowAdam):
    """A network that learns from batches of sentences."""

    def __init__(self, weights: Mapping[str, np.ndarray]):
        self.variables = {name: tf.Variable(value, name=name) for name, value in weights.items()}
        super().__init__(self.variables)
        self._update = tf.function(self._step, autograph=False, reduce_retracing=True)

    def update(self, batch: Batch, learning_rate: float, seed: tuple[int, int]) -> tuple[float, float]:
        """A step; returns the loss in nats a word, and how far log sums over all words are from 0."""
        loss, away = self._update(
            *(tf.constant(one) for one in (batch.vocabulary, batch.before, batch.after, batch.counts)),
            tf.constant(batch.n_drawn),
            tf.constant(learning_rate, tf.float32),
            tf.constant(seed, tf.int32),
        )
        return float(loss), float(away)

    def hidden(self, vectors: tf.Tensor, before: tf.Tensor, seed: tf.Tensor | None = None) -> tf.Tensor:
        """vectors: (n, WIDTH), of words; before: int32 (n_steps, batch). Returns float32 (n_steps, batch, WIDTH)."""
        x, by_name = tf.gather(vectors, before), self.variables
        if seed is not None:
            x = tf.nn.experimental.stateless_dropout(x, _DROPOUT, seed)
        hidden = lstm(x, by_name["lstm/kernel"], by_name["lstm/bias"])
        if seed is not None:
            hidden = tf.nn.experimental.stateless_dropout(hidden, _DROPOUT, seed + 1)
        flat = tf.reshape(hidden, (-1, N_UNITS)) @ by_name["output/kernel"] + by_name["output/bias"]
        return tf.reshape(flat, (*tf.unstack(tf.shape(before)), WIDTH))

    def rows(self, features: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """features: int32 (n, n_features). The rows of both tables that belong to each word."""
        by_name = self.variables
        return tf.gather(by_name["words"], features[:, :N_WORD]), tf.gather(by_name["parts"], features[:, N_WORD:])

    def _step(
        self,
        features: tf.Tensor,
        before: tf.Tensor,
        after: tf.Tensor,
        counts: tf.Tensor,
        n_drawn: tf.Tensor,
        learning_rate: tf.Tensor,
        seed: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        rows = self.rows(features)
        dense = {name: variable for name, variable in self.variables.items() if name not in _TABLES}
        n_words = tf.maximum(1.0, tf.reduce_sum(counts))
        with tf.GradientTape() as tape:
            tape.watch(rows)
            vectors = tf.reduce_sum(rows[0], 1) + tf.reduce_sum(rows[1], 1)
            where = tf.where(tf.reshape(counts, (-1,)) > 0)[:, 0]
            hidden = tf.gather(tf.reshape(self.hidden(vectors, before, seed), (-1, WIDTH)), where)
            said = tf.reduce_sum(hidden * tf.gather(vectors, tf.gather(tf.reshape(after, (-1,)), where)), 1)
            drawn = tf.matmul(hidden, vectors[-n_drawn:], transpose_b=True)
            log_n = tf.math.log(tf.cast(n_drawn, tf.float32))
            log_sum = tf.reduce_logsumexp(drawn, 1) - log_n
            with_said = tf.reduce_logsumexp(tf.stack([log_sum, said - log_n], 1), 1)
            loss = tf.reduce_sum(with_said - said) / n_words
            penalty = tf.reduce_sum(tf.square(with_said)) / n_words
            total = loss + _SUM_PENALTY * penalty
        of_dense, of_rows = tape.gradient(total, (list(dense.values()), rows))
        of_dense, _ = tf.clip_by_global_norm([tf.convert_to_tensor(one) for one in of_dense], _CLIP)
        rate = self.begin(learning_rate)
        for name, gradient in zip(dense, of_dense, strict=True):
            self.move(name, gradient, rate)
        for name, gradient, some in zip(_TABLES, of_rows, (features[:, :N_WORD], features[:, N_WORD:]), strict=True):
            self.move_rows(name, gradient, some, rate)
        return loss, tf.sqrt(penalty)
