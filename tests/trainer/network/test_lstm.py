"""The recurrence on the processor and, as far as a machine without one can tell, on a graphics card."""

import numpy as np
import pytest
import tensorflow as tf

from trainer.network.cudnn import cudnn_lstm, packed
from trainer.network.lstm import bidirectional, initial_lstm, lstm

N_INPUTS, N_UNITS, N_STEPS = 5, 4, 9
LENGTHS = [9, 1, 6]


@pytest.fixture
def weights() -> list[tuple[tf.Variable, tf.Variable]]:
    """Kernel and bias of two directions; no two numbers are the same."""
    rng = np.random.default_rng(4)
    made = [initial_lstm("", N_INPUTS, N_UNITS, rng) for _ in range(2)]
    return [
        (tf.Variable(one["/kernel"], dtype=tf.float32), tf.Variable(rng.normal(size=4 * N_UNITS), dtype=tf.float32))
        for one in made
    ]


@pytest.fixture
def x() -> tf.Tensor:
    return tf.constant(np.random.default_rng(5).normal(size=(N_STEPS, len(LENGTHS), N_INPUTS)), tf.float32)


class Params:
    """cuDNN's row of weights, read from the front."""

    def __init__(self, row: np.ndarray):
        self.row, self.place = row, 0

    def take(self, *shape: int) -> np.ndarray:
        begin, self.place = self.place, self.place + int(np.prod(shape))
        return self.row[begin : self.place].reshape(shape)


def cudnn(x: np.ndarray, lengths: list[int], row: np.ndarray, n_directions: int) -> np.ndarray:
    """A layer as NVIDIA documents CUDNN_LSTM (cudnnRNNMode_t): i, f, o = sigmoid(W x + R h + bW + bR), c' = tanh(...),
    c = f c + i c', h = o tanh(c); linear layers 0 to 3 are W of i, f, c', o, 4 to 7 their R.
    """

    def sigmoid(value):
        return 1 / (1 + np.exp(-value))

    params = Params(row)
    matrices = [
        ([params.take(N_UNITS, N_INPUTS) for _ in range(4)], [params.take(N_UNITS, N_UNITS) for _ in range(4)])
        for _ in range(n_directions)
    ]
    biases = [[[params.take(N_UNITS) for _ in range(4)] for _ in range(2)] for _ in range(n_directions)]
    assert params.place == len(row)
    output = np.zeros((*x.shape[:2], n_directions * N_UNITS))
    for number, ((w, r), (b_w, b_r)) in enumerate(zip(matrices, biases, strict=True)):
        for row_number, length in enumerate(lengths):
            h = c = np.zeros(N_UNITS)
            for t in range(length) if number == 0 else reversed(range(length)):
                sums = [w[g] @ x[t, row_number] + r[g] @ h + b_w[g] + b_r[g] for g in range(4)]
                c = sigmoid(sums[1]) * c + sigmoid(sums[0]) * np.tanh(sums[2])
                h = sigmoid(sums[3]) * np.tanh(c)
                output[t, row_number, number * N_UNITS : (number + 1) * N_UNITS] = h
    return output


def real(values: np.ndarray) -> list[np.ndarray]:
    """What lies within each sequence's length."""
    return [np.asarray(values)[:length, row] for row, length in enumerate(LENGTHS)]


def test_weights_in_cudnn_s_order_give_in_its_equations_what_the_processor_computes(weights, x):
    ours = bidirectional(x, tf.constant(LENGTHS), weights)
    theirs = cudnn(x.numpy(), LENGTHS, packed(weights).numpy(), 2)
    for one, other in zip(real(ours), real(theirs), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-6)
    np.testing.assert_allclose(
        lstm(x, *weights[0]), cudnn(x.numpy(), [N_STEPS] * 3, packed(weights[:1]).numpy(), 1), atol=2e-6
    )


def test_the_card_s_operation_takes_what_it_is_given_and_has_gradients(weights, x):
    """It is traced, not run: its kernel needs the card."""

    @tf.function
    def learned(x, lengths):
        with tf.GradientTape() as tape:
            tape.watch(x)
            output = cudnn_lstm(x, lengths, weights)
        return output, tape.gradient(output, [x, *weights[0], *weights[1]])

    traced = learned.get_concrete_function(tf.TensorSpec((None, None, N_INPUTS)), tf.TensorSpec((None,), tf.int32))
    output, gradients = traced.structured_outputs
    assert output.shape.as_list() == [None, None, 2 * N_UNITS]
    assert [one.shape.as_list() for one in gradients[1:]] == [w.shape.as_list() for pair in weights for w in pair]
    (run,) = [op for op in traced.graph.get_operations() if op.type == "CudnnRNNV3"]
    assert (run.get_attr("rnn_mode"), run.get_attr("direction"), run.get_attr("time_major")) == (
        b"lstm",
        b"bidirectional",
        True,
    )
    assert run.inputs[-1].dtype == tf.int32
