"""Both front ends: the numbers, the frames kept and their times, and that block sizes do not matter."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import python_speech_features

from engine.config import CLASSIC, VOXFORGE
from engine.features.front_end import FrontEnd, Listener, extract, extract_together, join, normalise
from engine.features.voxforge import SilenceGate
from tests.helpers.sounds import bursts, noise, tone

PLAIN = replace(VOXFORGE, remove_noise=False, remove_silence=False)
DENOISED = replace(VOXFORGE, remove_silence=False)
GATED = replace(VOXFORGE, remove_noise=False)
HIGH = replace(VOXFORGE, n_high=8)
REFERENCES = {"plain": PLAIN, "denoised": DENOISED, "denoised-vad": VOXFORGE}


@pytest.fixture(scope="module")
def utterance():
    """Two chords in 6.3 s, with pauses long enough for the gate to close."""
    return bursts(2.0, 2.8, 4.4, 5.0, duration_s=6.3)


@pytest.fixture(scope="module")
def original():
    """Recordings, and what sphinx_fe makes of them."""
    with np.load(Path(__file__).with_name("sphinx_fe.npz")) as arrays:
        return dict(arrays)


def in_blocks(samples, config, sizes):
    """Frames of the samples, pushed in blocks of the given sizes, over and over."""
    front_end, parts, start, turn = FrontEnd(config), [], 0, 0
    while start < len(samples):
        size = sizes[turn % len(sizes)]
        parts.append(front_end.push(samples[start : start + size]))
        start, turn = start + size, turn + 1
    return join([*parts, front_end.flush()])


@pytest.mark.parametrize("kind", REFERENCES)
@pytest.mark.parametrize("name", ["man", "woman", "noisy", "silence", "tone"])
def test_agrees_with_the_original_program(original, name, kind):
    """See scripts/front_end_reference.py."""
    samples, wanted = original[f"{name}.samples"].astype(np.float32) / 32_768, original[f"{name}.{kind}"]

    for frames in (extract(samples, REFERENCES[kind]), in_blocks(samples, REFERENCES[kind], [1_600])):
        assert frames.cepstra.shape == wanted.shape
        assert np.abs(frames.cepstra - wanted).max() < 1e-4


@pytest.mark.parametrize("config", [VOXFORGE, DENOISED, PLAIN, GATED, HIGH])
@pytest.mark.parametrize("sizes", [[1, 1, 1, 300], [160], [409, 1], [7_919], [16_000], [0, 50_000], [3, 700, 0, 159]])
def test_block_sizes_change_no_bit(utterance, config, sizes):
    whole, parts = extract(utterance, config), in_blocks(utterance, config, sizes)

    np.testing.assert_array_equal(parts.index, whole.index)
    np.testing.assert_array_equal(parts.cepstra, whole.cepstra)


@pytest.mark.parametrize("sizes", [[1, 1, 1, 300], [160], [399, 1], [7_919], [16_000]])
def test_classic_in_blocks_is_classic_at_once(utterance, sizes):
    whole, parts = extract(utterance, CLASSIC), in_blocks(utterance, CLASSIC, sizes)

    np.testing.assert_array_equal(parts.index, whole.index)
    np.testing.assert_allclose(parts.cepstra, whole.cepstra, atol=1e-5)


@pytest.mark.parametrize("config", [VOXFORGE, DENOISED, PLAIN, GATED, HIGH, CLASSIC])
def test_recordings_together_are_each_alone(utterance, config):
    recordings = [
        utterance[16_000:40_000],
        np.empty(0, np.float32),
        utterance,
        np.zeros(8_000, np.float32),
        noise(0.5, seed=2),
        utterance[:1],
        utterance[40_000:64_000],  # as long as the first
    ]
    listeners = [Listener(config) for _one in recordings]
    for listener, samples in zip(listeners, recordings, strict=True):
        for block in np.array_split(samples, 3):
            listener.push(block)
    together = extract_together(listeners)
    assert len(together) == len(recordings)
    for frames, samples in zip(together, recordings, strict=True):
        alone = extract(samples, config)
        np.testing.assert_array_equal(frames.index, alone.index)
        if config is CLASSIC:  # whose products are BLAS's
            np.testing.assert_allclose(frames.cepstra, alone.cepstra, atol=1e-5)
        else:
            np.testing.assert_array_equal(frames.cepstra, alone.cepstra)
        assert frames.cepstra.dtype == np.float32
        assert frames.window_s == alone.window_s
    assert len(together[2]) > 100


def test_high_bands_stand_beside_the_same_cepstra(utterance):
    both, cepstra = extract(utterance, HIGH), extract(utterance, VOXFORGE)

    np.testing.assert_array_equal(both.index, cepstra.index)
    np.testing.assert_array_equal(both.cepstra[:, :13], cepstra.cepstra)
    assert both.cepstra.shape[1] == HIGH.width == 21


@pytest.mark.parametrize(("hz", "loudest"), [(3_900, 0), (5_600, 4), (7_500, 7)])
def test_a_high_tone_is_heard_in_its_band(hz, loudest):
    rows = extract(tone(0.5, hz), replace(PLAIN, n_high=8)).cepstra[5:-5, 13:]

    assert rows.mean(axis=0).argmax() == loudest
    assert np.ptp(rows.mean(axis=0)) > 10


def test_what_was_never_recorded_in_the_high_bands_stays_nothing(utterance):
    spectrum = np.fft.rfft(utterance)
    spectrum[round(3_400 * len(utterance) / 16_000) :] = 0
    narrow = np.round(np.fft.irfft(spectrum, len(utterance)) * 32_767) / 32_767  # as 16 bits keep it

    def heard(samples):
        return normalise(extract(samples.astype(np.float32), HIGH).cepstra, 8)[:, 13:]

    assert heard(narrow).std() < 0.25 < 0.5 < heard(utterance + noise(6.3) * (np.abs(utterance) > 0.05)).std()
    assert not normalise(np.zeros((5, 21), np.float32), 8).any()


def test_nothing_together_is_nothing():
    assert extract_together([]) == []
    assert [len(frames) for frames in extract_together([Listener(VOXFORGE)])] == [0]


def test_recordings_heard_differently_are_not_extracted_together():
    with pytest.raises(ValueError, match="one configuration"):
        extract_together([Listener(VOXFORGE), Listener(PLAIN)])


def test_a_recording_is_extracted_once():
    listener = Listener(VOXFORGE)
    listener.push(np.zeros(1_600, np.float32))
    extract_together([listener])
    with pytest.raises(ValueError, match="ended"):
        extract_together([listener])
    with pytest.raises(ValueError, match="ended"):
        listener.push(np.zeros(1_600, np.float32))


@pytest.mark.parametrize("n_samples", [1, 399, 400, 401, 559, 560, 561, 16_000, 40_123])
def test_classic_is_one_call_of_python_speech_features(n_samples):
    samples = noise(3, seed=4)[:n_samples]

    wanted = python_speech_features.mfcc(samples.astype(float), 16_000, nfilt=26, nfft=512, lowfreq=50, highfreq=8_000)

    cepstra = extract(samples, CLASSIC).cepstra
    assert cepstra.shape == wanted.shape
    np.testing.assert_allclose(cepstra, wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("n_samples", "n_frames"), [(0, 0), (1, 1), (409, 1), (410, 2), (569, 2), (570, 3), (16_000, 99)]
)
def test_voxforge_has_its_full_frames_and_one_for_the_tail(n_samples, n_frames):
    frames = extract(noise(1)[:n_samples], PLAIN)

    assert frames.cepstra.shape == (n_frames, 13)
    assert frames.cepstra.dtype == np.float32
    assert frames.index.tolist() == list(range(n_frames))
    assert frames.index.dtype == np.int64


def test_classic_of_nothing_is_nothing():
    assert extract(noise(0), CLASSIC).cepstra.shape == (0, 13)


@pytest.mark.parametrize(("config", "first_s"), [(PLAIN, 0.0128125), (CLASSIC, 0.0125)])
def test_a_frame_stands_for_its_centre(config, first_s):
    np.testing.assert_allclose(extract(tone(1), config).times_s[:3], [first_s, first_s + 0.01, first_s + 0.02])


def test_a_click_is_found_where_it_is():
    samples = noise(2, level=1e-3)
    samples[20_000] = 0.9  # at 1.25 s

    for config in (PLAIN, CLASSIC):
        frames = extract(samples, config)
        assert abs(frames.times_s[frames.cepstra[:, 0].argmax()] - 1.25) <= 0.013


def test_kept_frames_keep_their_numbers(utterance):
    everything, kept = extract(utterance, DENOISED), extract(utterance, VOXFORGE)

    assert 0 < len(kept) < len(everything)
    assert (np.diff(kept.index) > 0).all()
    np.testing.assert_array_equal(kept.cepstra, everything.cepstra[kept.index])


def test_silence_goes_and_the_edges_of_speech_stay(utterance):
    index = extract(utterance, VOXFORGE).index
    # The original takes the first second for speech until it has learnt the noise; that is the first stretch.
    _, first, second = np.split(index, np.flatnonzero(np.diff(index) > 1) + 1)

    assert 200 - 21 <= first[0] < 200
    # 49 frames of silence, after the few in which the smoothed power still falls.
    assert 280 + 49 <= first[-1] < 280 + 49 + 15
    assert 440 - 21 <= second[0] < 440
    assert 500 + 49 <= second[-1] < 500 + 49 + 15


def test_silence_removal_needs_no_noise_removal(utterance):
    kept = extract(utterance, GATED)

    np.testing.assert_array_equal(kept.index, extract(utterance, VOXFORGE).index)
    np.testing.assert_array_equal(kept.cepstra, extract(utterance, PLAIN).cepstra[kept.index])


def test_speech_is_given_before_the_recording_ends(utterance):
    front_end = FrontEnd(VOXFORGE)

    frames = front_end.push(utterance[: round(2.3 * 16_000)])

    assert frames.index[-1] >= 225


@pytest.mark.parametrize("n_speech", [9, 10])
def test_the_gate_opens_at_the_tenth_frame_of_speech(n_speech):
    speech = np.array([False] * 30 + [True] * n_speech + [False])
    cepstra = np.arange(len(speech), dtype=np.float32)[:, None]

    kept, index = SilenceGate(1).push(cepstra, np.arange(len(speech)), speech)

    # 21 frames with the tenth of speech, and the pause that has only begun.
    assert index.tolist() == (list(range(40 - 21, 41)) if n_speech == 10 else [])
    np.testing.assert_array_equal(kept[:, 0], index)


def test_the_gate_shuts_at_the_fiftieth_frame_of_silence():
    speech = np.array([True] * 10 + [False] * 49 + [True] + [False] * 60 + [True] * 10)

    index = SilenceGate(1).push(np.zeros((len(speech), 1), np.float32), np.arange(len(speech)), speech)[1]

    assert index.tolist() == [*range(60 + 49), *range(130 - 20, 130)]


@pytest.mark.parametrize(("n_speech", "kept"), [(8, []), (9, [9])])
def test_the_tail_brings_nothing_but_itself(n_speech, kept):
    gate = SilenceGate(1)
    gate.push(np.zeros((n_speech, 1), np.float32), np.arange(n_speech), np.ones(n_speech, bool))

    index = gate.push(np.zeros((1, 1), np.float32), np.array([n_speech]), np.array([True]), is_tail=True)[1]

    assert index.tolist() == kept


@pytest.mark.parametrize("config", [VOXFORGE, DENOISED, PLAIN, CLASSIC])
@pytest.mark.parametrize("samples", [np.zeros(48_000, np.float32), np.ones(48_000, np.float32)], ids=["0", "1"])
def test_digital_silence_has_finite_cepstra(config, samples):
    assert np.isfinite(extract(samples, config).cepstra).all()


def test_digital_silence_is_no_speech():
    assert len(extract(np.zeros(48_000, np.float32), VOXFORGE)) == 0


def test_speech_after_digital_silence_is_kept(utterance):
    samples = np.concatenate((np.zeros(32_000, np.float32), utterance))

    index = extract(samples, VOXFORGE).index

    assert set(range(200 + 205, 200 + 275)) <= set(index.tolist())


@pytest.mark.parametrize("lifter", [0, 22])
@pytest.mark.parametrize(("n_filters", "low_hz", "high_hz"), [(80, 0.0, 8_000.0), (2, 300.0, 301.0)])
def test_odd_configurations_give_finite_cepstra(n_filters, low_hz, high_hz, lifter):
    config = replace(PLAIN, n_filters=n_filters, n_cepstra=2, low_hz=low_hz, high_hz=high_hz, lifter=lifter)

    cepstra = extract(noise(1), config).cepstra

    assert cepstra.shape == (99, 2)
    assert np.isfinite(cepstra).all()


@pytest.mark.parametrize("samples", [np.zeros(10, np.int16), np.zeros((10, 2), np.float32)])
def test_samples_of_another_kind_are_refused(samples):
    with pytest.raises(ValueError, match=r"samples must be float \(n,\), not (int16 \(10,\)|float32 \(10, 2\))"):
        FrontEnd(VOXFORGE).push(samples)


def test_a_recording_ends_once():
    front_end = FrontEnd(PLAIN)
    front_end.push(noise(1))

    assert len(front_end.flush()) == 1
    assert len(front_end.flush()) == 0
    with pytest.raises(ValueError, match="has ended"):
        front_end.push(noise(1))


def test_normalised_coefficients_have_mean_0_and_variance_1(utterance):
    normal = normalise(extract(utterance, VOXFORGE).cepstra)

    assert normal.dtype == np.float32
    np.testing.assert_allclose(normal.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(normal.std(axis=0), 1, atol=1e-4)


def test_normalising_nothing_or_a_constant_divides_by_no_zero():
    assert normalise(np.empty((0, 13), np.float32)).shape == (0, 13)
    np.testing.assert_allclose(normalise(np.full((7, 13), 3.3, np.float32)), 0, atol=1e-3)
    np.testing.assert_array_equal(normalise(np.full((1, 13), 3.3, np.float32)), 0)
