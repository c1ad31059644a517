"""What TensorBoard would read, read back with TensorFlow."""

import math
import socket
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow.core.util.event_pb2 import Event

from engine.errors import NotWritable
from trainer.training.run_logs import PATTERN, EventFile
from trainer.training.step_log import StepRow

EPOCH = {"epoch": 1, "step": 2, "train_loss": 3.0, "seconds": 1.0, "dev_unseen_text_loss": 2.5}
EPOCH |= {"dev_unseen_text_cer": 0.5, "dev_unseen_text_wer": 0.75}


def row(step: int, loss: float = 1.5) -> StepRow:
    return StepRow(step, 1795371749.5 + step, step / 2, loss, 0.25, 1e-3)


def events(folder: Path) -> list[Event]:
    (path,) = folder.glob(PATTERN)
    return [Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(path))]


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for event in events(folder):
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def test_steps_and_epochs_come_back(tmp_path):
    file = EventFile(tmp_path, [row(1)], [])
    file.add_step(row(2, math.nan))
    file.add_epoch(EPOCH, 1795371760.0)
    file.close()
    first, step, *_ = events(tmp_path)
    assert first.file_version == "brain.Event:2"
    assert step.wall_time == 1795371750.5
    found = scalars(tmp_path)
    assert found["train/loss"][0] == (1, 1.5)
    assert math.isnan(found["train/loss"][1][1])
    assert found["train/gradient_norm"] == [(1, 0.25), (2, 0.25)]
    assert found["train/learning_rate"] == [(1, pytest.approx(1e-3)), (2, pytest.approx(1e-3))]
    assert found["dev_unseen_text/cer"] == [(2, 0.5)]
    assert found["dev_unseen_text/wer"] == [(2, 0.75)]
    assert found["dev_unseen_text/loss"] == [(2, 2.5)]
    assert set(found) == {
        *("train/loss", "train/gradient_norm", "train/learning_rate"),
        *(f"dev_unseen_text/{kind}" for kind in ("loss", "cer", "wer")),
    }


def test_taken_up_again_no_step_stands_twice(tmp_path):
    first = EventFile(tmp_path, [], [])
    for step in range(1, 6):
        first.add_step(row(step))
    first.close()
    again = EventFile(tmp_path, [row(1), row(2)], [EPOCH])
    again.add_step(row(3, 9.0))
    again.close()
    assert [step for step, _ in scalars(tmp_path)["train/loss"]] == [1, 2, 3]
    assert scalars(tmp_path)["train/loss"][-1] == (3, 9.0)
    assert scalars(tmp_path)["dev_unseen_text/cer"] == [(2, 0.5)]


def test_what_other_programs_wrote_stays(tmp_path):
    host = socket.gethostname()
    others = {
        tmp_path / f"events.out.tfevents.1700000000.{host}",  # TensorFlow 1
        tmp_path / f"events.out.tfevents.1700000000.{host}.4711.0",  # PyTorch
        tmp_path / f"events.out.tfevents.1700000000.{host}.4711.0.v2",  # TensorFlow 2
        tmp_path / "events.out.tfevents.1700000000.elsewhere.0",
    }
    older = tmp_path / f"events.out.tfevents.1700000000.{host}.0"  # ours, as they were called before
    for path in {*others, older}:
        path.write_bytes(b"")
    EventFile(tmp_path, [row(1)], []).close()
    EventFile(tmp_path, [row(1), row(2)], []).close()
    left = set(tmp_path.iterdir())
    assert left > others
    (ours,) = left - others
    assert ours != older
    assert "tfevents" in ours.name, "TensorBoard looks for it"
    assert scalars(tmp_path)["train/loss"] == [(1, 1.5), (2, 1.5)]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(NotWritable, match="Choose another folder"):
        EventFile(tmp_path / "gone", [], [])
