"""Which sounds a model can learn from, and what is said of the others."""

import json
import tracemalloc

import numpy as np
import pytest
import soundfile

from engine.config import CLASSIC, VOXFORGE
from engine.features.front_end import extract
from tests.helpers.corpora import speech_flac, speech_wav
from tests.helpers.sounds import bursts, int16_bytes, noise, wav_header
from trainer.corpus.cache import CONFIG
from trainer.corpus.cache_writer import read_report, write_report
from trainer.corpus.preflight import (
    CLIPPED,
    CUT_OFF,
    SILENT,
    TOO_FEW_FRAMES,
    TOO_LONG,
    TOO_SHORT,
    UNREADABLE,
    Heard,
    Note,
    Reject,
    Report,
    Rules,
    SplitSize,
    hear_all,
)
from trainer.corpus.recording import Recording

RULES = Rules(VOXFORGE)


def hear(path, text, rules):
    (found,) = hear_all([Recording("a", path, "", text)], rules)
    return found


def heard(tmp_path, sound, text="да", rules=RULES):
    """sound: bytes of a file, or samples at 16 kHz."""
    path = tmp_path / "a.wav"
    if isinstance(sound, np.ndarray):
        samples = int16_bytes(sound)
        sound = wav_header(len(samples)) + samples
    path.write_bytes(sound)
    found = hear(path, text, rules)
    if isinstance(found, Reject):
        assert found.path == str(path)
    return found


@pytest.mark.parametrize("features", [VOXFORGE, CLASSIC], ids=["voxforge", "classic"])
def test_the_features_are_those_of_dictation(tmp_path, features):
    samples = bursts(0.3, 2.2, duration_s=2.5)
    found = heard(tmp_path, samples, rules=Rules(features))
    read, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert isinstance(found, Heard)
    np.testing.assert_allclose(found.cepstra, extract(read, features).cepstra, atol=1e-4)
    assert found.cepstra.dtype == np.float32
    assert found.duration_s == 2.5


def test_several_are_heard_as_each_alone(tmp_path):
    sounds = [bursts(0.3, 2.2, duration_s=2.5), bursts(0.4, 4.0, duration_s=5.0), noise(0.1, seed=1), np.zeros(16_000)]
    recordings = [Recording(str(i), tmp_path / f"{i}.wav", "", "да") for i in range(5)]  # there is no last one
    for one, sound in zip(recordings, sounds, strict=False):
        samples = int16_bytes(sound)
        one.path.write_bytes(wav_header(len(samples)) + samples)
    found = hear_all(recordings, RULES)
    assert [one.reason if isinstance(one, Reject) else "" for one in found] == ["", "", TOO_SHORT, SILENT, UNREADABLE]
    for one, together in zip(recordings, found, strict=True):
        alone = hear(one.path, "да", RULES)
        if isinstance(alone, Reject):
            assert together == alone
        else:
            np.testing.assert_array_equal(together.cepstra, alone.cepstra)
            assert together.duration_s == alone.duration_s


@pytest.mark.parametrize("content", [speech_wav(), speech_flac()], ids=["wav", "flac"])
def test_files_that_can_be_used(tmp_path, content):
    assert isinstance(heard(tmp_path, content), Heard)


BURST = bursts(0.1, 0.9, duration_s=1.0)


@pytest.mark.parametrize(
    ("sound", "reason", "detail"),
    [
        (bursts(0.0, 0.4, duration_s=0.49), TOO_SHORT, "0.49 s"),
        (noise(20.1), TOO_LONG, "> 20 s"),
        (noise(1.0, level=1e-4), SILENT, ""),
        (np.zeros(16_000), SILENT, ""),
        (np.full(16_000, 0.5), SILENT, ""),
        (np.clip(20 * BURST, -1, 1), CLIPPED, "%"),
        (b"no sound", UNREADABLE, "holds no sound that can be read"),
        (b"", UNREADABLE, "is empty"),
        (speech_wav()[:44], UNREADABLE, "is empty"),
        (speech_wav()[:-2000], CUT_OFF, ""),
        (speech_flac()[:9000], CUT_OFF, " s"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_that_cannot(tmp_path, sound, reason, detail):
    found = heard(tmp_path, sound)
    assert isinstance(found, Reject)
    assert found.reason == reason
    assert detail in found.detail


def test_a_text_for_which_there_is_too_little_speech(tmp_path):
    text = "д" * 20  # 39 steps, as equal letters need a blank between them
    n_frames = len(heard(tmp_path, BURST).cepstra)
    assert 39 <= n_frames < 39 * 3
    assert isinstance(heard(tmp_path, BURST, text, Rules(VOXFORGE, n_stacked=1)), Heard)
    found = heard(tmp_path, BURST, text, Rules(VOXFORGE, n_stacked=3))
    assert (found.reason, found.detail) == (TOO_FEW_FRAMES, f"{n_frames} < 117")


def test_a_file_of_hours_is_not_read_to_its_end(tmp_path):
    n_bytes = 400_000_000  # of silence, which takes no room on the disk
    path = tmp_path / "a.wav"
    with path.open("wb") as file:
        file.write(wav_header(n_bytes))
        file.truncate(44 + n_bytes)
    tracemalloc.start()
    found = hear(path, "да", RULES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == Reject(str(path), TOO_LONG, "> 20 s")
    assert peak < 10_000_000


def test_a_file_that_is_not_there(tmp_path):
    found = hear(tmp_path / "none.wav", "да", RULES)
    assert found.reason == UNREADABLE
    assert "There is no file" in found.detail


@pytest.mark.parametrize(
    "damage",
    [
        lambda told: told.update(seconds="12"),
        lambda told: told.update(utterances=None),
        lambda told: told["splits"][0].update(utterances=[1]),
        lambda told: told["splits"][0].pop("seconds"),
        lambda told: told["notes"][0].update(fields={}),
        lambda told: told["notes"][0].update(fields=[1]),
        lambda told: told.update(notes=5),
    ],
)
def test_a_report_that_cannot_be_shown_is_none(tmp_path, damage):
    sizes = (SplitSize("train", 4, 12.5, 2, 3),)
    write_report(tmp_path, {}, {}, Report(4, 12.5, 2, 3, sizes, (), (Note("{n} of them are one text", {"n": 3}),)))
    assert [str(note) for note in read_report(tmp_path).notes] == ["3 of them are one text"]
    config = json.loads((tmp_path / CONFIG).read_text("utf-8"))
    damage(config["report"])
    (tmp_path / CONFIG).write_text(json.dumps(config), "utf-8")
    assert read_report(tmp_path) is None
