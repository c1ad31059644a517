"""What recognition runs against the network that is trained."""

import numpy as np
import pytest
import tensorflow as tf

from engine.config import CLASSIC, VOXFORGE, ModelConfig
from engine.decode.greedy import GreedyDecoder
from engine.features.network_input import n_inputs
from engine.model.checkpoint import load_checkpoint
from engine.model.network_graph import network_graph
from engine.model.recogniser import Recogniser, recogniser
from engine.model.weights import initial_weights
from trainer.dataset.batches import Examples, pad
from trainer.dataset.training_data import examples_by_split
from trainer.evaluation.evaluate import evaluate
from trainer.network.bilstm_ctc import BiLstmCtc

SHAPES = [
    (VOXFORGE, ModelConfig(n_layers=1, n_units=8, n_stacked=1)),
    (CLASSIC, ModelConfig(n_layers=2, n_units=21, n_stacked=3, deltas=True)),
    (VOXFORGE, ModelConfig(n_layers=4, n_units=64, n_stacked=2)),
]
SETS = ("voxforge-ru-mfcc", "speech-samples/common-voice", "speech-samples/common-voice-2")
MOST_CER_FROM_QUANTISING = 0.003


def trained(network: BiLstmCtc, some: list[np.ndarray]) -> list[np.ndarray]:
    """Log-probabilities from TensorFlow, of all together in one padded batch."""
    batch = pad(some, [np.zeros(1)] * len(some), [""] * len(some))
    log_probs = tf.nn.log_softmax(network.logits(batch.steps, batch.lengths)).numpy()
    return [log_probs[: len(one), i] for i, one in enumerate(some)]


@pytest.mark.parametrize(("features", "model"), SHAPES, ids=["one layer", "odd", "deep"])
def test_the_graph_is_the_network_that_is_trained(features, model):
    rng = np.random.default_rng(5)
    width, n_labels = n_inputs(features, model), 35
    weights = initial_weights(features, model, n_labels, rng)
    weights = {name: value + rng.normal(0, 0.2, value.shape).astype(np.float32) for name, value in weights.items()}
    some = [rng.normal(size=(n, width)).astype(np.float32) for n in (40, 1, 17, 213, 2)]
    expected = trained(BiLstmCtc(model, weights), some)
    exact, eight_bits = (
        Recogniser(network_graph(model, weights, quantised), width, n_labels)(some) for quantised in (False, True)
    )
    for wanted, found, rough in zip(expected, exact, eight_bits, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-4)
        assert 1e-6 < np.abs(rough - wanted).mean() < 0.5


@pytest.mark.parametrize("name", SETS)
def test_eight_bits_read_speech_as_well(shared, shipped, name):
    checkpoint = load_checkpoint(shipped)
    shaper = Examples(checkpoint.alphabet, checkpoint.features, checkpoint.model)
    sets = examples_by_split(shared / name, checkpoint.features)
    examples = shaper.usable(sets.get("dev_unseen_text") or [e for some in sets.values() for e in some])
    network, decoder = BiLstmCtc(checkpoint.model, checkpoint.weights), GreedyDecoder(checkpoint.alphabet)
    exact, _ = evaluate(name, examples, lambda rows: trained(network, rows), decoder, shaper)
    eight_bits, _ = evaluate(name, examples, recogniser(checkpoint), decoder, shaper)
    assert exact.rate.utterances == len(examples) >= 30
    assert eight_bits.rate.cer == pytest.approx(exact.rate.cer, abs=MOST_CER_FROM_QUANTISING)
