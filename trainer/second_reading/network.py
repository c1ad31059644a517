"""The network that scores readings once more: hashed words, an LSTM, and how much likelier each word is in its place.

f(word | words before) = projection of the LSTM's output times the word's vector, meant as log p(word | before) - log
q(word), q being how often a word is by itself. Words share their vectors' parts, and what goes in and what comes out
share one table, so that a word needs no place in a list. Learned from each word against some drawn from q (Jean et al.
2015); a penalty keeps the sum over all words near 1, so that reading needs no sum (Devlin et al. 2014).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from engine.word_features import PART_ROWS, WORD_ROWS
from trainer.network.lstm import initial_lstm, lstm
from trainer.network.row_adam import RowAdam

WIDTH, N_UNITS = 128, 320
_DROPOUT, _SUM_PENALTY = 0.1, 0.05


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
    """Weights by name, at chance."""
    rng = np.random.default_rng(seed)
    weights = {
        "words": rng.normal(0, 0.05, (WORD_ROWS, WIDTH)),
        "parts": rng.normal(0, 0.05, (PART_ROWS, WIDTH)),
        **initial_lstm("lstm", WIDTH, N_UNITS, rng),
        "output/kernel": rng.normal(0, 1 / np.sqrt(N_UNITS), (N_UNITS, WIDTH)),
        "output/bias": np.zeros(WIDTH),
    }
    return {name: value.astype(np.float32) for name, value in weights.items()}


class RescorerNetwork(RowAdam):
    """A network that learns from batches of sentences."""

    def update(self, batch: Batch, learning_rate: float, seed: tuple[int, int]) -> list[float]:
        """A step; returns the loss in nats a word, and how far log sums over all words are from 0."""
        arrays = batch.before, batch.after, batch.counts, batch.n_drawn
        return self.step(batch.vocabulary, arrays, learning_rate, seed)

    def losses(
        self, rows: Sequence[tf.Tensor], seed: tf.Tensor, *batch: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """See `RowAdam`. batch: before, after, counts and n_drawn of a `Batch`."""
        before, after, counts, n_drawn = batch
        n_words = tf.maximum(1.0, tf.reduce_sum(counts))
        vectors = tf.reduce_sum(rows[0], 1) + tf.reduce_sum(rows[1], 1)
        where = tf.where(tf.reshape(counts, (-1,)) > 0)[:, 0]
        hidden = tf.gather(tf.reshape(self._hidden(vectors, before, seed), (-1, WIDTH)), where)
        actual = tf.reduce_sum(hidden * tf.gather(vectors, tf.gather(tf.reshape(after, (-1,)), where)), 1)
        drawn = tf.matmul(hidden, vectors[-n_drawn:], transpose_b=True)
        log_n = tf.math.log(tf.cast(n_drawn, tf.float32))
        log_sum = tf.reduce_logsumexp(drawn, 1) - log_n
        with_actual = tf.reduce_logsumexp(tf.stack([log_sum, actual - log_n], 1), 1)
        loss = tf.reduce_sum(with_actual - actual) / n_words
        penalty = tf.reduce_sum(tf.square(with_actual)) / n_words
        return loss + _SUM_PENALTY * penalty, [loss, tf.sqrt(penalty)]

    def _hidden(self, vectors: tf.Tensor, before: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """vectors: (n, WIDTH), of words; before: int32 (n_steps, batch). Returns float32 (n_steps, batch, WIDTH)."""
        by_name = self._by_name
        x = tf.nn.experimental.stateless_dropout(tf.gather(vectors, before), _DROPOUT, seed)
        hidden = lstm(x, by_name["lstm/kernel"], by_name["lstm/bias"])
        hidden = tf.nn.experimental.stateless_dropout(hidden, _DROPOUT, seed + 1)
        flat = tf.reshape(hidden, (-1, N_UNITS)) @ by_name["output/kernel"] + by_name["output/bias"]
        return tf.reshape(flat, (*tf.unstack(tf.shape(before)), WIDTH))
