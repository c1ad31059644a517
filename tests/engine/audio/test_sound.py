"""A recording to look at and to play."""

import numpy as np
import pytest
import soundfile

from engine.audio.sound_on_disk import Sound, load_sound
from engine.errors import AudioNotFound
from tests.helpers.sounds import tone


def loaded(path) -> Sound:
    *told, sound = load_sound(path)
    assert told == sorted(told)
    return sound


@pytest.mark.parametrize("duration_s", [0.003, 1.0, 23.4567])
def test_samples_and_their_peaks(tmp_path, duration_s):
    samples = tone(duration_s, 300)
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="FLOAT")

    sound = loaded(tmp_path / "a.wav")

    assert sound.duration_s == pytest.approx(duration_s, abs=1e-4)
    assert np.abs(sound.piece(0, duration_s) - samples).max() < 1e-4
    assert len(sound.peaks) == -(-len(samples) // 160)
    for i in (0, len(sound.peaks) // 2, len(sound.peaks) - 1):
        piece = sound.samples[160 * i : 160 * (i + 1)]
        assert tuple(sound.peaks[i]) == (piece.min(), piece.max())


def test_any_rate_and_channels(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.stack([tone(1, rate_hz=44_100)] * 2, axis=1), 44_100)

    sound = loaded(tmp_path / "a.flac")

    assert (sound.rate_hz, sound.duration_s) == (16_000, pytest.approx(1.0, abs=0.001))


def test_a_piece_ends_where_the_sound_does(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(1.0), 16_000)
    sound = loaded(tmp_path / "a.wav")

    assert len(sound.piece(0.75, 9)) == 4_000
    assert len(sound.piece(-1, 0.25)) == 4_000
    assert len(sound.piece(0.5, 0.25)) == 0


def test_a_recording_that_is_gone_is_told(tmp_path):
    with pytest.raises(AudioNotFound):
        list(load_sound(tmp_path / "a.wav"))
