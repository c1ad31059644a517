"""Faster and slower speech: the pitch stays, nothing is lost, and at speed 1 not a sample changes."""

import numpy as np
import pytest

from engine.audio.time_stretch import Tempo
from tests.helpers.sounds import noise, tone

RATE_HZ = 16_000


def whole(samples):
    return (samples * 32767).astype(np.int16)


def all_of(tempo, block=700):
    blocks = []
    while len(read := tempo.read(block)):
        blocks.append(read)
    return np.concatenate(blocks)


def pitch_hz(samples):
    return np.abs(np.fft.rfft(samples * np.hanning(len(samples)))).argmax() * RATE_HZ / len(samples)


def test_at_its_own_speed_every_sample_stays():
    samples = whole(noise(1.3))

    heard = all_of(Tempo(samples, RATE_HZ))

    assert np.abs(heard[: len(samples)] - samples / 32768).max() < 1e-4
    assert len(heard) - len(samples) < 0.02 * RATE_HZ


@pytest.mark.parametrize("speed", [0.5, 0.75, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("hz", [110.0, 440.0])
def test_the_pitch_stays_and_the_length_changes(speed, hz):
    heard = all_of(Tempo(whole(tone(2.0, hz)), RATE_HZ, speed))

    assert len(heard) / RATE_HZ == pytest.approx(2.0 / speed, abs=0.04)
    assert pitch_hz(heard) == pytest.approx(hz, abs=3)
    loudness = np.sqrt(np.mean(heard[: len(heard) // 800 * 800].reshape(-1, 800) ** 2, axis=1))[1:-1]
    assert loudness.min() > 0.8 * loudness.max()  # no holes and no beats


def test_a_speed_may_change_at_any_moment():
    tempo = Tempo(whole(tone(3.0)), RATE_HZ)
    tempo.read(RATE_HZ)
    tempo.speed = 2.0

    rest = all_of(tempo)

    assert len(rest) / RATE_HZ == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_the_position_is_that_of_the_next_sample(speed):
    samples = whole(np.linspace(0, 1, 2 * RATE_HZ, dtype=np.float32))  # a sample tells where it is
    tempo = Tempo(samples, RATE_HZ, speed)
    for n in (1_000, 333, 7_000):
        tempo.read(n)
        position_s = tempo.position_s
        assert 2 * tempo.read(100)[0] == pytest.approx(position_s, abs=0.03)


def test_it_plays_from_where_it_is_sent():
    samples = whole(np.linspace(0, 1, 2 * RATE_HZ, dtype=np.float32))
    tempo = Tempo(samples, RATE_HZ)
    tempo.read(5_000)
    tempo.seek(1.5)

    assert tempo.position_s == 1.5
    assert tempo.read(10)[0] == pytest.approx(0.75, abs=0.001)


@pytest.mark.parametrize("position_s", [-1.0, 5.0])
def test_beyond_the_edges_is_the_edge(position_s):
    tempo = Tempo(whole(tone(1.0)), RATE_HZ)
    tempo.seek(position_s)

    assert tempo.position_s == min(max(position_s, 0.0), 1.0)
    assert len(tempo.read(100)) == (100 if position_s < 0 else 0)


def test_nothing_is_nothing():
    assert len(Tempo(np.zeros(0, np.int16), RATE_HZ, 0.5).read(100)) == 0
