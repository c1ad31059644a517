"""The real child process, with a model of random weights."""

import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.decode.beam import BeamDecoder
from engine.decode.beam_loader import NO_LANGUAGE, BeamLoader, Language, LettersUntilLoaded
from engine.decode.greedy import GreedyDecoder
from engine.errors import AudioNotFound, CheckpointMissing, EngineStopped, LanguageModelMissing, OwnWordsUnreadable
from engine.events import Finished, Progress, Provisional
from engine.model.checkpoint import load_checkpoint, save_checkpoint
from engine.system.worker import Cancelled
from engine.transcribe.recognition_process import EngineProcess
from engine.transcribe.transcribe import Transcriber
from tests.helpers.language import language_model
from tests.helpers.models import write_random_checkpoint
from tests.helpers.orphans import killed

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_random_checkpoint(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def engine(model):
    process = EngineProcess(model, NO_LANGUAGE)
    assert process.wait_ready(120)
    yield process
    process.close()


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "шум.wav"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, RATE_HZ * 20), RATE_HZ, subtype="PCM_16")
    return path


def test_it_gives_what_the_same_process_would(engine, model, recording):
    assert list(engine.transcribe(recording)) == list(Transcriber.load(model).transcribe(recording))


def test_letters_alone_are_heard_once(model, tmp_path, recording):
    checkpoint = load_checkpoint(model)
    decode = replace(checkpoint.decode, warp=0.1)
    save_checkpoint(tmp_path / "warped", replace(checkpoint, decode=decode))
    process = EngineProcess(tmp_path / "warped", NO_LANGUAGE)
    try:
        assert list(process.transcribe(recording)) == list(Transcriber.load(model).transcribe(recording))
    finally:
        process.close()


def test_a_failure_keeps_its_kind_and_the_process_goes_on(engine, tmp_path, recording):
    with pytest.raises(AudioNotFound) as raised:
        list(engine.transcribe(tmp_path / "none.wav"))
    assert "none.wav" in str(raised.value.fields["path"])
    assert isinstance(list(engine.transcribe(recording))[-1], Finished)


def test_cancel_ends_a_recording_that_is_being_followed(engine, recording):
    events = engine.follow(recording, threading.Event())
    assert any(isinstance(event, Provisional) for event in events)
    engine.cancel()
    with pytest.raises(Cancelled):
        list(events)
    assert isinstance(list(engine.transcribe(recording))[-1], Finished)


def test_what_is_cancelled_before_its_first_event_ends_too(engine, recording):
    events = engine.follow(recording, threading.Event())
    engine.cancel()
    with pytest.raises(Cancelled):
        list(events)


def test_following_ends_when_the_recording_has(engine, recording):
    ended = threading.Event()
    events = []
    for event in engine.follow(recording, ended):
        events.append(event)
        if isinstance(event, Progress):
            ended.set()
    assert events[-1] == list(engine.transcribe(recording))[-1]


def test_leaving_early_leaves_nothing_behind(engine, recording):
    events = engine.transcribe(recording)
    next(events)
    events.close()
    assert isinstance(list(engine.transcribe(recording))[-1], Finished)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system counts what is mapped")
def test_the_child_may_not_take_all_memory_of_the_machine(engine):
    engine.wait_ready()
    (line,) = [one for one in Path(f"/proc/{engine.pid}/limits").read_text().splitlines() if "Max data size" in one]
    assert int(line.split()[3]) < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_a_killed_child_is_told_and_started_again(engine, recording):
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(EngineStopped) as raised:
        list(engine.transcribe(recording))
    assert raised.value.fields["code"] == -signal.SIGKILL
    assert isinstance(list(engine.transcribe(recording))[-1], Finished)


def test_a_child_in_the_midst_of_its_work_ends_with_a_killed_parent():
    assert killed("busy", "-", "-", timeout_s=60) == -signal.SIGKILL


def test_a_child_that_still_imports_what_it_is_to_run_ends_with_a_killed_parent():
    assert killed("importing", "-", "-", timeout_s=60) == -signal.SIGKILL


def test_a_child_that_follows_a_silent_recording_ends_with_a_killed_parent(model, tmp_path):
    path = tmp_path / "nothing-yet.wav"
    soundfile.write(path, np.zeros(0, np.float32), RATE_HZ, subtype="PCM_16")
    assert killed("follow", model, path, timeout_s=60) == -signal.SIGKILL


def test_a_model_that_cannot_be_loaded_is_told(tmp_path):
    engine = EngineProcess(tmp_path / "nothing")
    try:
        with pytest.raises(CheckpointMissing):
            engine.wait_ready(120)
    finally:
        engine.close()


def test_closing_while_the_model_is_loading(model, recording):
    engine = EngineProcess(model, NO_LANGUAGE)
    engine.start()
    assert engine.pid
    engine.close()
    assert engine.pid is None
    with pytest.raises(Cancelled):
        list(engine.transcribe(recording))
    assert engine.pid is None


# --- with a language model ---


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    return language_model(tmp_path_factory.mktemp("lm") / "мала", "Мама мыла раму.", "Ухо и око.")


@pytest.fixture(scope="module")
def aided(model, words):
    process = EngineProcess(model, Language(words.folder, None))
    yield process
    process.close()


def test_a_file_is_read_with_the_language_model_from_its_first_word(aided, model, words, recording):
    checkpoint = load_checkpoint(model)
    beam = BeamDecoder(checkpoint.alphabet, words, checkpoint.decode)
    found = list(aided.transcribe(recording))
    assert found == list(Transcriber.load(model, beam).transcribe(recording))
    assert found != list(Transcriber.load(model).transcribe(recording))
    assert aided.language_error is None


def test_while_speaking_the_words_are_those_of_the_search(aided, model, words, recording):
    checkpoint = load_checkpoint(model)
    reader = Transcriber.load(model, BeamDecoder(checkpoint.alphabet, words, checkpoint.decode))
    ended = threading.Event()
    list(aided.transcribe(recording))  # the language model is there from now on
    ended.set()
    found = list(aided.follow(recording, ended))
    assert found == list(reader.follow(recording, lambda: True))
    assert any(isinstance(event, Provisional) for event in found)
    assert found != list(Transcriber.load(model).follow(recording, lambda: True))


def test_what_stays_waits_for_the_search_and_what_will_be_replaced_does_not(model, words):
    checkpoint = load_checkpoint(model)
    log_probs = np.log(np.random.default_rng(1).dirichlet(np.ones(checkpoint.alphabet.n_labels), 40), dtype=np.float32)
    letters, loader = GreedyDecoder(checkpoint.alphabet), BeamLoader(checkpoint, Language(words.folder, None))
    decoder = LettersUntilLoaded(loader, letters, lambda: False)
    assert decoder.guess(log_probs) == letters.guess(log_probs)  # nothing is loaded yet
    loader.start()
    beam = BeamDecoder(checkpoint.alphabet, words, checkpoint.decode)
    assert decoder.decode(log_probs) == beam.decode(log_probs) != letters.decode(log_probs)
    assert decoder.guess(log_probs) == beam.guess(log_probs)


def test_a_language_model_that_is_missing_is_told_and_the_letters_are_read(model, tmp_path, recording):
    engine = EngineProcess(model, Language(tmp_path / "none", None))
    try:
        found = list(engine.transcribe(recording))
        assert found == list(Transcriber.load(model).transcribe(recording))
        assert isinstance(engine.language_error, LanguageModelMissing)
    finally:
        engine.close()


def test_own_words_are_taken_over_from_one_recording_to_the_next(model, words, tmp_path, recording):
    own = tmp_path / "слова.txt"
    engine = EngineProcess(model, Language(words.folder, own))
    checkpoint = load_checkpoint(model)
    beam = BeamDecoder(checkpoint.alphabet, words, checkpoint.decode)
    try:
        for text in ("", "э\nюю\nя\n", "ёж\n"):
            own.write_text(text, "utf-8")
            beam.prefer(text.split())
            assert list(engine.transcribe(recording)) == list(Transcriber.load(model, beam).transcribe(recording))
        own.unlink()
        own.mkdir()
        list(engine.transcribe(recording))
        assert isinstance(engine.language_error, OwnWordsUnreadable)
    finally:
        engine.close()


def test_commands_are_preferred_in_the_recording_that_has_them(aided, model, words, recording):
    checkpoint = load_checkpoint(model)
    beam = BeamDecoder(checkpoint.alphabet, words, checkpoint.decode)
    ended = threading.Event()
    ended.set()
    for commands in ((), ("э", "юю", "я"), ()):
        beam.prefer((), commands)
        reader = Transcriber.load(model, beam)
        assert list(aided.transcribe(recording, commands=commands)) == list(reader.transcribe(recording))
        assert list(aided.follow(recording, ended, commands)) == list(reader.follow(recording, lambda: True))
