"""A model made wider says the same as before, and learns with its new units."""

import dataclasses

import numpy as np
import pytest

from engine.alphabet import Alphabet
from engine.config import CLASSIC, VOXFORGE, ModelConfig
from engine.features.network_input import n_inputs, network_input
from engine.model.checkpoint import Checkpoint
from engine.model.network_graph import network_graph
from engine.model.recogniser import Recogniser
from engine.model.weights import initial_weights, weight_shapes
from trainer.errors import TrainingError
from trainer.training.widen import grown

_SMALL = ModelConfig(n_layers=2, n_units=6, n_stacked=3)
_WIDE = dataclasses.replace(_SMALL, n_units=10)


@pytest.fixture
def small():
    alphabet, rng = Alphabet(), np.random.default_rng(3)
    weights = initial_weights(CLASSIC, _SMALL, alphabet.n_labels, rng)
    weights = {name: value + rng.normal(0, 0.1, value.shape).astype(np.float32) for name, value in weights.items()}
    return Checkpoint(alphabet, CLASSIC, _SMALL, weights=weights)


def test_a_wider_model_says_the_same(small):
    weights = grown(small, small.features, _WIDE, np.random.default_rng(1))
    assert {name: value.shape for name, value in weights.items()} == weight_shapes(
        CLASSIC, _WIDE, small.alphabet.n_labels
    )
    rng = np.random.default_rng(2)
    steps = [rng.standard_normal((n, n_inputs(CLASSIC, _SMALL))).astype(np.float32) for n in (40, 25)]
    shape = steps[0].shape[1], small.alphabet.n_labels
    narrow, wide = (
        Recogniser(network_graph(model, some, quantised=False), *shape)
        for model, some in ((_SMALL, small.weights), (_WIDE, weights))
    )
    for before, after in zip(narrow(steps), wide(steps), strict=True):
        np.testing.assert_allclose(after, before, atol=1e-5)


@pytest.mark.parametrize("deltas", [False, True])
def test_a_model_that_hears_high_bands_too_says_the_same_at_first(deltas):
    model, alphabet, rng = dataclasses.replace(_SMALL, deltas=deltas), Alphabet(), np.random.default_rng(3)
    weights = initial_weights(VOXFORGE, model, alphabet.n_labels, rng)
    start = Checkpoint(alphabet, VOXFORGE, model, weights=weights)
    wide = dataclasses.replace(VOXFORGE, n_high=4)
    cepstra = rng.standard_normal((40, 13)).astype(np.float32)
    rows = np.concatenate([cepstra, rng.standard_normal((40, 4)).astype(np.float32)], axis=1)
    log_probs = [
        Recogniser(network_graph(model, some, quantised=False), n_inputs(features, model), alphabet.n_labels)(
            [network_input(heard, model)]
        )[0]
        for features, some, heard in (
            (VOXFORGE, weights, cepstra),
            (wide, grown(start, wide, model, np.random.default_rng(1)), rows),
        )
    ]
    np.testing.assert_allclose(log_probs[1], log_probs[0], atol=1e-5)


def test_the_new_units_are_at_work_but_not_heard(small):
    weights = grown(small, small.features, _WIDE, np.random.default_rng(1))
    new = np.r_[6:10, 16:20]
    assert not weights["output/kernel"][new].any()
    assert weights["layer1/forward/kernel"][:, 6:10].all()  # input gates of the new units
    assert not weights["layer1/forward/kernel"][np.ix_(new, np.arange(6))].any()


def test_a_model_of_the_same_shape_is_left_as_it_is(small):
    weights = grown(small, small.features, _SMALL, np.random.default_rng(1))
    assert all(weights[name] is small.weights[name] for name in small.weights)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"n_units": 4}, "at least as many"), ({"n_layers": 3}, "no other layers"), ({"n_stacked": 2}, "no other layers")],
)
def test_other_shapes_are_refused(small, change, told):
    with pytest.raises(TrainingError, match=told):
        grown(small, small.features, dataclasses.replace(_WIDE, **change), np.random.default_rng(1))
