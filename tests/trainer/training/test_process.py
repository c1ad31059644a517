"""Training in the real child process."""

import os
import signal
from dataclasses import replace

import pytest

from engine.config import VOXFORGE, ModelConfig
from engine.system.worker import Cancelled
from tests.helpers.broken_training import run_that_does_nothing_but_tell, run_with_a_mistake
from tests.helpers.models import write_cache
from tests.helpers.orphans import killed
from trainer.errors import CorpusError, TrainingError, TrainingStopped
from trainer.settings import TrainConfig
from trainer.training.events import EpochDone, Result, StepDone, Stopped
from trainer.training.run import load_state
from trainer.training.run_result import read_result
from trainer.training.training_process import Request, TrainingProcess

pytestmark = pytest.mark.timeout(600)  # imports of TensorFlow, beside whatever else runs
SETTINGS = TrainConfig(epochs=2, batch_frames=1500, nonspeech=0, save_every=1000)


@pytest.fixture
def request_(tmp_path):
    model = ModelConfig(n_layers=1, n_units=8, n_stacked=2)
    return Request(tmp_path / "run", (write_cache(tmp_path / "c"),), VOXFORGE, model, SETTINGS, threads=1)


def test_it_trains_stops_and_goes_on(request_):
    first = TrainingProcess(request_)
    first.pause()  # after its first step, so that it is there to be stopped however late that is asked for
    events = first.events()
    assert isinstance(next(events), StepDone)
    first.stop()
    with pytest.raises(Cancelled):
        list(events)
    assert first.pid is None
    _, position, _ = load_state(request_.out)
    assert position.step >= 2, "the step that was under way is among them"

    rest = list(TrainingProcess(request_).events())
    assert next(e.step for e in rest if isinstance(e, StepDone)) == position.step + 1
    assert [e.epoch for e in rest if isinstance(e, EpochDone)] == [1, 2]
    assert isinstance(rest[-1], Stopped)


def test_stopped_it_ends_with_its_result(request_):
    process = TrainingProcess(replace(request_, settings=replace(SETTINGS, epochs=500)))
    events = process.events()
    told = [next(event for event in events if isinstance(event, EpochDone))]
    process.stop()
    with pytest.raises(Cancelled):
        told.extend(events)
    assert [type(event) for event in told[-2:]] == [Result, Stopped]
    assert read_result(request_.out) == told[-2]


def test_a_paused_training_is_saved_and_ends_with_a_killed_parent(tmp_path):
    run = tmp_path / "run"
    assert killed("train", write_cache(tmp_path / "c"), run, timeout_s=300) == -signal.SIGKILL
    assert load_state(run)[1].step >= 1


def test_stopped_before_its_start_it_ends_after_a_step(request_):
    process = TrainingProcess(request_)
    process.stop()
    told = []
    with pytest.raises(Cancelled):
        told.extend(process.events())
    assert load_state(request_.out)[1].step == 1


def test_leaving_early_saves_the_state(request_):
    process = TrainingProcess(request_)
    events = process.events()
    step = next(events).step
    events.close()
    assert process.pid is None
    _, position, _ = load_state(request_.out)
    assert position.step >= step


def test_a_killed_child_is_told(request_):
    process = TrainingProcess(request_)
    process.pause()  # else it may have come to its end
    events = process.events()
    next(events)
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(TrainingStopped, match="The training ended unexpectedly, perhaps for lack of memory") as told:
        list(events)
    assert "recording" not in str(told.value)
    assert "exit code -9" in str(told.value.__cause__), "for the log"


def test_killed_in_a_pause_it_leaves_nothing_locked(request_):
    process = TrainingProcess(request_, steps=run_that_does_nothing_but_tell)
    process.pause()
    events = process.events()
    next(events)
    assert process._child.receive(0.3) is None, "it is held, and looks now and again whether to go on"
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(TrainingStopped):
        list(events)
    process.stop()


def test_what_the_training_raises_is_raised_here(request_, tmp_path):
    with pytest.raises(CorpusError, match="nowhere"):
        list(TrainingProcess(replace(request_, corpora=(tmp_path / "nowhere",))).events())


def test_what_nobody_expected_is_told_as_the_trainings(request_):
    with pytest.raises(TrainingError, match="The training cannot go on: ZeroDivisionError: ") as told:
        list(TrainingProcess(request_, steps=run_with_a_mistake).events())
    assert "recording" not in str(told.value)
