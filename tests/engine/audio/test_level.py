"""Too quiet and overdriven recordings are noted, good ones are not."""

import numpy as np
import pytest

from engine.audio.file import open_audio
from engine.audio.level import Level
from engine.paths import resource


@pytest.fixture(scope="module", params=["man.wav", "woman.wav"])
def speech(request):
    with open_audio(resource(f"samples/{request.param}")) as audio:
        return np.concatenate(list(audio.blocks()))


def noted(samples: np.ndarray, has_words: bool = True) -> list[str]:
    level = Level()
    for block in np.array_split(samples, 7):
        level.push(block)
    return [note.name for note in level.notes(has_words)]


def clipped_by(samples: np.ndarray, decibels: float, then: float = 1.0) -> np.ndarray:
    return then * np.clip(samples / np.abs(samples).max() * 10 ** (decibels / 20), -1, 1)


def test_good_speech_at_any_usual_level_is_not_noted(speech):
    assert [noted(speech * 10 ** (gain / 20)) for gain in (0, -20, -40, 3)] == [[]] * 4


@pytest.mark.parametrize("decibels", [12, 20, 30, 40])
@pytest.mark.parametrize("then", [1.0, 0.25, 0.05])
def test_clipped_speech_is_noted_even_where_it_was_turned_down_later(speech, decibels, then):
    assert noted(clipped_by(speech, decibels, then)) == ["clipped"]
    assert noted(clipped_by(speech, decibels, then), has_words=False) == []


@pytest.mark.parametrize("decibels", [-60, -70, -80])
def test_speech_that_is_far_too_quiet_is_noted(speech, decibels):
    assert noted(speech * 10 ** (decibels / 20)) == ["quiet"]


def test_an_overdriven_recording_between_long_pauses(speech):
    pause = np.zeros(8 * len(speech), np.float32)
    assert noted(np.concatenate([pause, clipped_by(speech, 24), pause])) == ["clipped"]


def test_silence_is_not_noted():
    assert noted(np.zeros(16_000, np.float32)) == []
    assert noted(np.zeros(0, np.float32)) == []
