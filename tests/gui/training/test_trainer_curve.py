"""The learning curve: grown from events, and read again from a run's metrics.csv."""

import pytest
from PySide6.QtCore import Qt

from gui.training.example_table import ExampleTable
from gui.training.job import TrainingJob
from gui.training.training_words import figures_words, result_words
from trainer.evaluation.metrics import ErrorRate, Held
from trainer.training.events import CorpusChanged, EpochDone, Result, StepDone
from trainer.training.example_log import ExampleRow
from trainer.training.loss_curve import Curve
from trainer.training.run import epoch_row, write_metrics
from trainer.training.step_log import StepLog, read_curve, step_row


def step(number: int, epoch: int, loss: float | None = 1.0) -> StepDone:
    return StepDone(number, epoch, number - 2 * (epoch - 1), 2, loss, 1.0, 0.001, ())


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


def test_a_batch_of_sounds_alone_has_no_place_in_it(tmp_path):
    loud = StepDone(2, 1, 2, 2, 347.0, 1.0, 0.001, ("nonspeech:1",), wordless=True)
    assert grown(step(1, 1), loud, epoch(1, 50), step(3, 2)).train == [(0.5, 1.0), (1.5, 1.0)]
    log = StepLog(tmp_path, 0)
    for one in (step(1, 1), loud):
        log.add(step_row(one, 0.0))
    log.close()
    assert Curve.of_run(tmp_path).train == [(0.5, 1.0)]


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


def test_a_resumed_run_shows_every_step_it_took(tmp_path):
    log = StepLog(tmp_path, 0)
    for number in range(1, 6):
        log.add(step_row(step(number, 1 + (number - 1) // 2, number / 10), 0.0))
    log.close()
    write_metrics(tmp_path, [epoch_row(epoch(1, 50)), epoch_row(epoch(2, 20))])
    curve = Curve.of_run(tmp_path)
    assert curve.train == [(0.5, 0.1), (1.0, 0.2), (1.5, 0.3), (2.0, 0.4), (2.5, 0.5)]
    curve.take(step(5, 3, 0.9))  # after a kill, what was not saved is done again
    assert curve.train[-2:] == [(2.0, 0.4), (2.5, 0.9)]


def test_an_epoch_that_other_recordings_begin_anew_lies_in_its_place(tmp_path):
    """Three steps of four were done; now the epoch has five."""
    before = [StepDone(n, 1, n, 4, float(n), 1.0, 0.001, ()) for n in (1, 2, 3)]
    after = [StepDone(3 + n, 1, n, 5, 10.0 + n, 1.0, 0.001, ()) for n in (1, 2)]
    live = grown(*before, CorpusChanged(24, 30), *after)
    assert live.train == [(0.2, 11.0), (0.4, 12.0)]
    log = StepLog(tmp_path, 0)
    for one in (*before, *after):
        log.add(step_row(one, 0.0))
    log.close()
    again = Curve.of_run(tmp_path)
    assert again.train == live.train
    third = StepDone(6, 1, 3, 5, 13.0, 1.0, 0.001, ())
    assert live.take(third)
    assert again.take(third)
    assert again.train == live.train == [(0.2, 11.0), (0.4, 12.0), (0.6, 13.0)]


def test_steps_before_the_end_of_the_first_epoch_are_shown(tmp_path):
    log = StepLog(tmp_path, 0)
    log.add(step_row(step(1, 1), 0.0))
    log.close()
    assert Curve.of_run(tmp_path).train == [(0.5, 1.0)]


def test_a_damaged_line_of_the_steps_is_passed_over(tmp_path):
    rows = "step,time,epochs,loss,gradient_norm,learning_rate\n1,0,0.5,1,1,1\nwhat?\n2,0,1,nan,1,1\n3,0,1.5,2,1,1\n4,0"
    (tmp_path / "steps.csv").write_text(rows, encoding="utf-8")
    assert read_curve(tmp_path).tolist() == [[0.5, 1.0], [1.5, 2.0]]


def test_a_run_without_or_with_a_broken_table_has_an_empty_curve(tmp_path):
    assert Curve.of_run(tmp_path).train == []
    (tmp_path / "metrics.csv").write_text("epoch,train_loss\none,two\n", encoding="utf-8")
    assert Curve.of_run(tmp_path).train == []
    assert Curve().best_epoch is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_plot_keeps_what_was_zoomed_until_the_whole_is_asked_for(qtbot):
    from gui.training.loss_plot import LossPlot

    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.show()
    curve = grown(step(1, 1), step(2, 1, 900.0), *(step(n, (n + 1) // 2) for n in range(3, 81)), epoch(40, 20))
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


def ticks(plot) -> list[float]:
    axis = plot.rates.getAxis("bottom")
    return [place for _spacing, places in axis.tickValues(*plot.loss.viewRange()[0], 600) for place in places]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_axes_begin_with_the_data_and_name_whole_epochs(qtbot):
    from gui.training.loss_plot import LossPlot

    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.show()
    plot.show_curve(Curve())
    plot.redraw()
    assert not any(entry.isVisible() for entry in plot.legend.values())
    assert plot.loss.getAxis("bottom").style["showValues"] is False
    plot.show_curve(grown(step(1, 1), step(2, 1), epoch(1, 50), step(3, 2), step(4, 2), epoch(2, 20)))
    plot.redraw()
    assert plot.loss.viewRange()[0] == [0, 2]
    assert plot.rates.viewRange()[0] == [0, 2]
    assert plot.rates.viewRange()[1][0] == 0
    assert plot.loss.viewRange()[1][0] == 0
    assert all(place == round(place) for place in ticks(plot))
    assert {"training", "new sentences", "words, known sentences"} <= {
        name for name, entry in plot.legend.items() if entry.isVisible()
    }
    plot.show_curve(grown(step(1, 1), step(2, 1)))
    plot.redraw()
    assert [name for name, entry in plot.legend.items() if entry.isVisible()] == ["training"]


def test_figures_name_their_set():
    words = figures_words(grown(epoch(1, 50), epoch(2, 20)))
    assert words.startswith("New sentences (dev_unseen_text): 20.0 % of the letters")
    assert "Known sentences (dev_seen_text): " in words


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_plot_is_zoomed_by_keyboard(qtbot):
    from gui.training.loss_plot import LossPlot

    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.show()
    plot.show_curve(grown(*(step(n, (n + 1) // 2) for n in range(3, 81))))
    plot.redraw()
    plot.loss.vb.updateAutoRange()
    left, right = plot.loss.viewRange()[0]
    qtbot.keyClicks(plot, "+")
    assert plot.loss.viewRange()[0][1] - plot.loss.viewRange()[0][0] == pytest.approx(0.8 * (right - left))
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.rates.viewRange()[0][0] > left
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    plot.loss.vb.updateAutoRange()
    assert plot.loss.viewRange()[0] == pytest.approx([left, right], abs=1)  # its margins depend on the range before


def test_time_left_is_not_known_before_a_training_runs(qtbot):
    assert TrainingJob().left_s(0.5) is None


def test_the_newest_examples_are_shown_each_epoch_once(qtbot):
    table = ExampleTable()
    qtbot.addWidget(table)
    table.show_rows([ExampleRow(number, "dev", "да", f"{number}") for number in range(1, 301)])
    assert table.rowCount() == 200
    assert [table.item(row, 0).text() for row in (0, 199)] == ["300", "101"]
    table.add([ExampleRow(299, "dev", "да", "new")])  # the run was killed, and goes through that epoch again
    assert [table.item(row, 2).text() for row in (0, 1)] == ["new", "298"]


@pytest.mark.parametrize(
    ("name", "cer", "words"),
    [
        ("best", {}, "The result is the model of the best epoch."),
        (
            "last",
            {"best": 0.3, "last": 0.25},
            "The result is the model of the last epoch. Letters wrong: best epoch 30.0 %, last epoch 25.0 %.",
        ),
        (
            "average",
            {"best": 0.3, "last": 0.25, "average": 0.2},
            "The result is the average of the best and the last "
            "epoch. Letters wrong: best epoch 30.0 %, last epoch 25.0 %, average 20.0 %.",
        ),
    ],
)
def test_which_model_came_out_is_said(tmp_path, name, cer, words):
    assert result_words(Result(tmp_path / name, cer)) == words
