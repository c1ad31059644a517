"""What a room does to a sound."""

import numpy as np
import pytest

from engine.config import SAMPLE_RATE_HZ
from trainer.corpus.room_echo import add_noise, coloured_noise, in_a_room, reverberate, telephone

N = 2 * SAMPLE_RATE_HZ


@pytest.fixture
def rng():
    return np.random.default_rng(8)


def tone(hz):
    return np.sin(2 * np.pi * hz * np.arange(N) / SAMPLE_RATE_HZ).astype(np.float32)


def test_noise_is_as_far_below_the_speech_as_asked(rng):
    speech = tone(440)
    noise = add_noise(speech, 20, rng) - speech
    assert 10 * np.log10((speech**2).mean() / (noise**2).mean()) == pytest.approx(20, abs=0.1)


def test_noise_has_unit_power(rng):
    for _ in range(5):
        assert coloured_noise(N, rng).std() == pytest.approx(1, rel=1e-3)


def test_a_room_goes_on_sounding_after_the_sound(rng):
    click = np.zeros(N, np.float32)
    click[1000] = 1
    heard = reverberate(click, rng)
    assert heard[1000] == pytest.approx(1, abs=1e-4)
    assert np.abs(heard[:1000]).max() < 1e-4
    early, late = (heard[1100:3000] ** 2).sum(), (heard[12000:] ** 2).sum()
    assert early > 10 * late


@pytest.mark.parametrize(("hz", "least", "most"), [(1000, 0.9, 1.1), (60, 0, 0.02), (7000, 0, 0.02)])
def test_a_telephone_is_narrow(hz, least, most):
    assert least <= telephone(tone(hz))[N // 2 :].std() / tone(hz).std() <= most


def test_anything_may_happen_and_the_same_for_the_same_seed():
    speech = tone(300)
    loudest = []
    for seed in range(12):
        one, again = (in_a_room(speech, np.random.default_rng(seed)) for _ in range(2))
        np.testing.assert_array_equal(one, again)
        assert one.dtype == np.float32
        assert N + 0.2 * SAMPLE_RATE_HZ <= len(one) <= N + SAMPLE_RATE_HZ
        loudest.append(np.abs(one).max())
    assert max(loudest) <= 1
    assert max(loudest) / min(loudest) > 3
