import numpy as np
import pytest
import tensorflow as tf

from engine.config import VOXFORGE, ModelConfig
from engine.errors import CheckpointMismatch
from engine.model.weights import initial_lower_output, initial_weights, weight_shapes
from tests.helpers.keras_twin import keras_twin
from trainer.dataset.batches import pad
from trainer.network.bilstm_ctc import BiLstmCtc
from trainer.network.ctc_loss import ctc_loss

MODEL = ModelConfig(n_layers=2, n_units=12, n_stacked=2)


@pytest.fixture(scope="module")
def weights():
    return initial_weights(VOXFORGE, MODEL, 35, np.random.default_rng(0))


def steps(*lengths, seed=1):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(n, 26)).astype(np.float32) for n in lengths]


def test_shapes(weights):
    assert {name: w.shape for name, w in weights.items()} == weight_shapes(VOXFORGE, MODEL, 35)
    assert weights["layer0/forward/kernel"].shape == (26 + 12, 48)


def test_logits_equal_those_of_plain_keras_layers(weights):
    (one,) = steps(40)
    ours = BiLstmCtc(MODEL, weights).logits(one[None], np.array([40], np.int32))[:, 0]
    np.testing.assert_allclose(ours, keras_twin(MODEL, weights)(one[None])[0], atol=2e-6)


def test_padding_changes_nothing(weights):
    network = BiLstmCtc(MODEL, weights)
    some = steps(5, 31, 1, 17)
    padded = pad(some, [np.zeros(1)] * 4, [""] * 4)
    together = network.logits(padded.steps, padded.lengths)
    for i, one in enumerate(some):
        alone = network.logits(one[None], np.array([len(one)], np.int32))[:, 0]
        np.testing.assert_allclose(together[: len(one), i], alone, atol=1e-6)


def test_gradients_equal_those_of_plain_keras_layers(weights):
    network, twin = BiLstmCtc(MODEL, weights), keras_twin(MODEL, weights)
    x, lengths = np.stack(steps(20, 20)), np.array([20, 20], np.int32)
    labels = tf.sparse.from_dense([[1, 2, 3, 3], [5, 6, 0, 0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(ctc_loss(network.logits(x, lengths), labels, lengths))
    ours = tape.gradient(loss, network.parameters)
    with tf.GradientTape() as tape:
        theirs_loss = tf.reduce_sum(ctc_loss(tf.transpose(twin(x), (1, 0, 2)), labels, lengths))
    theirs = tape.gradient(theirs_loss, twin.trainable_variables)
    assert float(loss) == pytest.approx(float(theirs_loss), rel=1e-5)
    ours_norm = float(tf.linalg.global_norm(ours))
    assert ours_norm == pytest.approx(float(tf.linalg.global_norm(theirs)), rel=1e-4)
    i, c, f, o = np.split(ours[0].numpy(), 4, axis=1)
    regated = np.concatenate([i, f, c, o], axis=1)
    np.testing.assert_allclose(regated[:26], theirs[0], atol=1e-5 * ours_norm)
    np.testing.assert_allclose(regated[26:], theirs[1], atol=1e-5 * ours_norm)


def test_dropout_depends_on_its_seed_alone(weights):
    network = BiLstmCtc(ModelConfig(2, 12, 2, dropout=0.5), weights)
    x, lengths = np.stack(steps(20)), np.array([20], np.int32)
    first, again, other = (network.logits(x, lengths, tf.constant([1, s])).numpy() for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3
    assert np.abs(first - network.logits(x, lengths).numpy()).max() > 1e-3


def test_a_missing_weight_is_refused(weights):
    with pytest.raises(CheckpointMismatch, match="output/kernel"):
        BiLstmCtc(MODEL, {name: w for name, w in weights.items() if name != "output/kernel"})


def test_the_lower_output_hears_the_middle_layer_and_the_upper_one_is_as_without_it(weights):
    lower = initial_lower_output(MODEL, 35, np.random.default_rng(2))
    network = BiLstmCtc(MODEL, weights | lower)
    x, lengths = np.stack(steps(9)), np.array([9], np.int32)
    seed = tf.constant([1, 2])
    with tf.GradientTape() as tape:
        upper, middle = network.logits_with_lower(x, lengths, seed)
        loss = tf.reduce_sum(middle)
    np.testing.assert_array_equal(upper, network.logits(x, lengths, seed))
    reached = [
        name
        for name, g in zip(network.weights(), tape.gradient(loss, network.parameters), strict=True)
        if g is not None
    ]
    assert {name.partition("/")[0] for name in reached} == {"layer0", "lower"}
