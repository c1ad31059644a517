"""What was read after each epoch, and comes back when the run goes on."""

import pytest

from engine.config import VOXFORGE, ModelConfig
from engine.errors import NotWritable
from tests.helpers.models import write_cache
from trainer.dataset.training_data import material
from trainer.evaluation.metrics import ErrorRate, Held
from trainer.settings import TrainConfig
from trainer.training.events import EpochDone, Saved, StepDone
from trainer.training.example_log import EXAMPLES, ExampleLog, ExampleRow, example_rows, read_examples
from trainer.training.loop import Training

SETTINGS = TrainConfig(epochs=3, batch_frames=1500, save_every=1, per_sentence=4, nonspeech=0)


def epoch(number: int, read: str = "нет") -> EpochDone:
    held = (Held("dev_seen_text", 0.5, ErrorRate(), "да", read), Held("dev_unseen_text", 0.5, ErrorRate(), "дом", ""))
    return EpochDone(number, 3, 2 * number, 0.9, 0, 1.0, held)


def test_an_epoch_comes_back_as_it_was(tmp_path):
    log = ExampleLog(tmp_path, 0)
    log.add(epoch(1))
    log.add(epoch(2, ""))
    assert read_examples(tmp_path) == [*example_rows(epoch(1)), *example_rows(epoch(2, ""))]
    assert read_examples(tmp_path)[1] == ExampleRow(1, "dev_unseen_text", "дом", "")


def test_what_was_lost_is_dropped_and_an_epoch_stands_there_once(tmp_path):
    log = ExampleLog(tmp_path, 0)
    for number in (1, 2, 3):
        log.add(epoch(number))
    again = ExampleLog(tmp_path, 1)
    again.add(epoch(2, "да"))
    again.add(epoch(2, "год"))
    assert [(row.epoch, row.read) for row in read_examples(tmp_path)] == [(1, "нет"), (1, ""), (2, "год"), (2, "")]


def test_a_damaged_line_is_passed_over(tmp_path):
    assert read_examples(tmp_path) == []
    (tmp_path / EXAMPLES).write_text(
        "epoch\tsplit\tsaid\tread\n1\ta\tда\tда\nwhat?\n2\ta\tда\n3\ta\tдом\tсон\n", encoding="utf-8"
    )
    assert [row.epoch for row in read_examples(tmp_path)] == [1, 3]
    (tmp_path / EXAMPLES).write_bytes(b"\xff\xfe\x00")
    assert read_examples(tmp_path) == []


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / EXAMPLES).mkdir()
    (tmp_path / EXAMPLES / "x").touch()
    with pytest.raises(NotWritable, match=r"examples\.tsv"):
        ExampleLog(tmp_path, 0).add(epoch(1))


def test_left_and_resumed_the_examples_are_those_of_one_go(tmp_path):
    corpus = write_cache(tmp_path / "corpus", n_train=24, n_held=4)

    def training(name: str) -> Training:
        model = ModelConfig(n_layers=1, n_units=8, n_stacked=2)
        return Training(tmp_path / name, material([corpus], [], VOXFORGE), VOXFORGE, model, SETTINGS)

    told = [row for event in training("whole").events() if isinstance(event, EpochDone) for row in example_rows(event)]
    assert read_examples(tmp_path / "whole") == told
    events = training("parts").events()
    for event in events:
        if isinstance(event, EpochDone):
            break
    events.close()  # at the very moment when the epoch is told
    assert read_examples(tmp_path / "parts") == told[:2]
    events = training("parts").events()
    assert isinstance(next(events), StepDone)
    events.close()
    (tmp_path / "parts" / EXAMPLES).write_text((tmp_path / "whole" / EXAMPLES).read_text())  # epochs that come anew
    assert any(isinstance(event, Saved) for event in training("parts").events())
    assert read_examples(tmp_path / "parts") == told
