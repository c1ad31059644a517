import numpy as np
import pytest

from engine.config import VOXFORGE, ModelConfig
from engine.features.network_input import deltas, n_inputs, n_steps, network_input, normalise


def test_normalised_cepstra_have_mean_0_and_variance_1():
    cepstra = np.random.default_rng(0).normal(5, 3, (200, 13)).astype(np.float32)
    normal = normalise(cepstra)
    np.testing.assert_allclose(normal.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(normal.std(axis=0), 1, atol=1e-4)


def test_constant_and_empty_cepstra_are_no_trouble():
    assert np.isfinite(normalise(np.ones((10, 13), np.float32))).all()
    assert normalise(np.zeros((0, 13), np.float32)).shape == (0, 13)


def test_deltas_of_a_ramp_are_its_slope_away_from_the_edges():
    ramp = np.arange(10.0)[:, None] * [1.0, -2.0]
    np.testing.assert_allclose(deltas(ramp)[2:-2], np.tile([1.0, -2.0], (6, 1)))


@pytest.mark.parametrize("n_frames", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("with_deltas", [False, True])
def test_stacking_fills_the_last_step_with_zeros(n_frames, with_deltas):
    model = ModelConfig(n_stacked=3, deltas=with_deltas)
    cepstra = np.random.default_rng(1).normal(size=(n_frames, 13)).astype(np.float32)
    steps = network_input(cepstra, model)
    assert steps.shape == (n_steps(n_frames, model), n_inputs(VOXFORGE, model))
    width = steps.shape[1] // 3
    frames = steps.reshape(-1, width)
    np.testing.assert_array_equal(frames[:n_frames, :13], cepstra)
    assert not frames[n_frames:].any()
