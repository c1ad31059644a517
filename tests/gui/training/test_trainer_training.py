"""A small model trained in the real child process, from the window."""

import math

import pytest
from PySide6.QtCore import QCoreApplication, QRect

from engine.config import VOXFORGE, ModelConfig
from engine.model.checkpoint import load_checkpoint
from engine.paths import models_dir
from gui.training.job import State
from gui.training.training_words import result_words
from tests.gui.trainer_stage import TrainerStage, begin_with
from tests.helpers.models import write_cache, write_random_checkpoint
from tests.trainer.training.test_distributed import Pair
from trainer.presets import PRESETS
from trainer.settings import TrainConfig
from trainer.training.events import StepDone, Stopped
from trainer.training.loss_curve import Curve
from trainer.training.request import load_request, save_request
from trainer.training.run_result import read_result
from trainer.training.training_process import Request

LONG_MS = 500_000  # of which a quick machine needs a hundredth
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def trainer(make_stage, tmp_path) -> TrainerStage:
    start = write_random_checkpoint(models_dir() / "start")
    stage = TrainerStage(make_stage)
    stage.page.show_page(stage.training)
    stage.corpus.use(write_cache(tmp_path / "cache"))
    stage.training.form.refresh()
    begin_with(stage, start)
    stage.training.form.name.setText("mine")
    stage.training.form.epochs.setValue(3)
    stage.training.form.settings.fields["batch_frames"].setValue(1000)
    return stage


def test_train_pause_stop_go_on_and_use(trainer, qtbot):
    training, home = trainer.training, models_dir() / "mine"
    training.form.epochs.setValue(500)
    training.train.click()
    assert training.stop.isVisible()
    qtbot.waitUntil(lambda: training.job.state is State.RUNNING, timeout=LONG_MS)
    training.pause.click()
    assert training.state.text() == "Paused"
    training.resume.click()
    qtbot.waitUntil(lambda: training.examples.rowCount() > 0, timeout=LONG_MS)
    training.stop.click()
    assert training.job.state is State.STOPPING
    assert training.stop_now.isVisible()
    assert not training.stop.isVisible()
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert trainer.told == []
    assert training.result.isVisible()
    assert training.result.text() == result_words(read_result(home))
    assert training.state.text() == "Stopped and saved. Train goes on from here."
    assert training.form.run.currentData() == home
    epochs = list(range(1, math.floor(training.curve.epochs_done) + 3))
    assert len(epochs) < 500
    training.form.epochs.setValue(len(epochs))
    training.train.click()
    assert training.result.text() == ""
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert trainer.told == []
    assert training.state.text() == f"All {len(epochs)} epochs are done."
    assert training.result.text() == result_words(read_result(home))
    check_all_is_shown_again(training, home, epochs)
    assert [point.epoch for point in training.curve.unseen] == epochs
    assert [point.epoch for point in training.curve.seen] == epochs
    training.plot.redraw()
    assert len(training.plot.lines["cer", "unseen"].getData()[0]) == len(epochs)
    training.use.click()
    trainer.insist()
    qtbot.waitUntil(lambda: trainer.stage.models[-1] == home / "best", timeout=LONG_MS)
    assert "mine" in trainer.names()


def check_all_is_shown_again(training, home, epochs):
    """As on another day."""
    examples, result = epochs_shown(training), training.result.text()
    assert sorted(set(examples)) == epochs
    training.show_run(None)
    assert training.examples.rowCount() == 0
    assert training.result.isHidden()
    training.show_run(home)
    assert epochs_shown(training) == examples
    assert training.result.isVisible()
    assert training.result.text() == result


def epochs_shown(training) -> list[int]:
    return [int(training.examples.item(row, 0).text()) for row in range(training.examples.rowCount())]


def test_the_classic_network_is_trained_from_scratch(trainer, qtbot):
    training, home = trainer.training, models_dir() / "mine"
    features, model = PRESETS["classic"]
    begin_with(trainer, "classic")
    assert [training.form.settings.shape[name].value() for name in ("n_layers", "n_units")] == [2, 128]
    training.form.epochs.setValue(1)
    training.train.click()
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert trainer.told == []
    assert training.state.text() == "1 epoch of 1 is done."
    assert training.result.text() == result_words(read_result(home))
    assert training.result.text().startswith("The result is the model of the best epoch. Letters wrong: best epoch ")
    assert [point.epoch for point in training.curve.unseen] == [1]
    made = load_checkpoint(home / "best")
    assert (made.features, made.model) == (features, model)
    assert len(made.history) == 1, "it began with no other model"
    training.use.click()
    trainer.insist()
    qtbot.waitUntil(lambda: trainer.stage.models[-1] == home / "best")


def test_a_second_press_ends_it_at_once(trainer, qtbot):
    training = trainer.training
    training.form.epochs.setValue(500)
    training.train.click()
    qtbot.waitUntil(lambda: training.job.state is State.RUNNING, timeout=LONG_MS)
    training.stop.click()
    training.stop_now.click()
    assert training.job.state is State.LEAVING
    assert not training.stop_now.isEnabled()
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert trainer.told == []
    assert training.state.text() == "Stopped and saved. Train goes on from here."
    assert (models_dir() / "mine" / "state.npz").exists()


def test_the_plots_are_not_laid_out_anew_at_the_end(trainer, qtbot):
    """To draw them in another size would hold up the window."""
    training = trainer.training
    training.form.epochs.setValue(500)
    training.train.click()
    qtbot.waitUntil(lambda: training.examples.rowCount() > 0, timeout=LONG_MS)  # its figures are told from now on
    training.stop.click()
    training.stop_now.click()
    place = place_of_plots(training)
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert place_of_plots(training) == place
    assert training.form.delete.isEnabled()


def place_of_plots(training) -> QRect:
    for _ in range(5):  # a row asks its panel for another size, the panel its page, the page its scrolled area
        QCoreApplication.sendPostedEvents()
    return training.plot.geometry()


def test_the_result_of_a_run_of_two_processes_is_shown(trainer):
    home, (corpus,) = models_dir() / "0", trainer.corpus.corpora
    save_request(Request(home, (corpus,), VOXFORGE, ModelConfig(n_layers=2, n_units=12, n_stacked=2), TrainConfig()))
    with Pair(corpus, models_dir(), "--epochs", "1") as processes:
        told = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    trainer.training.form.choose_run(home)
    assert trainer.training.result.text().startswith("The result is the model of the best epoch. Letters wrong:")
    assert epochs_shown(trainer.training) == [1, 1]
    trainer.training.use.click()
    trainer.insist()
    assert trainer.session.model == home / "best"


def test_a_model_to_go_on_from_is_made_wider_on_request(trainer, qtbot):
    training, home = trainer.training, models_dir() / "mine"
    units = training.form.settings.shape["n_units"]
    before = units.value()
    units.setValue(before - 1)
    assert units.value() == before, "a model cannot lose units"
    assert not training.form.settings.shape["n_layers"].isEnabled()
    units.setValue(before + 3)
    training.form.epochs.setValue(1)
    training.train.click()
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert trainer.told == []
    assert load_checkpoint(read_result(home).path).model.n_units == before + 3
    assert not units.isEnabled(), "a run goes on with the network that it has"
    training.form.choose_run(None)
    assert units.isEnabled()


@pytest.mark.parametrize(
    ("epochs", "said"),
    [
        (3, "All 3 epochs are done."),
        (2, "Ended early: for 1 epoch new sentences were not recognised any better."),
    ],
)
def test_whether_all_epochs_are_done_does_not_depend_on_the_last_steps_loss(trainer, epochs, said, tmp_path):
    training = trainer.training
    training.job.request = Request(tmp_path / "run", (), VOXFORGE, ModelConfig(), TrainConfig(epochs=3, patience=1))

    training.take(StepDone(12, epochs, 4, 4, None, 0.0, 0.0, ("one", "two")))
    training.take(Stopped("it ended", epochs))
    training.end(None)

    assert training.state.text() == said


def test_closing_while_training_saves_first(trainer, qtbot):
    trainer.training.form.epochs.setValue(500)
    trainer.training.train.click()
    qtbot.waitUntil(lambda: trainer.training.job.state is State.RUNNING, timeout=LONG_MS)
    with qtbot.waitSignal(trainer.page.closed, timeout=LONG_MS):
        trainer.window.close()
    qtbot.waitUntil(lambda: not trainer.window.isVisible())
    home = models_dir() / "mine"
    assert (home / "state.npz").exists()
    assert load_request(home).settings.epochs == 500
    assert Curve.of_run(home).epochs_done < 500
    assert read_result(home) is None, "nothing was waited for"


def test_a_cache_of_another_front_end_is_told(trainer, qtbot):
    trainer.training.form.start.setCurrentIndex(1)
    (cache,) = trainer.corpus.corpora
    (cache / "config.json").write_text('{"features": {}}', encoding="utf-8")
    trainer.training.train.click()
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert len(trainer.told) == 1
    assert not (models_dir() / "mine").exists()


def test_without_recordings_nothing_can_be_trained(make_stage):
    stage = TrainerStage(make_stage)
    assert not stage.training.train.isEnabled()
    assert "First choose recordings" in stage.training.state.text()
