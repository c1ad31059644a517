"""The CTC loss (Graves et al. 2006)."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf


def ctc_loss(logits: tf.Tensor, batch_labels: tf.SparseTensor, lengths: tf.Tensor) -> tf.Tensor:
    """Negative log-likelihood of each utterance in nats (batch,); logits (n_steps, batch, n_labels), blank last.

    Sparse labels reach TensorFlow's C++ kernel, which costs almost nothing; dense ones take as long as the network.
    On the CPU even where a graphics card computes the rest: cuDNN's own takes no more than 256 letters.
    """
    with tf.device("CPU:0"):
        return tf.nn.ctc_loss(
            batch_labels, logits, label_length=None, logit_length=lengths, logits_time_major=True, blank_index=-1
        )


def disagreement(logits: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """How far two copies of each utterance are heard otherwise, in nats, all steps together (CR-CTC, Yao et al. 2024).

    logits: (n_steps, 2 n, n_labels); utterance i and n + i are the copies, of equal lengths. Each copy is drawn to
    what the other one gives, which is taken as it is: Kullback-Leibler divergence either way.
    """
    log_probs = tf.nn.log_softmax(logits)
    first, second = tf.split(log_probs, 2, axis=1)
    towards = map(tf.stop_gradient, (second, first))
    apart = tf.add_n(
        [
            tf.reduce_sum(tf.exp(target) * (target - copy), axis=2)
            for target, copy in zip(towards, (first, second), strict=True)
        ]
    )
    is_real = tf.sequence_mask(lengths[: tf.shape(lengths)[0] // 2], tf.shape(logits)[0], dtype=apart.dtype)
    return tf.reduce_sum(apart * tf.transpose(is_real))


def summed_loss(log_probs: Sequence[np.ndarray], label_indices: np.ndarray, labels: np.ndarray) -> float:
    """Of all utterances together, in nats. log_probs: float32 (n_steps, n_labels) each; the labels of a `Batch`."""
    lengths = np.array([len(steps) for steps in log_probs], np.int32)
    padded = np.zeros((lengths.max(), len(log_probs), log_probs[0].shape[1]), np.float32)
    for i, steps in enumerate(log_probs):
        padded[: len(steps), i] = steps
    sparse = tf.SparseTensor(label_indices, labels, (len(log_probs), int(lengths.max())))
    return float(tf.reduce_sum(ctc_loss(tf.constant(padded), sparse, tf.constant(lengths))))
