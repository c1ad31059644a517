"""The end of a run: last, best, their average, and which of them is used."""

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.config import VOXFORGE, ModelConfig
from engine.errors import NotWritable
from engine.model.checkpoint import load_checkpoint, save_checkpoint
from tests.helpers.models import random_checkpoint, write_cache
from trainer.dataset.training_data import material
from trainer.evaluation.metrics import ErrorRate, Held
from trainer.settings import TrainConfig
from trainer.training.events import EpochDone, Result, StepDone, Stopped
from trainer.training.loop import Training
from trainer.training.run_result import Judge, conclude, forget_result, read_result, result_folder

MODEL = ModelConfig(n_layers=1, n_units=8, n_stacked=2)


def rated(cer: float) -> dict[str, object]:
    return {"new": {"cer": cer, "wer": 1.0, "utterances": 1, "words": 1}, "other": {"cer": 0.0}}


def judge(cer: float) -> Judge:
    """Reads the average with this CER."""
    rate = ErrorRate(letter_errors=round(100 * cer), letters=100, word_errors=1, words=1, utterances=1)
    return Judge(lambda weights: [Held("new", 1.0, rate, "да", "")], ["new"])


@pytest.fixture
def run(tmp_path):
    for seed, (name, cer) in enumerate({"best": 0.3, "last": 0.4}.items()):
        save_checkpoint(tmp_path / name, replace(random_checkpoint(seed=seed), error_rates=rated(cer)))
    return tmp_path


@pytest.mark.parametrize(("average", "chosen"), [(0.25, "average"), (0.35, "best"), (0.3, "best")])
def test_the_best_of_the_three_is_the_result(run, average, chosen):
    told = conclude(run, judge(average), last_is_best=False)
    assert told == Result(run / chosen, {"best": 0.3, "last": 0.4, "average": average})
    assert read_result(run) == told
    assert result_folder(run) == run / chosen
    mean = load_checkpoint(run / "average")
    assert mean.error_rates["new"]["cer"] == average
    parts = [load_checkpoint(run / name).weights for name in ("best", "last")]
    for name, weight in mean.weights.items():
        np.testing.assert_allclose(weight, (parts[0][name] + parts[1][name]) / 2, atol=1e-7)


def test_where_the_last_epoch_is_the_best_there_is_nothing_to_average(run):
    assert conclude(run, judge(0.1), last_is_best=True) == Result(run / "best", {"best": 0.3})
    assert not (run / "average").exists()


def test_without_held_out_sets_the_best_epoch_is_the_result(run):
    assert conclude(run, Judge(lambda weights: [], []), last_is_best=False) == Result(run / "best", {})
    assert read_result(run) == Result(run / "best", {})


@pytest.mark.parametrize("told", ["{", "[]", '{"result": "average", "cer": {}}', '{"result": "../best", "cer": {}}'])
def test_what_cannot_be_a_result_is_passed_over(run, told):
    (run / "outcome.json").write_text(told)
    assert read_result(run) is None
    assert result_folder(run) == run / "best"


def test_a_run_that_goes_on_has_no_result(run):
    conclude(run, judge(0.25), last_is_best=False)
    forget_result(run)
    forget_result(run)
    assert read_result(run) is None


def test_a_result_that_cannot_be_written_is_told(run):
    (run / "outcome.json").mkdir()
    (run / "outcome.json" / "x").touch()
    with pytest.raises(NotWritable, match=r"outcome\.json"):
        conclude(run, judge(0.25), last_is_best=True)


def test_asked_to_stop_the_run_ends_with_its_result_and_goes_on(tmp_path):
    corpus = write_cache(tmp_path / "corpus", n_train=24)
    settings = TrainConfig(epochs=9, batch_frames=1500, learning_rate=0.02, nonspeech=0)
    asked: list[bool] = []

    def training() -> Training:
        held = material([corpus], [], VOXFORGE)
        return Training(tmp_path / "run", held, VOXFORGE, MODEL, settings, asked_to_stop=lambda: bool(asked))

    events = []
    for event in training().events():
        events.append(event)
        if isinstance(event, EpochDone):
            asked.append(True)
    assert [type(event) for event in events[-3:]] == [StepDone, Result, Stopped]
    assert "asked to stop" in events[-1].reason
    assert json.loads((tmp_path / "run" / "outcome.json").read_text())["result"] == "best"
    asked.clear()
    again = training().events()
    assert next(again).step == events[-3].step + 1
    assert read_result(tmp_path / "run") is None
    again.close()


def test_in_a_hurry_the_result_is_left_for_later(tmp_path):
    corpus = write_cache(tmp_path / "corpus", n_train=24)
    settings = TrainConfig(epochs=2, batch_frames=1500, learning_rate=1e-9, nonspeech=0)
    answers: list[bool] = []

    def training() -> Training:
        held = material([corpus], [], VOXFORGE)
        hurry = {"in_a_hurry": lambda: bool(answers) and answers.pop()}
        return Training(tmp_path / "run", held, VOXFORGE, MODEL, settings, **hurry)

    told = []
    for event in training().events():
        told.append(event)
        if isinstance(event, EpochDone) and event.epoch == 2:
            answers.extend([True, False])  # first not, then in the midst of reading with the average
    assert isinstance(told[-1], Stopped)
    assert answers == []
    assert not [event for event in told if isinstance(event, Result)]
    assert read_result(tmp_path / "run") is None
    result, stopped = training().events()
    assert result == read_result(tmp_path / "run")
    assert set(result.cer) == {"best", "last", "average"}
    assert "2 epochs" in stopped.reason
