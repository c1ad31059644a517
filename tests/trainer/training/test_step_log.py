import csv
from pathlib import Path

import numpy as np
import pytest

from engine.config import VOXFORGE, ModelConfig
from engine.errors import DiskFull
from tests.helpers.models import write_cache
from trainer.dataset.training_data import material
from trainer.settings import TrainConfig
from trainer.training.events import StepDone
from trainer.training.loop import Training
from trainer.training.run import read_steps
from trainer.training.step_log import STEPS, StepLog, read_curve, read_rows, step_row

SETTINGS = TrainConfig(epochs=2, batch_frames=1500, save_every=4, per_sentence=4, nonspeech=0)


def step(number: int, loss: float | None = 1.5) -> StepDone:
    return StepDone(number, 2, number - 10, 10, loss, 0.25, 1e-3, ("a",))


def written(folder, *steps: StepDone, after: int = 0) -> None:
    log = StepLog(folder, after)
    for one in steps:
        log.add(step_row(one, 1795371749.5))
    log.close()


def test_a_step_comes_back_as_it_was(tmp_path):
    written(tmp_path, step(11), step(12, 2.25))
    steps, losses = read_steps(tmp_path)
    assert steps.tolist() == [11, 12]
    assert losses.tolist() == [1.5, 2.25]
    first, _ = read_rows(tmp_path)
    assert (first.time, first.epochs, first.gradient_norm, first.learning_rate) == (1795371749.5, 1.1, 0.25, 1e-3)


def test_a_batch_left_out_has_no_loss(tmp_path):
    written(tmp_path, step(11), step(12, None), step(13))
    assert read_steps(tmp_path)[0].tolist() == [11, 13]


def test_no_run_no_steps(tmp_path):
    steps, losses = read_steps(tmp_path)
    assert len(steps) == len(losses) == 0


def test_what_was_lost_is_cut_back(tmp_path):
    written(tmp_path, *(step(n) for n in range(11, 19)))
    written(tmp_path, step(15, 9.0), after=14)
    steps, losses = read_steps(tmp_path)
    assert steps.tolist() == [11, 12, 13, 14, 15]
    assert losses[-1] == 9.0


@pytest.mark.parametrize("cut", [1, 5, 20, 40])
def test_a_line_cut_short_is_passed_over(tmp_path, cut):
    written(tmp_path, step(11), step(12))
    path = tmp_path / STEPS
    path.write_bytes(path.read_bytes()[:-cut])
    assert read_steps(tmp_path)[0][0] == 11
    written(tmp_path, step(12, 3.0), after=11)
    assert read_steps(tmp_path)[1].tolist() == [1.5, 3.0]


@pytest.mark.parametrize("rest", ["\n", " \n\n"])
def test_a_file_of_no_steps_has_no_curve(tmp_path, rest):
    (tmp_path / STEPS).write_text(f"step,time,epochs,loss,gradient_norm,learning_rate\n{rest}")
    assert read_curve(tmp_path).shape == (0, 2)


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    open_file = Path.open

    def full(path, mode="r", *more, **options):
        return open_file(Path("/dev/full") if mode == "a" else path, mode, *more, **options)

    monkeypatch.setattr(Path, "open", full)
    log = StepLog(tmp_path, 0)
    with pytest.raises(DiskFull, match="Free some space"):
        log.add(step_row(step(11), 0.0))
    log.close()


def test_left_and_resumed_the_curve_is_that_of_one_go(tmp_path):
    corpus = write_cache(tmp_path / "corpus")

    def training(name: str) -> Training:
        model = ModelConfig(n_layers=1, n_units=8, n_stacked=2)
        return Training(tmp_path / name, material([corpus], [], VOXFORGE), VOXFORGE, model, SETTINGS)

    list(training("whole").events())
    events = training("parts").events()
    for event in events:
        if isinstance(event, StepDone) and event.step == 6:
            break
    events.close()
    assert read_steps(tmp_path / "parts")[0].tolist() == [1, 2, 3, 4, 5, 6]
    list(training("parts").events())
    (steps, losses), (again, losses_again) = (read_steps(tmp_path / name) for name in ("whole", "parts"))
    assert again.tolist() == steps.tolist() == list(range(1, len(steps) + 1))
    np.testing.assert_array_equal(losses, losses_again)
    with (tmp_path / "parts" / STEPS).open() as file:
        assert float(list(csv.DictReader(file))[-1]["epochs"]) == 2.0
