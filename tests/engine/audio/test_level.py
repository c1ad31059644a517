"""Too quiet and overdriven recordings are noted, good ones are not."""

import numpy as np
import pytest

from engine.audio.file import open_audio
from engine.audio.level import Level, RecordingLevel
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


def test_a_stretch_is_judged_by_its_own_sound(speech):
    """A loud beginning does not excuse what is too quiet later on, nor the other way round."""
    level = RecordingLevel()
    for gain in (1.0, 0.0001, 1.0):
        level.push(gain * speech)
    length_s = len(speech) / 16_000
    assert level.since(0.0).fault == ""
    assert level.since(length_s + 0.1).fault == ""
    level.push(0.0001 * speech)
    assert level.since(3 * length_s + 0.1).fault == "quiet"


def test_what_was_left_out_is_told_instead_of_the_doubt_about_it(speech):
    level = RecordingLevel()
    level.push(0.0001 * speech)
    assert [note.name for note in level.notes(has_words=False)] == ["quiet"]
    level.leave_out("quiet", 1.5)
    level.leave_out("quiet", 1.75)
    level.leave_out("noise", 0.5)
    assert [str(note) for note in level.notes(has_words=False)] == [
        "Too quiet to make out the words: 3.2 s have no text. Move closer or turn the microphone up."
    ]
