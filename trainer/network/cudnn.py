"""The recurrence on a graphics card of NVIDIA: `CudnnRNNV3`, with weights in cuDNN's order.

Never run: there was no card. What can be tested on a processor is (the order of the weights, shapes, gradients); and
`difference` compares it with the processor's before a training begins.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

Direction = tuple[tf.Tensor, tf.Tensor]  # kernel and bias, as `trainer.network.lstm` has them
_TOLERANCE = 1e-3


def cudnn_lstm(x: tf.Tensor, lengths: tf.Tensor, directions: Sequence[Direction]) -> tf.Tensor:
    """x: float32 (n_steps, batch, n_inputs); lengths: int32 (batch,), true steps of each; directions: one, or the one
    ahead and the one back, which begins at the last true step.

    Returns float32 (n_steps, batch, n_directions * n_units), 0 beyond a sequence's length.
    """
    n_units = directions[0][1].shape[0] // 4
    nothing = tf.zeros((len(directions), tf.shape(x)[1], n_units))
    return tf.raw_ops.CudnnRNNV3(
        input=x,
        input_h=nothing,
        input_c=nothing,
        params=packed(directions),
        sequence_lengths=tf.maximum(lengths, 1),  # cuDNN takes no empty sequence
        rnn_mode="lstm",
        direction="bidirectional" if len(directions) == 2 else "unidirectional",
        is_training=True,  # else it has no gradient
        time_major=True,
    ).output


def packed(directions: Sequence[Direction]) -> tf.Tensor:
    """All weights in one row: the matrices of each direction, those of the input first, then the biases of each.

    Gates go from i, c, f, o to i, f, c, o, each matrix by rows of its outputs. Of the two biases that cuDNN adds, those
    of the input are 0. The order of cudnnGetRNNWeightParams; Keras packs one direction so, JAX (jax.experimental.rnn)
    describes two.
    """
    matrices, biases = [], []
    for kernel, bias in directions:
        n_units = bias.shape[0] // 4
        for part in (kernel[:-n_units], kernel[-n_units:]):
            matrices += [tf.reshape(tf.transpose(gate), (-1,)) for gate in _gates(part)]
        biases += [tf.zeros_like(bias), *_gates(bias)]
    return tf.concat([*matrices, *biases], 0)


def _gates(weights: tf.Tensor) -> tuple[tf.Tensor, ...]:
    i, c, f, o = tf.split(weights, 4, axis=-1)
    return i, f, c, o


def difference() -> bool:
    """Whether output or gradients of a small layer are others on the card than on the processor."""
    from trainer.network.lstm import fused_bidirectional, initial_lstm

    rng = np.random.default_rng(0)
    made = [initial_lstm("", 6, 8, rng) for _ in range(2)]
    weights = [tuple(tf.Variable(one[name], dtype=tf.float32) for name in ("/kernel", "/bias")) for one in made]
    x, lengths = tf.constant(rng.normal(size=(7, 3, 6)), tf.float32), tf.constant([7, 1, 4])
    is_real = tf.sequence_mask(lengths, 7, tf.float32)
    found = []
    for device, recurrence in (("GPU:0", cudnn_lstm), ("CPU:0", fused_bidirectional)):
        with tf.device(device), tf.GradientTape() as tape:
            heard = recurrence(x, lengths, weights) * tf.transpose(is_real)[..., None]
            loss = tf.reduce_sum(heard**2)
        found.append([heard, *tape.gradient(loss, [*weights[0], *weights[1]])])
    return not all(np.allclose(one, other, atol=_TOLERANCE) for one, other in zip(*found, strict=True))
