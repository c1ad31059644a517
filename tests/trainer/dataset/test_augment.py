from dataclasses import replace

import numpy as np
import pytest

from engine.config import CLASSIC, VOXFORGE
from engine.features.front_end import extract
from engine.features.network_input import normalise
from engine.features.warp import to_log_mel
from tests.helpers.models import letter_cepstra
from trainer.dataset import nonspeech
from trainer.dataset.augment import (
    add_noise,
    add_reverberation,
    augmented,
    change_speed,
    mask_bands,
    mask_time,
    warp,
)
from trainer.settings import TrainConfig


@pytest.fixture
def cepstra():
    return letter_cepstra("мама мыла раму", np.random.default_rng(0)).astype(np.float32)


def test_high_bands_are_changed_with_the_cepstra_and_may_be_left_out(cepstra):
    features, rng = replace(VOXFORGE, n_high=4), np.random.default_rng(1)
    rows = np.concatenate([cepstra, rng.normal(5, 3, (len(cepstra), 4)).astype(np.float32)], axis=1)
    still = TrainConfig(speed=0, time_masks=0, warp=0, noise=0, jitter=0, band_mask=0, no_high=0)

    def heard(rows, **change):
        return augmented(
            rows, features, replace(still, **change), 10, np.random.default_rng(2), np.random.default_rng(3)
        )

    np.testing.assert_array_equal(heard(rows), normalise(rows, 4))
    assert not heard(rows, no_high=1)[:, 13:].any()
    np.testing.assert_array_equal(heard(cepstra), heard(rows, no_high=1))  # a corpus without them
    np.testing.assert_array_equal(heard(rows, warp=0.1)[:, 13:], heard(rows)[:, 13:])
    masked = [
        augmented(
            rows, features, replace(still, band_mask=4), 10, np.random.default_rng(seed), np.random.default_rng(3)
        )
        for seed in range(9)
    ]
    assert any((np.abs(one[:, 13:]).max(axis=0) < 1e-4).any() for one in masked)
    for change in ({"noise": 1}, {"reverberation": 1}):
        noisy = heard(rows, **change)
        assert np.abs(noisy[:, 13:] - heard(rows)[:, 13:]).max() > 0.05
        assert np.abs(noisy[:, :13] - heard(rows)[:, :13]).max() > 0.05


@pytest.mark.parametrize("features", [VOXFORGE, CLASSIC])
def test_no_warp_is_the_identity_and_a_warp_is_not(cepstra, features):
    same = warp(cepstra, features, 0.0, np.random.default_rng(0))
    np.testing.assert_allclose(same, cepstra, atol=1e-3)
    changed = [warp(cepstra, features, 0.1, np.random.default_rng(seed)) for seed in range(8)]
    assert max(np.abs(c - cepstra).max() for c in changed) > 1


def test_a_warp_moves_a_tone_along_the_mel_axis():
    """A vocal tract shorter by a tenth says at 1100 Hz what the other says at 1000 Hz; here on the mel axis."""
    time_s = np.arange(16000) / 16000
    plain = VOXFORGE.from_dict(VOXFORGE.to_dict() | {"remove_noise": False, "remove_silence": False})
    low, high = (
        extract((0.3 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32), plain).cepstra[5:-5].mean(axis=0)
        for hz in (1000, 1180)
    )
    candidates = [warp(high[None], plain, 0.2, np.random.default_rng(seed))[0] for seed in range(60)]
    nearest = min(np.linalg.norm(c - low) for c in candidates)
    assert nearest < 0.6 * np.linalg.norm(high - low)


def test_noise_fills_the_quiet_frames_more_than_the_loud_ones():
    rng = np.random.default_rng(0)
    loud = np.zeros((200, 13), np.float32)
    loud[:, 0] = 40
    quiet = loud.copy()
    quiet[::2, 0] = -40
    noisy = add_noise(quiet, VOXFORGE, rng)
    risen = noisy[:, 0] - quiet[:, 0]
    assert risen[::2].min() > 5 * max(0.01, risen[1::2].max())


def test_speed_changes_the_length(cepstra):
    assert len(change_speed(cepstra, 1.25)) == round(len(cepstra) / 1.25)
    np.testing.assert_allclose(change_speed(cepstra, 1.0), cepstra, atol=1e-4)
    assert len(change_speed(cepstra[:1], 0.5)) == 2


def test_masks_are_few_and_short():
    ones = np.ones((100, 13), np.float32)
    for seed in range(20):
        masked = mask_time(ones, 2, 30, np.random.default_rng(seed))
        assert (masked == 0).all(axis=1).sum() <= 20
    assert ones.all(), "the argument was changed"
    assert len(mask_time(np.ones((3, 13)), 2, 30, np.random.default_rng(0))) == 3


def test_without_any_change_it_is_only_normalised(cepstra):
    still = TrainConfig(warp=0, noise=0, speed=0, jitter=0, time_masks=0)
    made = augmented(cepstra, VOXFORGE, still, 1, np.random.default_rng(0), np.random.default_rng(3))
    np.testing.assert_allclose(made.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(made.std(axis=0), 1, atol=1e-4)


def test_sounds_without_words_are_all_sorts_and_seeded():
    made = [nonspeech.sound(np.random.default_rng(seed)) for seed in range(40)]
    assert all(len(one) >= 16000 and np.isfinite(one).all() and np.abs(one).max() <= 1 for one in made)
    assert min(np.abs(one).max() for one in made) < 0.001 < 0.3 < max(np.abs(one).max() for one in made)
    some, again = nonspeech.examples(3, VOXFORGE, 5), nonspeech.examples(3, VOXFORGE, 5)
    assert [e.text for e in some] == ["", "", ""]
    for one, other in zip(some, again, strict=True):
        np.testing.assert_array_equal(one.cepstra(), other.cepstra())


def test_a_band_of_noise_is_that_of_a_butterworth_filter():
    from scipy.signal import butter, sosfreqz

    impulse = np.zeros(16_000)
    impulse[0] = 1
    response = np.abs(np.fft.rfft(nonspeech.in_band(impulse, 300, 900)))
    hz = np.array([100, 300, 520, 900, 1500])
    _, expected = sosfreqz(butter(2, [300, 900], "bandpass", fs=16_000, output="sos"), hz, fs=16_000)
    assert response[hz] == pytest.approx(np.abs(expected), abs=0.01)


def test_a_band_mask_flattens_neighbouring_bands_and_leaves_the_others(cepstra):
    changes = []
    for seed in range(40):
        masked = mask_bands(cepstra, VOXFORGE, 4, np.random.default_rng(seed))
        np.testing.assert_allclose(masked.mean(axis=0), cepstra.mean(axis=0), atol=0.05)
        changes.append(float(np.abs(masked - cepstra).max()))
    assert min(changes) < 1e-3  # a width of nothing
    assert max(changes) > 1
    assert mask_bands(cepstra, VOXFORGE, 99, np.random.default_rng(1)).shape == cepstra.shape


def test_all_bands_masked_leave_a_flat_sound(cepstra):
    flat = [mask_bands(cepstra, VOXFORGE, 15, np.random.default_rng(seed)) for seed in range(60)]
    assert min(one.std(axis=0).max() for one in flat) < 0.05


def test_a_room_fills_the_pause_after_a_sound_and_leaves_what_is_before():
    log_mel = np.full((200, VOXFORGE.n_filters), 2.0)
    log_mel[60:80] = 12.0
    to_mel, from_mel = to_log_mel(VOXFORGE)
    cepstra = (log_mel @ from_mel).astype(np.float32)
    for seed in range(8):
        heard = add_reverberation(cepstra, VOXFORGE, np.random.default_rng(seed)) @ to_mel
        assert heard.shape == log_mel.shape
        np.testing.assert_allclose(heard[:60], log_mel[:60], atol=0.8)
        assert heard[84].mean() > 4
        fall = heard[82:100].mean(axis=1)
        assert np.all(np.diff(fall) < 0)
        assert heard[70].mean() == pytest.approx(12, abs=0.6)
    assert add_reverberation(cepstra[:1], VOXFORGE, np.random.default_rng(0)).shape == (1, 13)
