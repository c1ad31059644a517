"""A small model trained in the real child process, from the window."""

import pytest

from engine.paths import models_dir
from gui.curve import Curve
from gui.training_job import State
from gui.training_request import load_request
from tests.gui.trainer_stage import TrainerStage, begin_with
from tests.helpers.models import write_cache, write_random_checkpoint

LONG_MS = 150_000
pytestmark = pytest.mark.timeout(600)


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
    training.train.click()
    assert training.stop.isVisible()
    qtbot.waitUntil(lambda: training.job.state is State.RUNNING, timeout=LONG_MS)
    training.pause.click()
    assert training.state.text() == "Paused"
    training.resume.click()
    qtbot.waitUntil(lambda: training.examples.rowCount() > 0, timeout=LONG_MS)
    training.stop.click()
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert trainer.told == []
    if training._curve.epochs_done < 3:  # a quick machine may have come to the end before
        assert training.state.text() == "Stopped and saved. Train goes on from here."
    assert training.form.run.currentData() == home
    training.train.click()
    qtbot.waitUntil(trainer.has_ended, timeout=LONG_MS)
    assert training.state.text() == "All 3 epochs are done."
    assert [point.epoch for point in training._curve.unseen] == [1, 2, 3]
    assert [point.epoch for point in training._curve.seen] == [1, 2, 3]
    training.plot.redraw()
    assert len(training.plot.lines["cer", "unseen"].getData()[0]) == 3
    training.use.click()
    qtbot.waitUntil(lambda: trainer.stage.models[-1] == home / "best", timeout=LONG_MS)
    assert "mine" in trainer.names()


def test_closing_while_training_saves_first(trainer, qtbot):
    trainer.training.train.click()
    qtbot.waitUntil(lambda: trainer.training.job.state is State.RUNNING, timeout=LONG_MS)
    with qtbot.waitSignal(trainer.page.closed, timeout=LONG_MS):
        trainer.window.close()
    qtbot.waitUntil(lambda: not trainer.window.isVisible())
    home = models_dir() / "mine"
    assert (home / "state.npz").exists()
    assert load_request(home).settings.epochs == 3
    assert Curve.of_run(home).epochs_done <= 3


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
