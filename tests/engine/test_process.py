"""The real child process, with a model of random weights."""

import os
import signal
import threading

import numpy as np
import pytest
import soundfile

from engine.checkpoint import load_checkpoint
from engine.errors import AudioNotFound, CheckpointMissing, EngineStopped
from engine.process import EngineProcess
from engine.results import Finished, Progress, Provisional
from engine.transcribe import Transcriber
from engine.worker import Cancelled
from tests.helpers.models import write_random_checkpoint

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_random_checkpoint(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def engine(model):
    process = EngineProcess(model)
    assert process.wait_ready(120)
    yield process
    process.close()


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "шум.wav"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, RATE_HZ * 20), RATE_HZ, subtype="PCM_16")
    return path


def test_it_gives_what_the_same_process_would(engine, model, recording):
    assert list(engine.transcribe(recording)) == list(Transcriber(load_checkpoint(model)).transcribe(recording))


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


def test_a_killed_child_is_told_and_started_again(model, recording):
    engine = EngineProcess(model)
    try:
        assert engine.wait_ready(120)
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(EngineStopped) as raised:
            list(engine.transcribe(recording))
        assert raised.value.fields["code"] == -signal.SIGKILL
        assert isinstance(list(engine.transcribe(recording))[-1], Finished)
    finally:
        engine.close()


def test_a_model_that_cannot_be_loaded_is_told(tmp_path):
    engine = EngineProcess(tmp_path / "nothing")
    try:
        with pytest.raises(CheckpointMissing):
            engine.wait_ready(120)
    finally:
        engine.close()


def test_closing_while_the_model_is_loading(model, recording):
    engine = EngineProcess(model)
    engine.start()
    assert engine.pid
    engine.close()
    assert engine.pid is None
    with pytest.raises(Cancelled):
        list(engine.transcribe(recording))
    assert engine.pid is None
