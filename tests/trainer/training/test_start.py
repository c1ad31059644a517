"""A run that begins with a model keeps a copy of it, and goes on with that."""

import shutil
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from engine.config import VOXFORGE
from engine.errors import CheckpointMissing
from engine.model.checkpoint import load_checkpoint, save_checkpoint
from tests.helpers.models import SMALL, random_checkpoint, write_cache
from tests.test_commands import diktovka
from trainer.settings import TrainConfig
from trainer.training.events import StepDone
from trainer.training.initial_model import START
from trainer.training.run import load_state
from trainer.training.training_process import Request, trained

SETTINGS = TrainConfig(epochs=1, batch_frames=1500, nonspeech=0, pull=5.0, learning_rate=0.01)
OF_START = {"epoch": 1, "train_loss": 0.5}  # its history


@pytest.fixture
def request_(tmp_path):
    start = tmp_path / "start"
    save_checkpoint(start, replace(random_checkpoint(seed=5), history=[OF_START]))
    return Request(tmp_path / "run", (write_cache(tmp_path / "c", n_train=24),), VOXFORGE, SMALL, SETTINGS, start=start)


def begun(request) -> None:
    """Left after its first step."""
    with closing(trained(request)) as events:
        assert isinstance(next(events), StepDone)


def weights(run):
    return load_state(run)[0]


def test_what_becomes_of_the_model_is_nothing_to_a_run_that_was_begun_with_it(request_, tmp_path):
    list(trained(replace(request_, out=tmp_path / "whole")))
    for fate, spoil in (
        ("gone", shutil.rmtree),
        ("trained further", lambda start: save_checkpoint(start, random_checkpoint(seed=6))),
    ):
        model = shutil.copytree(request_.start, tmp_path / fate)
        request = replace(request_, out=tmp_path / f"run whose start is {fate}", start=model)
        begun(request)
        spoil(model)
        list(trained(request))
        for name, weight in weights(tmp_path / "whole").items():
            np.testing.assert_array_equal(weights(request.out)[name], weight, err_msg=f"{fate}: {name}")
        assert load_checkpoint(request.out / "last").history[0] == OF_START


def test_a_run_that_was_begun_before_it_kept_a_copy_goes_on(request_):
    plain = replace(request_, settings=replace(SETTINGS, pull=0.0))
    begun(plain)
    shutil.rmtree(plain.out / START)
    begun(plain)
    assert (plain.out / START / "model.json").is_file(), "it has one from now on"
    shutil.rmtree(plain.out / START)
    shutil.rmtree(plain.start)
    list(trained(plain))
    assert load_state(plain.out)[1].epoch == 1


def test_without_the_model_that_it_is_pulled_to_it_does_not(request_):
    begun(request_)
    for folder in (request_.out / START, request_.start):
        shutil.rmtree(folder)
    with pytest.raises(CheckpointMissing, match="put the file back"):
        list(trained(request_))


def test_a_copy_without_a_state_is_replaced(request_):
    save_checkpoint(request_.out / START, random_checkpoint(seed=9))
    begun(request_)
    copy, model = load_checkpoint(request_.out / START), load_checkpoint(request_.start)
    for name, weight in model.weights.items():
        np.testing.assert_array_equal(copy.weights[name], weight, err_msg=name)


@pytest.mark.timeout(600)  # two imports of TensorFlow, beside whatever else runs
def test_the_same_command_goes_on_without_the_model(request_):
    begun(request_)
    shutil.rmtree(request_.start)
    options = ("--batch-frames", "1500", "--nonspeech", "0", "--threads", "1", "--epochs", "1", "--pull", "5")
    command = ("train", *request_.corpora, "-o", request_.out, "--from", request_.start, *options)
    done = diktovka(*command)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(request_.out / START)  # as of an older run
    done = diktovka(*command, "--pull", "0")
    assert (done.returncode, done.stderr) == (0, "Ended: its one epoch is done.\n")
