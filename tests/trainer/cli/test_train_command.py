"""`train` as a person gives it."""

import numpy as np

from engine.model.checkpoint import load_checkpoint
from tests.helpers.models import SMALL, write_cache, write_random_checkpoint
from tests.test_commands import diktovka
from trainer.cli.train import Report
from trainer.training.events import EpochDone, StepDone

SHORT = ("--epochs", "9", "--batch-frames", "1500", "--nonspeech", "0", "--threads", "1")


def test_it_begins_with_a_model_and_says_why_it_ended(tmp_path, monkeypatch):
    """It learns so slowly that the weights stay what they were, and no epoch is better than the first."""
    start, corpus = write_random_checkpoint(tmp_path / "start", seed=5), write_cache(tmp_path / "corpus", n_train=24)
    slowly = ("--learning-rate", "1e-9", "--patience", "1", "--device", "card")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    done = diktovka("train", corpus, "-o", tmp_path / "run", "--from", start, *SHORT, *slowly)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == "Ended: no better error on unseen sentences for 1 epoch."
    assert done.stderr.splitlines()[0] == "No graphics card can be used here: the processor computes."
    assert "epoch 2/9" in done.stderr
    assert "epoch 3/9" not in done.stderr
    made, before = load_checkpoint(tmp_path / "run" / "best"), load_checkpoint(start)
    assert (made.model, made.features) == (SMALL, before.features), "its shape, not the preset's"
    for name, weight in before.weights.items():
        np.testing.assert_allclose(made.weights[name], weight, atol=1e-6, err_msg=name)


def test_a_model_to_begin_with_that_is_none_is_told(tmp_path):
    done = diktovka("train", tmp_path / "corpus", "-o", tmp_path / "run", "--from", tmp_path / "nowhere")
    assert done.returncode == 1
    sentence = f"diktovka: There is no model in {tmp_path / 'nowhere'}: model.json is missing."
    assert done.stderr == f"{sentence} Choose another model, or put the file back.\n"
    assert not (tmp_path / "run").exists()


def test_batches_that_were_left_out_are_named_and_counted(capsys):
    report = Report()
    report.tell(StepDone(7, 1, 7, 9, None, 0.0, 0.001, ("anna-1", "ira-2")))
    report.tell(EpochDone(1, 9, 9, 1.5, 1, 60.0, ()))
    assert capsys.readouterr().err.splitlines() == [
        "step 7  the loss is not finite; left out: anna-1, ira-2",
        "epoch 1/9  loss 1.500  60 s  batches left out 1",
    ]
