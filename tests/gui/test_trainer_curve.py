"""The learning curve: grown from events, and read again from a run's metrics.csv."""

import pytest

from gui.curve import Curve
from gui.training_job import TrainingJob
from trainer.events import EpochDone, Held, StepDone
from trainer.metrics import ErrorRate
from trainer.run import epoch_row, write_metrics


def step(number: int, epoch: int, loss: float | None = 1.0) -> StepDone:
    return StepDone(number, epoch, 2, loss, 1.0, 0.001, ())


def epoch(number: int, wrong: int) -> EpochDone:
    rate = ErrorRate(letter_errors=wrong, letters=100, word_errors=wrong, words=10, utterances=1)
    held = tuple(Held(f"dev_{kind}_text", 0.5, rate, "да", "нет") for kind in ("seen", "unseen"))
    return EpochDone(number, 3, 2 * number, 0.9, 0, 1.0, held)


def grown(*events) -> Curve:
    curve = Curve()
    for event in events:
        curve.take(event)
    return curve


def test_steps_lie_within_their_epoch():
    curve = grown(step(1, 1), step(2, 1), epoch(1, 50), step(3, 2, 0.5), step(4, 2, None))
    assert curve.train == [(0.5, 1.0), (1.0, 1.0), (1.5, 0.5)]


def test_the_best_epoch_has_the_fewest_letters_wrong_in_new_sentences():
    curve = grown(epoch(1, 50), epoch(2, 20), epoch(3, 30))
    assert curve.best_epoch == 2
    assert [point.cer for point in curve.unseen] == [0.5, 0.2, 0.3]


def test_the_curve_of_a_run_is_read_again_and_goes_on(tmp_path):
    write_metrics(tmp_path, [epoch_row(epoch(1, 50)), epoch_row(epoch(2, 20))])
    curve = Curve.of_run(tmp_path)
    assert curve.train == [(1.0, 0.9), (2.0, 0.9)]
    assert curve.best_epoch == 2
    curve.take(step(5, 3))
    assert curve.train[-1] == (2.5, 1.0)


def test_steps_that_were_lost_are_taken_anew():
    curve = grown(step(1, 1), step(2, 1), step(1, 1, 0.7))
    assert curve.train == [(0.5, 0.7)]


def test_a_run_without_or_with_a_broken_table_has_an_empty_curve(tmp_path):
    assert Curve.of_run(tmp_path).train == []
    (tmp_path / "metrics.csv").write_text("epoch,train_loss\none,two\n", encoding="utf-8")
    assert Curve.of_run(tmp_path).train == []
    assert Curve().best_epoch is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_plot_keeps_what_was_zoomed_until_the_whole_is_asked_for(qtbot):
    from gui.loss_plot import LossPlot

    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.show()
    curve = grown(step(1, 1), step(2, 1, 900.0), *(step(n, n // 2 + 1) for n in range(3, 80)), epoch(40, 20))
    plot.show_curve(curve)
    plot.redraw()
    assert plot.loss.viewRange()[1][1] < 10
    assert plot.best[0].isVisible()
    plot.loss.vb.sigRangeChangedManually.emit([True, True])
    plot.loss.setYRange(3, 4, padding=0)
    plot.touch()
    plot.redraw()
    assert plot.loss.viewRange()[1] == pytest.approx([3, 4])
    plot.whole.click()
    assert plot.loss.viewRange()[1][0] < 1


def test_time_left_is_not_known_before_a_training_runs(qtbot):
    assert TrainingJob().left_s(0.5) is None
