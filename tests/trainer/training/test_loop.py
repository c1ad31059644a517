"""The loop on a made-up corpus whose letters are plain to hear."""

import csv
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from engine.config import VOXFORGE, ModelConfig
from engine.model.checkpoint import load_checkpoint
from tests.conftest import ROOT
from tests.helpers.models import random_checkpoint, write_cache
from trainer.corpus.cache import FeatureCache
from trainer.dataset.training_data import material
from trainer.errors import TrainingError
from trainer.settings import TrainConfig
from trainer.training.events import EpochDone, Result, Saved, StepDone, Stopped
from trainer.training.loop import Training
from trainer.training.run import load_state
from trainer.training.run_result import result_folder
from trainer.training.step_log import read_curve

MODEL = ModelConfig(n_layers=1, n_units=24, n_stacked=2, dropout=0.1)
SETTINGS = TrainConfig(epochs=2, batch_frames=1500, learning_rate=0.02, save_every=4, per_sentence=4, nonspeech=0.1)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return write_cache(tmp_path_factory.mktemp("corpus"))


def training(folder, corpus, settings=SETTINGS, model=MODEL, **more) -> Training:
    return Training(folder, material([corpus], [], VOXFORGE), VOXFORGE, model, settings, **more)


def weights(folder):
    arrays, _, _ = load_state(folder)
    return arrays


def assert_same(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_it_learns_and_says_what_it_does(tmp_path, corpus):
    settings = replace(SETTINGS, epochs=14, averaging=0.9)
    run = training(tmp_path / "run", corpus, settings)
    events = list(run.events())
    epochs = [e for e in events if isinstance(e, EpochDone)]
    steps = [e for e in events if isinstance(e, StepDone)]
    assert [e.epoch for e in epochs] == list(range(1, 15))
    assert [e.step for e in steps] == list(range(1, len(steps) + 1))
    assert steps[-1].loss < 0.3 * steps[0].loss
    assert {h.split for h in epochs[0].held} == {"dev_seen_text", "dev_unseen_text"}
    assert epochs[-1].held[0].rate.cer < 0.3
    assert epochs[0].held[0].reference != epochs[1].held[0].reference
    assert isinstance(events[-1], Stopped)
    assert "14 epochs" in events[-1].reason
    assert events[-1].epochs == 14
    assert events[-2].path == result_folder(tmp_path / "run")

    best = load_checkpoint(tmp_path / "run" / "best")
    assert best.model == MODEL
    assert best.error_rates["dev_unseen_text"]["utterances"] == 8
    assert len(load_checkpoint(tmp_path / "run" / "last").history) == 14
    with (tmp_path / "run" / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(1, 15))
    assert float(rows[-1]["dev_unseen_text_cer"]) == pytest.approx(epochs[-1].held[1].rate.cer, abs=1e-4)


def test_left_and_resumed_gives_the_same_weights_as_in_one_go(tmp_path, corpus):
    list(training(tmp_path / "whole", corpus).events())
    events = training(tmp_path / "parts", corpus).events()
    saved = 0
    for event in events:
        saved += isinstance(event, Saved)
        if saved == 1 and isinstance(event, StepDone) and event.step == 6:
            break
    events.close()
    resumed = training(tmp_path / "parts", corpus)
    assert resumed.position.step == 4, "the state of step 4 is the last one saved"
    list(resumed.events())
    assert_same(weights(tmp_path / "whole"), weights(tmp_path / "parts"))


def test_the_middle_layer_is_trained_too_and_left_out_of_the_model(tmp_path, corpus):
    deep = replace(MODEL, n_layers=2)
    settings = replace(SETTINGS, intermediate=0.3)
    run = training(tmp_path / "run", corpus, settings, deep)
    list(run.events())
    state = weights(tmp_path / "run")
    assert np.abs(state["mean/lower/kernel"]).max() > 0
    assert not [name for name in load_checkpoint(tmp_path / "run" / "last").weights if name.startswith("lower")]
    again = training(tmp_path / "run", corpus, replace(settings, epochs=3), deep)
    assert isinstance(list(again.events())[-1], Stopped)
    training(tmp_path / "without", corpus, SETTINGS, deep).save()
    with pytest.raises(TrainingError, match="without CTC on the middle layer"):
        training(tmp_path / "without", corpus, settings, deep)


def test_two_copies_of_each_recording_learn_to_agree_and_fit_into_the_same_batches(tmp_path, corpus):
    deep = replace(MODEL, n_layers=2)
    settings = replace(SETTINGS, epochs=10, averaging=0.9, intermediate=0.3, consistency=0.3)
    steps = [e for e in training(tmp_path / "run", corpus, settings, deep).events() if isinstance(e, StepDone)]
    losses = [e.loss for e in steps if not e.wordless]
    assert losses[-1] < 0.5 * losses[0]
    frames = {u.id: u.frames for u in FeatureCache(corpus).utterances}
    held = [2 * len(e.batch) * max(frames.get(name, 0) for name in e.batch) for e in steps]
    assert all(n <= settings.batch_frames for n, e in zip(held, steps, strict=True) if len(e.batch) > 1)


@pytest.mark.timeout(600)  # three imports of TensorFlow, beside whatever else runs
def test_killed_and_resumed_gives_the_same_weights_as_in_one_go(tmp_path, corpus):
    def command(folder):
        options = [
            "--epochs",
            "3",
            "--batch-frames",
            "1500",
            "--save-every",
            "2",
            "--units",
            "16",
            "--layers",
            "1",
            "--threads",
            "1",
        ]
        return [sys.executable, str(ROOT / "main.py"), "train", str(corpus), "-o", str(folder), *options]

    subprocess.run(command(tmp_path / "whole"), check=True, capture_output=True)
    with subprocess.Popen(command(tmp_path / "killed"), stderr=subprocess.PIPE, text=True) as run:
        deadline = time.monotonic() + 300
        while not (tmp_path / "killed" / "state.npz").exists():
            assert time.monotonic() < deadline
            with suppress(subprocess.TimeoutExpired):
                run.wait(0.01)
            assert run.returncode is None
        run.send_signal(signal.SIGKILL)
        run.communicate()
    _, killed_at, _ = load_state(tmp_path / "killed")
    _, end, _ = load_state(tmp_path / "whole")
    assert 0 < killed_at.step < end.step
    subprocess.run(command(tmp_path / "killed"), check=True, capture_output=True)
    assert_same(weights(tmp_path / "whole"), weights(tmp_path / "killed"))


def test_patience_ends_a_run_that_gets_no_better(tmp_path, corpus):
    settings = replace(SETTINGS, epochs=9, learning_rate=1e-9, patience=2)
    events = list(training(tmp_path / "run", corpus, settings).events())
    assert "no better error" in events[-1].reason
    assert sum(isinstance(e, EpochDone) for e in events) < 9


WITHOUT_GAIN = replace(SETTINGS, epochs=9, learning_rate=1e-9, patience=2)  # no epoch after the first is any better


def until_epoch(events, n):
    """What comes up to the end of an epoch; then the run is killed: nothing more is saved."""
    told = []
    for event in events:
        told.append(event)
        if isinstance(event, EpochDone) and event.epoch == n:
            break
    events.close()
    return told


@pytest.mark.parametrize("killed_after", [1, 2])
def test_what_was_waited_for_a_better_epoch_outlives_a_kill(tmp_path, corpus, killed_after):
    whole = list(training(tmp_path / "whole", corpus, WITHOUT_GAIN).events())
    until_epoch(training(tmp_path / "killed", corpus, WITHOUT_GAIN).events(), killed_after)
    rest = list(training(tmp_path / "killed", corpus, WITHOUT_GAIN).events())
    assert [e.epoch for e in whole if isinstance(e, EpochDone)] == [1, 2, 3]
    assert [e.epoch for e in rest if isinstance(e, EpochDone)] == list(range(killed_after + 1, 4))
    assert rest[-1] == whole[-1] == Stopped("no better error on unseen sentences for 2 epochs", 3)


def test_what_was_waited_for_a_better_epoch_outlives_a_stop(tmp_path, corpus):
    asked: list[bool] = []
    for event in training(tmp_path / "run", corpus, WITHOUT_GAIN, asked_to_stop=lambda: bool(asked)).events():
        if isinstance(event, StepDone) and event.epoch == 3:
            asked.append(True)
    assert load_state(tmp_path / "run")[1].batch > 0, "it was stopped in the midst of an epoch"
    rest = list(training(tmp_path / "run", corpus, WITHOUT_GAIN).events())
    assert [e.epoch for e in rest if isinstance(e, EpochDone)] == [3]
    assert "no better error" in rest[-1].reason


def test_who_waits_longer_goes_on_with_a_run_that_ended_early(tmp_path, corpus):
    list(training(tmp_path / "run", corpus, replace(WITHOUT_GAIN, patience=1)).events())
    (stopped,) = training(tmp_path / "run", corpus, replace(WITHOUT_GAIN, patience=1)).events()
    assert stopped == Stopped("no better error on unseen sentences for 1 epoch", 2)
    rest = list(training(tmp_path / "run", corpus, replace(WITHOUT_GAIN, patience=0, epochs=4)).events())
    assert [e.epoch for e in rest if isinstance(e, EpochDone)] == [3, 4]
    assert rest[-1] == Stopped("all 4 epochs are done", 4)


def test_a_finished_run_stays_finished(tmp_path, corpus):
    list(training(tmp_path / "run", corpus).events())
    (event,) = training(tmp_path / "run", corpus).events()
    assert isinstance(event, Stopped)


def test_going_on_from_a_checkpoint_starts_with_its_weights(tmp_path, corpus):
    start = random_checkpoint(MODEL, seed=5)
    made = training(tmp_path / "run", corpus, start_from=start).checkpoint()
    assert_same(made.weights, start.weights)


def test_another_shape_in_the_same_folder_is_refused(tmp_path, corpus):
    training(tmp_path / "run", corpus).save()
    with pytest.raises(TrainingError, match="another model configuration"):
        training(tmp_path / "run", corpus, model=replace(MODEL, n_units=8))


def test_the_dropout_may_change_on_the_way(tmp_path, corpus):
    list(training(tmp_path / "run", corpus).events())
    more = training(tmp_path / "run", corpus, replace(SETTINGS, epochs=3), replace(MODEL, dropout=0.3))
    list(more.events())
    assert load_checkpoint(tmp_path / "run" / "last").model.dropout == 0.3


def test_a_damaged_state_is_told(tmp_path, corpus):
    training(tmp_path / "run", corpus).save()
    state = tmp_path / "run" / "state.npz"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(TrainingError, match="cannot be read"):
        training(tmp_path / "run", corpus)


def test_a_batch_of_sounds_alone_is_told_and_counts_in_no_mean(tmp_path, corpus):
    run = training(tmp_path / "run", corpus, replace(SETTINGS, epochs=1, batch_frames=1, nonspeech=0.2))
    events = list(run.events())
    steps = [event for event in events if isinstance(event, StepDone)]
    wordless = [event for event in steps if event.wordless]
    assert 0 < len(wordless) < len(steps)
    assert all(event.wordless == event.batch[0].startswith("nonspeech:") for event in steps)
    assert all(event.loss is not None for event in steps), "they are learned from all the same"
    (done,) = [event for event in events if isinstance(event, EpochDone)]
    assert done.loss == pytest.approx(np.mean([event.loss for event in steps if not event.wordless]))
    assert done.skipped == 0
    np.testing.assert_allclose(read_curve(tmp_path / "run")[:, 1], [e.loss for e in steps if not e.wordless])


def test_in_a_hurry_an_epoch_is_judged_when_the_run_goes_on(tmp_path, corpus):
    list(training(tmp_path / "whole", corpus).events())
    asked: list[bool] = []
    hurry = {"asked_to_stop": lambda: bool(asked), "in_a_hurry": lambda: bool(asked)}
    told = []
    for event in training(tmp_path / "parts", corpus, **hurry).events():
        told.append(event)
        if isinstance(event, StepDone) and event.step == event.epoch_steps:  # next is the reading of the held-out sets
            asked.append(True)
    assert "asked to stop" in told[-1].reason
    assert not [event for event in told if isinstance(event, EpochDone | Result)]
    asked.clear()
    rest = list(training(tmp_path / "parts", corpus, **hurry).events())
    assert [event.epoch for event in rest if isinstance(event, EpochDone)] == [1, 2]
    assert_same(weights(tmp_path / "whole"), weights(tmp_path / "parts"))


class IllCache:
    """A feature cache whose values are no numbers while it is ill."""

    def __init__(self, cache):
        self._cache, self.is_ill = cache, True

    def rows(self, start, frames):
        return self._cache.rows(start, frames) * np.float32(np.nan if self.is_ill else 1)


def ill_training(folder, corpus, settings) -> tuple[Training, IllCache]:
    found = material([corpus], [], VOXFORGE)
    cache = IllCache(found.train[0].pieces[0][0])
    train = [replace(one, pieces=tuple((cache, *place) for _, *place in one.pieces)) for one in found.train]
    return Training(folder, replace(found, train=train), VOXFORGE, MODEL, settings), cache


def test_a_loss_that_is_not_finite_is_left_out_and_named(tmp_path, corpus):
    run, cache = ill_training(tmp_path / "run", corpus, replace(SETTINGS, noise=0))
    before = run.checkpoint().weights
    events = run.events()
    first = next(events)
    assert first.loss is None
    assert first.batch
    assert_same(run.checkpoint().weights, before)
    cache.is_ill = False
    later = [e for e in events if isinstance(e, StepDone)]
    assert later[-1].loss is not None


def test_how_many_batches_were_left_out_is_counted_told_and_kept(tmp_path, corpus):
    """Killed in the midst of the epoch, too."""
    run, cache = ill_training(tmp_path / "run", corpus, replace(SETTINGS, noise=0, save_every=1))
    events = run.events()
    told = [next(events)]
    cache.is_ill = False
    for event in events:
        if isinstance(event, StepDone):
            told.append(event)
        if isinstance(event, Saved) and told[-1].loss is not None:
            break
    events.close()
    assert told[-1].step < told[-1].epoch_steps
    n_left_out = sum(event.loss is None for event in told)
    assert n_left_out >= 1
    assert load_state(tmp_path / "run")[1].skipped == n_left_out
    first, second = [e for e in training(tmp_path / "run", corpus).events() if isinstance(e, EpochDone)]
    assert (first.skipped, second.skipped) == (n_left_out, 0)
    with (tmp_path / "run" / "metrics.csv").open() as file:
        assert [int(row["skipped"]) for row in csv.DictReader(file)] == [n_left_out, 0]


@pytest.mark.parametrize("short_first", [0, 1, 2])
def test_short_sentences_come_first_then_all_in_any_order(tmp_path, short_first):
    short_and_long = write_cache(tmp_path / "corpus", n_train=40, n_words=(1, 6))
    settings = replace(SETTINGS, epochs=3, batch_frames=1000, short_first=short_first, per_sentence=0, nonspeech=0)
    frames = {one.id: one.frames for one in FeatureCache(short_and_long).utterances}
    means = {1: [], 2: [], 3: []}
    heard = {1: set(), 2: set(), 3: set()}
    for event in training(tmp_path / "run", short_and_long, settings).events():
        if isinstance(event, StepDone):
            means[event.epoch].append(np.mean([frames[name] for name in event.batch]))
            heard[event.epoch].update(event.batch)
    assert [len(names) for names in heard.values()] == [40, 40, 40], "each epoch has all of them"
    assert min(map(len, means.values())) >= 6
    assert [rises(of_epoch) for of_epoch in means.values()] == [epoch <= short_first for epoch in (1, 2, 3)]


def rises(means) -> bool:
    """Batches of like length lie next to each other, the shortest first: lengths are blurred by a tenth."""
    return all(before <= after * 1.25 for before, after in pairwise(means)) and means[-1] > 2 * means[0]
