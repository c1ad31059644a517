"""LSTM layers over time: on the processor in TensorFlow's fused kernel, with gradients step by step; on a graphics card
in `trainer.network.cudnn`.

The kernel is `BlockLSTM` (gate order i, c, f, o). `BlockLSTMV2` is not used: its gradient is wrong.

The kernel's own gradient adds a step's outer product to the weights' gradient at every step, which takes two thirds of
a training step. Here only what must run through time does; the gradients of the weights and of the input are then
one product each over all steps. Both agree to rounding (a test compares them).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from trainer.network.cudnn import Direction, cudnn_lstm


def initial_lstm(name: str, n_inputs: int, n_units: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Kernel and bias at chance: Glorot-uniform; gates in the order i, c, f, o, the forget gate open."""
    limit, bias = np.sqrt(6 / (n_inputs + 5 * n_units)), np.zeros(4 * n_units)
    bias[2 * n_units : 3 * n_units] = 1
    return {f"{name}/kernel": rng.uniform(-limit, limit, (n_inputs + n_units, 4 * n_units)), f"{name}/bias": bias}


def _is_on_card() -> bool:
    """As `trainer.network.device.use_device` left it."""
    return bool(tf.config.get_visible_devices("GPU"))


def lstm(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """x: float32 (n_steps, batch, n_inputs); kernel: (n_inputs + n_units, 4 n_units), gates i, c, f, o; bias:
    (4 n_units,). Begins at zero; no peepholes, no clipping, nothing added to the forget gate.

    Returns float32 (n_steps, batch, n_units).
    """
    if _is_on_card():
        return cudnn_lstm(x, tf.fill(tf.shape(x)[1:2], tf.shape(x)[0]), [(kernel, bias)])
    return _lstm(x, kernel, bias)


def bidirectional(x: tf.Tensor, lengths: tf.Tensor, directions: Sequence[Direction]) -> tf.Tensor:
    """x: as `lstm` takes it, padded at the end; lengths: int32 (batch,), true steps of each; directions: kernel and
    bias of the one ahead and of the one back, which begins at the last true step.

    Returns float32 (n_steps, batch, 2 n_units); what lies beyond a sequence's length is meaningless.
    """
    return (cudnn_lstm if _is_on_card() else fused_bidirectional)(x, lengths, directions)


def fused_bidirectional(x: tf.Tensor, lengths: tf.Tensor, directions: Sequence[Direction]) -> tf.Tensor:
    """`bidirectional` on the processor."""
    ahead, back = directions
    turned = tf.reverse_sequence(x, lengths, seq_axis=0, batch_axis=1)
    heard = tf.reverse_sequence(_lstm(turned, *back), lengths, seq_axis=0, batch_axis=1)
    return tf.concat([_lstm(x, *ahead), heard], axis=2)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _lstm(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> Any:
    n_units = bias.shape[0] // 4
    zeros, no_peephole = tf.zeros((tf.shape(x)[1], n_units)), tf.zeros((n_units,))
    peepholes = {"wci": no_peephole, "wcf": no_peephole, "wco": no_peephole, "use_peephole": False}
    wide, wide_kernel = _even(x, kernel, n_units)
    run = tf.raw_ops.BlockLSTM(
        seq_len_max=tf.cast(tf.shape(x)[0], tf.int64),
        x=wide,
        cs_prev=zeros,
        h_prev=zeros,
        w=wide_kernel,
        b=bias,
        forget_bias=0.0,
        cell_clip=-1.0,
        **peepholes,
    )

    def gradient(h_gradient: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        n_steps, width = tf.shape(x)[0], kernel.shape[0] - n_units
        cells_before = tf.concat([zeros[None], run.cs[:-1]], 0)
        recurrent = tf.transpose(kernel[width:])
        no_input = tf.zeros((tf.shape(x)[1], 0))  # the cell's gradient needs neither input nor weights

        def step(
            t: tf.Tensor, from_next: tf.Tensor, cell_gradient: tf.Tensor, gates: tf.TensorArray
        ) -> tuple[Any, ...]:
            cell = tf.raw_ops.LSTMBlockCellGrad(
                x=no_input,
                cs_prev=cells_before[t],
                h_prev=zeros,
                w=recurrent_only,
                b=bias,
                i=run.i[t],
                cs=run.cs[t],
                f=run.f[t],
                o=run.o[t],
                ci=run.ci[t],
                co=run.co[t],
                cs_grad=cell_gradient,
                h_grad=h_gradient[t] + from_next,
                **peepholes,
            )
            return t - 1, cell.dicfo @ recurrent, cell.cs_prev_grad, gates.write(t, cell.dicfo)

        recurrent_only = kernel[width:]
        gates = tf.TensorArray(tf.float32, size=n_steps, element_shape=(None, 4 * n_units))
        *_, gates = tf.while_loop(lambda t, *_: t >= 0, step, (n_steps - 1, zeros, zeros, gates))
        gates = tf.reshape(gates.stack(), (-1, 4 * n_units))
        hidden_before = tf.concat([zeros[None], run.h[:-1]], 0)
        kernel_gradient = [
            tf.matmul(tf.reshape(x, (-1, width)), gates, transpose_a=True),
            tf.matmul(tf.reshape(hidden_before, (-1, n_units)), gates, transpose_a=True),
        ]
        x_gradient = tf.reshape(tf.matmul(gates, kernel[:width], transpose_b=True), tf.shape(x))
        return x_gradient, tf.concat(kernel_gradient, 0), tf.reduce_sum(gates, 0)

    return run.h, gradient


def _even(x: tf.Tensor, kernel: tf.Tensor, n_units: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Adds a column of zeros to an odd width, because with an odd batch the fused kernel would take a slow path."""
    if x.shape[-1] % 2 == 0:
        return x, kernel
    zero_row = tf.zeros((1, 4 * n_units))
    return tf.pad(x, ((0, 0), (0, 0), (0, 1))), tf.concat([kernel[:-n_units], zero_row, kernel[-n_units:]], axis=0)
