import numpy as np
import pytest
import tensorflow as tf

from trainer.network.ctc_loss import disagreement


@pytest.fixture
def logits():
    return np.random.default_rng(3).normal(0, 2, (6, 4, 5)).astype(np.float32)  # two utterances, twice each


def test_copies_that_are_heard_alike_do_not_disagree(logits):
    logits[:, 2:] = logits[:, :2] + 7  # a constant on all labels of a step changes nothing
    assert float(disagreement(tf.constant(logits), tf.constant([6, 4, 6, 4]))) == pytest.approx(0, abs=1e-4)


def test_disagreement_is_the_divergence_either_way_within_the_true_lengths(logits):
    p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    expected = 0.0
    for utterance, length in ((0, 6), (1, 4)):
        a, b = p[:length, utterance], p[:length, utterance + 2]
        expected += (a * np.log(a / b)).sum() + (b * np.log(b / a)).sum()
    lengths = tf.constant([6, 4, 6, 4])
    assert float(disagreement(tf.constant(logits), lengths)) == pytest.approx(expected, rel=1e-4)
    logits[4:, 1] = logits[5:, 3] = 50  # padding
    assert float(disagreement(tf.constant(logits), lengths)) == pytest.approx(expected, rel=1e-4)


def test_each_copy_is_drawn_to_the_other_one_as_it_is(logits):
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        loss = disagreement(variable, tf.constant([6, 6, 6, 6]))
    p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    expected = np.concatenate([p[:, :2] - p[:, 2:], p[:, 2:] - p[:, :2]], axis=1)
    np.testing.assert_allclose(tape.gradient(loss, variable), expected, atol=1e-5)
