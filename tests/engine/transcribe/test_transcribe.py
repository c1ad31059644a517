"""The stages together, with a network of random weights where the words do not matter."""

import json
import threading
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from engine.alphabet import normalise
from engine.decode.greedy import TimedWord
from engine.errors import AudioEmpty, AudioNotFound
from engine.events import Final, Finished, Progress, Provisional, Started
from engine.model.recogniser import mean_of, recogniser
from engine.paths import resource
from engine.transcribe.transcribe import Transcriber
from scripts.no_words import KINDS, at_level, made
from tests.helpers.models import random_checkpoint
from tests.helpers.sounds import tone
from trainer.corpus.transcripts import read_transcripts
from trainer.dataset import nonspeech
from trainer.evaluation.metrics import error_rate

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def untrained():
    checkpoint = random_checkpoint()
    return Transcriber(checkpoint.description, recogniser(checkpoint))


@pytest.fixture(scope="module")
def reader(shipped):
    return Transcriber.load(shipped)


@pytest.fixture
def babble(tmp_path):
    """A minute of bursts of noise between pauses: speech for the front end, letters for a random network."""
    rng = np.random.default_rng(0)
    seconds = [rng.normal(0, 0.1 if i % 4 else 0.0001, RATE_HZ) for i in range(60)]
    path = tmp_path / "запись.wav"
    soundfile.write(path, np.concatenate(seconds), RATE_HZ, subtype="PCM_16")
    return path


def test_events_of_a_file_come_in_order(untrained, babble):
    events = list(untrained.transcribe(babble))
    assert events[0] == Started(str(babble), 60.0)
    assert isinstance(events[-1], Finished)
    assert events[-1].duration_s == 60.0
    done = [e.done_s for e in events if isinstance(e, Progress)]
    assert done == sorted(done)
    assert done[-1] == 60.0
    assert {e.total_s for e in events if isinstance(e, Progress)} == {60.0}
    finals = tuple(e.segment for e in events if isinstance(e, Final))
    assert finals == events[-1].segments
    assert len(finals) > 1


def test_words_lie_within_their_segment_and_do_not_overlap(untrained, babble):
    *_, finished = untrained.transcribe(babble)
    assert finished.segments
    for segment in finished.segments:
        edges = [edge for word in segment.words for edge in (word.start_s, word.end_s)]
        assert edges == sorted(edges)
        assert segment.start_s - 0.001 <= edges[0]
        assert edges[-1] <= segment.end_s + 0.001
        assert all(0 <= word.confidence <= 1 for word in segment.words)


def test_words_have_the_time_at_which_they_sound(untrained, tmp_path):
    """Two bursts with four seconds of silence between them: no word lies in the silence."""
    rng = np.random.default_rng(1)
    parts = [rng.normal(0, level, RATE_HZ * n) for level, n in ((0.00005, 2), (0.1, 3), (0.00005, 4), (0.1, 3))]
    soundfile.write(tmp_path / "two.wav", np.concatenate(parts), RATE_HZ)
    *_, finished = untrained.transcribe(tmp_path / "two.wav")
    middles = [(w.start_s + w.end_s) / 2 for s in finished.segments for w in s.words]
    assert any(m < 6 for m in middles)
    assert any(m > 8.9 for m in middles)
    assert not [m for m in middles if 6 < m < 8.9]


def test_following_a_recording_ends_in_what_the_whole_file_gives(untrained, babble, tmp_path):
    whole = babble.read_bytes()
    growing = tmp_path / "growing.wav"
    growing.write_bytes(whole[: 44 + 2 * RATE_HZ])
    ended = threading.Event()
    events = []
    for event in untrained.follow(growing, ended.is_set):
        events.append(event)
        if isinstance(event, Progress) and not ended.is_set():
            with growing.open("ab") as file:
                size = growing.stat().st_size
                file.write(whole[size : size + 5 * RATE_HZ])
            if growing.stat().st_size == len(whole):
                ended.set()
    assert events[0] == Started(str(growing), None)
    provisional = [e for e in events if isinstance(e, Provisional)]
    assert len(provisional) >= 40
    *_, finished = untrained.transcribe(babble)
    assert events[-1] == finished


@pytest.mark.parametrize("n", [0, 1, 100, 409, 410, 2000])
def test_hardly_any_audio_gives_no_text(reader, tmp_path, n):
    path = tmp_path / "short.wav"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, n), RATE_HZ)
    if n == 0:
        with pytest.raises(AudioEmpty):
            list(reader.transcribe(path))
    else:
        *_, finished = reader.transcribe(path)
        assert finished.segments == ()


def test_a_missing_file(untrained, tmp_path):
    with pytest.raises(AudioNotFound):
        list(untrained.transcribe(tmp_path / "none.wav"))


@pytest.mark.parametrize("kind", KINDS)
def test_sounds_without_words_give_no_text(reader, tmp_path, kind):
    for number in range(3):
        soundfile.write(tmp_path / f"{number}.wav", made(kind, number), RATE_HZ, subtype="PCM_16")
        *_, finished = reader.transcribe(tmp_path / f"{number}.wav")
        assert finished.text == "", number


@pytest.mark.parametrize(
    ("every", "sure", "is_text"), [(8, 0.6, True), (8, 0.4, False), (90, 0.6, False), (90, 0.8, True)]
)
def test_a_few_letters_in_many_seconds_must_be_surer(babble, every, sure, is_text):
    checkpoint = random_checkpoint()
    model = replace(checkpoint.description, decode=replace(checkpoint.description.decode, min_confidence=0.5))

    def recognise(inputs):
        found = []
        for steps in inputs:
            labels = np.full((len(steps), model.alphabet.n_labels), 1e-6)
            labels[:, model.alphabet.blank] = 1
            labels[::every] = (1 - sure) / (model.alphabet.n_labels - 1)
            labels[::every, model.alphabet.letters.index("а")] = sure
            found.append(np.log(labels / labels.sum(axis=1, keepdims=True)).astype(np.float32))
        return found

    *_, finished = Transcriber(model, recognise).transcribe(babble)
    assert bool(finished.text) is is_text


def test_sounds_that_models_learn_from_give_no_text(reader, tmp_path):
    for seed in range(12):
        path = tmp_path / f"{seed}.wav"
        soundfile.write(path, nonspeech.sound(np.random.default_rng([77, seed])), RATE_HZ, subtype="PCM_16")
        *_, finished = reader.transcribe(path)
        assert finished.text == "", f"sound {seed}"


@pytest.mark.parametrize("level", [1.0, 0.01])
def test_a_voice_has_words_however_quiet(reader, tmp_path, level):
    samples, rate_hz = soundfile.read(resource("samples") / "woman.wav")
    soundfile.write(tmp_path / "voice.wav", samples / np.abs(samples).max() * level, rate_hz, subtype="PCM_16")
    *_, finished = reader.transcribe(tmp_path / "voice.wav")
    assert len(finished.text.split()) > 8


@pytest.mark.parametrize(("peak_db", "note"), [(-45, ""), (3, ""), (-84, "quiet"), (32, "clipped")])
def test_speech_that_cannot_be_understood_gives_no_text_and_that_is_said(reader, tmp_path, peak_db, note):
    for name in ("man.wav", "woman.wav"):
        samples, rate_hz = soundfile.read(resource("samples") / name)
        texts, notes = [], []
        for level in (None, peak_db):
            soundfile.write(tmp_path / "a.wav", at_level(samples, level), rate_hz, subtype="PCM_16")
            *_, finished = reader.transcribe(tmp_path / "a.wav")
            texts.append(finished.text)
            notes += [one.name for one in finished.notes]
        if not note:
            assert error_rate([tuple(texts)]).cer < 0.4  # of a robot's voice, of which half is guessed
            assert notes == []
        else:
            assert texts[1] == "" or error_rate([tuple(texts)]).cer < 0.5  # nothing, or no nonsense
            assert {name.removesuffix("_left_out") for name in notes} == {note}


def test_silence_with_dither_and_a_tone_give_no_text(reader, tmp_path):
    dither = np.random.default_rng(15).integers(-1, 2, RATE_HZ) / 32_768
    for name, samples in (("silence", dither), ("tone", tone(0.5, level=0.25))):
        soundfile.write(tmp_path / f"{name}.wav", samples, RATE_HZ, subtype="PCM_16")
        *_, finished = reader.transcribe(tmp_path / f"{name}.wav")
        assert finished.text == "", name


def test_the_samples_are_read(reader):
    for sample in json.loads(resource("samples/samples.json").read_text("utf-8")):
        *_, finished = reader.transcribe(resource("samples") / sample["file"])
        read = normalise(finished.text.replace("\n", " "))
        assert error_rate([(normalise(sample["text"]), read)]).cer < 0.5, sample["file"]


def test_real_strangers_are_read(reader, shared):
    pairs = []
    for transcript in read_transcripts(shared / "speech-samples" / "common-voice"):
        *_, finished = reader.transcribe(transcript.path)
        pairs.append((transcript.text, finished.text.replace("\n", " ")))
    rate = error_rate(pairs)
    assert rate.utterances == 34
    assert rate.cer < 0.55


def test_a_recording_read_in_part_is_gone_on_with(untrained, babble):
    *_, whole = untrained.transcribe(babble)
    from_s = whole.segments[2].end_s
    started, *events, finished = untrained.transcribe(babble, from_s)
    assert (started.duration_s, finished.duration_s) == (60.0, pytest.approx(60.0))
    assert [e.done_s for e in events if isinstance(e, Progress)][-1] == pytest.approx(60.0)
    edges = [edge for segment in finished.segments for edge in (segment.start_s, segment.end_s)]
    assert len(edges) > 4
    assert edges == sorted(edges)
    assert edges[-1] == pytest.approx(whole.segments[-1].end_s, abs=2)
    assert finished.segments == tuple(e.segment for e in events if isinstance(e, Final))
    words = [word for segment in finished.segments for word in segment.words]
    assert all(word.start_s >= from_s - 0.001 for word in words)


@pytest.mark.parametrize("from_s", [60.0, 61.0])
def test_nothing_is_left_of_a_recording_that_was_read_to_its_end(untrained, babble, from_s):
    *_, finished = untrained.transcribe(babble, from_s)
    assert finished == Finished(pytest.approx(from_s), ())


def test_the_search_is_told_what_was_said_before(untrained, babble):
    told = []

    class Telling:
        def decode(self, log_probs, said):
            told.append(list(said))
            return [TimedWord(f"слово{len(told)}", 0, 1, 0.9)]

    untrained.decoder = Telling()
    for _recording in range(2):
        told.clear()
        *_, finished = untrained.transcribe(babble)
        assert len(told) == len(finished.segments) > 4
        words = [f"слово{n}" for n in range(1, len(told))]
        assert told[:3] == [[], words[:1], words[:2]]
        assert all(said == words[:n][-len(said) :] and len(said) >= min(n, 3) for n, said in enumerate(told))


def test_what_stays_is_from_three_hearings_and_letters_are_from_one(babble):
    checkpoint = random_checkpoint()
    model = replace(checkpoint.description, decode=replace(checkpoint.description.decode, warp=0.05))
    recognise, heard, decoded = recogniser(checkpoint), [], []

    class Kept:
        def decode(self, log_probs, said):
            decoded.append(log_probs)
            return []

    def listening(steps):
        heard.append(recognise(steps))
        return heard[-1]

    list(Transcriber(model, listening).transcribe(babble))
    n_stretches = sum(map(len, heard))
    heard.clear()
    list(Transcriber(model, listening, Kept()).transcribe(babble))
    assert sum(map(len, heard)) == 3 * n_stretches
    as_it_is, *warped = heard[0][:3]
    assert all(np.abs(one - as_it_is).max() > 0.01 for one in warped)
    np.testing.assert_allclose(decoded[0], mean_of(heard[0][:3]))
    np.testing.assert_allclose(np.exp(decoded[0]).sum(axis=1), 1, rtol=1e-4)
