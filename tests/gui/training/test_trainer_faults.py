"""What goes wrong with a training, as the window tells it; and what it tells of the time."""

import sys
import threading
from functools import partial

import pytest

from engine.config import VOXFORGE, ModelConfig
from engine.paths import models_dir
from gui.training import job as training_job
from gui.training.job import State
from tests.gui.trainer_stage import TrainerStage
from tests.gui.training.test_trainer_curve import grown
from tests.helpers.full_training import run_on_a_full_disk
from tests.helpers.models import write_cache, write_random_checkpoint
from tests.trainer.training.test_faults import write_like_others
from trainer.settings import TrainConfig
from trainer.training.events import CorpusChanged, EpochDone, StepDone
from trainer.training.request import save_request
from trainer.training.run import STATE
from trainer.training.training_process import Request, TrainingProcess

LONG_MS = 500_000  # of which a quick machine needs a hundredth
MODEL = ModelConfig(n_layers=1, n_units=8, n_stacked=2)
SETTINGS = TrainConfig(epochs=1, batch_frames=1500, nonspeech=0)
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def trainer(make_stage, tmp_path) -> TrainerStage:
    """With a run that was begun and has not trained yet."""
    corpus = write_cache(tmp_path / "cache", n_train=24)
    save_request(Request(models_dir() / "mine", (corpus,), VOXFORGE, MODEL, SETTINGS, threads=1))
    stage = TrainerStage(make_stage)
    stage.page.show_page(stage.training)
    stage.training.form.choose_run(models_dir() / "mine")
    return stage


def train(trainer, qtbot):
    trainer.training.train.click()
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)


def content_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- the disk ---


@pytest.mark.skipif(sys.platform != "linux", reason="root's power to write everywhere is taken away as Linux does it")
def test_a_models_folder_that_is_read_only_is_told_in_one_sentence(trainer, qtbot, monkeypatch):
    last = write_random_checkpoint(models_dir() / "mine" / "last")
    before = content_of(last)
    last.chmod(0o555)
    prepared = training_job.prepared

    def prepared_by_no_root(*arguments):
        write_like_others()  # it holds for the worker's thread, and for the process that is begun there
        yield from prepared(*arguments)

    monkeypatch.setattr(training_job, "prepared", prepared_by_no_root)
    train(trainer, qtbot)
    last.chmod(0o755)
    (told,) = trainer.told
    assert told.startswith(f"Nothing can be written to {last}")
    assert told.endswith(" (Permission denied). Choose another folder.")
    assert content_of(last) == before
    trainer.page.messages.close_all()
    train(trainer, qtbot)
    assert trainer.told == []
    assert trainer.training.state.text() == "1 epoch of 1 is done."


def test_a_full_disk_is_told_in_one_sentence_and_the_training_can_be_tried_again(trainer, qtbot, monkeypatch):
    home = models_dir() / "mine"
    monkeypatch.setattr(training_job, "TrainingProcess", partial(TrainingProcess, steps=run_on_a_full_disk))
    train(trainer, qtbot)
    sentence = f"The disk is full: {home / 'last' / 'model.next.json'} could not be written."
    assert trainer.told == [f"{sentence} Free some space and try again."]
    assert not (home / "last" / "model.json").exists()
    assert (home / "state.npz").exists(), "its steps are kept"
    monkeypatch.undo()
    trainer.page.messages.findChildren(type(trainer.training.train))[0].click()  # Try again
    qtbot.waitUntil(lambda: trainer.training.busy)
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert trainer.told == []
    assert trainer.training.state.text() == "1 epoch of 1 is done."


# --- what a stop leaves ---


def test_stopped_while_it_is_prepared_only_a_run_with_a_state_says_that_it_is_saved(trainer, qtbot, monkeypatch):
    prepared, stopped = training_job.prepared, threading.Event()

    def prepared_after_the_stop(*arguments):
        stopped.wait(LONG_MS / 1000)
        yield from prepared(*arguments)

    monkeypatch.setattr(training_job, "prepared", prepared_after_the_stop)

    def stop_at_once() -> str:
        stopped.clear()
        trainer.training.train.click()
        trainer.training.stop.click()
        stopped.set()
        qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
        assert trainer.told == []
        return trainer.training.state.text()

    assert stop_at_once() == "Stopped before the first step: nothing was trained yet."
    (models_dir() / "mine" / STATE).touch()
    assert stop_at_once() == "Stopped and saved. Train goes on from here."


# --- losses that are no numbers ---


def step(number: int, loss: float | None = 1.0, epoch_steps: int = 10) -> StepDone:
    epoch = 1 + (number - 1) // epoch_steps
    return StepDone(
        number,
        epoch,
        number - epoch_steps * (epoch - 1),
        epoch_steps,
        loss,
        1.0,
        0.001,
        (f"anna-{number}", f"ira-{number}"),
    )


def running(trainer, epochs: int):
    """The panel as while a training runs, whose events the test gives."""
    training = trainer.training
    training.job.request = Request(models_dir() / "mine", (), VOXFORGE, MODEL, TrainConfig(epochs=epochs))
    training.job.state = State.STARTING
    return training


@pytest.fixture
def panel(trainer):
    yield running(trainer, epochs=4)
    trainer.training.job.state = State.IDLE


def test_batches_that_were_left_out_are_counted_and_the_last_one_named(panel):
    panel.job.take(step(1))
    assert not panel.note.isVisible()
    panel.job.take(step(2, None))
    assert panel.note.isVisible()
    assert panel.note.text() == (
        "1 batch was left out, since its loss was no finite number. The last one: anna-2, ira-2"
    )
    panel.job.take(step(3))
    panel.job.take(step(4, None))
    assert panel.note.text() == (
        "2 batches were left out, since their loss was no finite number. The last one: anna-4, ira-4"
    )
    assert panel.state.text().startswith("Epoch 1 of 4"), "the training goes on"
    assert [place for place, _loss in panel.curve.train] == [0.1, 0.3]
    panel.show_run(None)
    assert not panel.note.isVisible()


def test_that_the_recordings_are_others_is_said_as_long_as_the_run_is_shown(panel):
    said = "There are other recordings than before: 24 then, 30 now. The epoch begins anew."
    panel.job.take(CorpusChanged(24, 30))
    assert panel.note.isVisible()
    assert panel.note.text() == said
    panel.job.take(step(1))
    panel.job.take(step(2, None))
    assert panel.note.text().splitlines() == [
        said,
        "1 batch was left out, since its loss was no finite number. The last one: anna-2, ira-2",
    ]
    panel.show_run(None)
    assert not panel.note.isVisible()


# --- the time left ---


def at(panel, number: int, now_s: float, loss: float | None = 1.0) -> str:
    """What is said at a step, the epochs before which are done."""
    this = step(number, loss)
    panel.job.clock = lambda: now_s
    for epoch in range(int(panel.curve.epochs_done), this.epoch - 1):
        panel.job.take(EpochDone(epoch + 1, 4, 10 * (epoch + 1), 1.0, 0, 1.0, ()))
    panel.job.take(this)
    return panel.state.text()


def test_the_time_left_follows_the_pace(panel):
    """12 s a step, 10 steps an epoch, 4 epochs: 8 minutes in all."""
    assert at(panel, 1, 1000.0) == "Epoch 1 of 4"
    assert at(panel, 2, 1012.0) == "Epoch 1 of 4, 8 min left"  # 38 steps
    assert at(panel, 10, 1108.0) == "Epoch 1 of 4, 6 min left"  # 30 steps
    assert at(panel, 11, 1120.0, None) == "Epoch 1 of 4, 6 min left"  # it was left out
    assert at(panel, 35, 1408.0) == "Epoch 4 of 4, 60 s left"  # 5 steps
    assert at(panel, 36, 1700.0) == "Epoch 4 of 4, 80 s left"  # it has become slower: 35 steps took 700 s, 4 are left
    assert at(panel, 40, 1790.0) == "Epoch 4 of 4, a few seconds left"
    assert panel.progress.value() == panel.progress.maximum()


def test_the_time_of_a_pause_is_none_of_the_trainings(panel):
    at(panel, 1, 0.0)
    assert at(panel, 11, 600.0) == "Epoch 2 of 4, 29 min left"  # a step a minute, 29 are left
    panel.job.process = Process()
    panel.job.pause()
    assert panel.job.left_s(1.1) is None
    panel.job.resume()
    assert at(panel, 12, 100_000.0) == "Epoch 2 of 4"
    assert at(panel, 14, 100_060.0) == "Epoch 2 of 4, 13 min left"  # half a minute a step now, 26 are left
    panel.job.process = None


class Process:
    """Where nothing runs that could be held."""

    def pause(self) -> None:
        pass

    def resume(self) -> None:
        pass


def test_a_run_that_goes_on_is_timed_from_where_it_goes_on(panel):
    panel.curve = grown(*map(step, range(1, 11)), EpochDone(1, 4, 10, 1.0, 0, 1.0, ()))  # of another day
    assert at(panel, 11, 50.0) == "Epoch 2 of 4"
    assert at(panel, 12, 60.0) == "Epoch 2 of 4, 5 min left"  # 10 s a step, 28 are left
