"""What may go wrong under a run: a full disk, half-written files, a corpus that becomes another."""

import ctypes
import errno
import itertools
import os
import resource
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.config import VOXFORGE, ModelConfig
from engine.errors import DiskFull, NotWritable
from engine.model.checkpoint import load_checkpoint
from tests.conftest import ROOT
from tests.helpers.models import write_cache
from tests.helpers.training_verbs import TRAINING_VERBS
from trainer.dataset.training_data import material
from trainer.errors import TrainingError
from trainer.settings import TrainConfig
from trainer.training.events import CorpusChanged, EpochDone, Result, Saved, StepDone
from trainer.training.loop import Training
from trainer.training.run import load_state, read_steps

MODEL = ModelConfig(n_layers=1, n_units=8, n_stacked=2)
SETTINGS = TrainConfig(epochs=2, batch_frames=1500, nonspeech=0, save_every=3)


def training(folder, corpus, settings=SETTINGS) -> Training:
    return Training(folder, material([corpus], [], VOXFORGE), VOXFORGE, MODEL, settings)


@pytest.fixture
def corpus(tmp_path):
    return write_cache(tmp_path / "corpus", n_train=24)


def test_a_full_disk_while_saving_keeps_the_state_before(tmp_path, corpus, monkeypatch):
    run = training(tmp_path / "run", corpus)
    run.save()
    before = (tmp_path / "run" / "state.npz").read_bytes()

    def savez(path, **arrays):
        path.write_bytes(b"PK")
        with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123
            full.write(b"x")

    monkeypatch.setattr(np, "savez", savez)
    events = run.events()
    with pytest.raises(DiskFull, match="Free some space"):
        list(events)
    monkeypatch.undo()
    assert (tmp_path / "run" / "state.npz").read_bytes() == before
    assert not [path for path in (tmp_path / "run").iterdir() if path.name.startswith(".")], "nothing is left behind"
    assert training(tmp_path / "run", corpus).position.step == 0


@pytest.mark.timeout(600)
def test_a_disk_that_is_full_at_any_of_the_files_costs_nothing(tmp_path, corpus, monkeypatch):
    """One run that meets a full disk at each file it writes, and goes on each time there is room again."""
    short = replace(SETTINGS, epochs=1)
    list(training(tmp_path / "undisturbed", corpus, short).events())
    written: list[Path] = []
    replace_ = Path.replace
    monkeypatch.setattr(Path, "replace", lambda path, target: (written.append(target), replace_(path, target)))
    run = tmp_path / "run"
    list(training(run, corpus, short).events())
    files = [str(path.relative_to(run)) for path in dict.fromkeys(written)]
    assert {"steps.csv", "state.npz", "metrics.csv", "examples.tsv", "outcome.json"} < set(files)
    assert {f"{name}/{part}" for name in ("best", "last") for part in ("weights.npz", "model.json")} < set(files)
    shutil.rmtree(run)
    for file in files:

        def fill_up(path, target, file=file):
            if target == run / file:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            replace_(path, target)

        monkeypatch.setattr(Path, "replace", fill_up)
        failing = training(run, corpus, short)
        with pytest.raises(DiskFull, match=rf"The disk is full: .*{file}.* could not be written"):
            list(failing.events())
        with suppress(DiskFull):
            failing.save()  # as the process of a training does on its way out
        assert not list(run.rglob(".*")), "nothing is left behind"
    monkeypatch.undo()
    list(training(run, corpus, short).events())
    (expected, *_), (found, *_) = load_state(tmp_path / "undisturbed"), load_state(run)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)
    assert (run / "examples.tsv").read_text() == (tmp_path / "undisturbed" / "examples.tsv").read_text()
    (expected,), (found,) = (load_checkpoint(home / "best").history for home in (tmp_path / "undisturbed", run))
    assert found | {"seconds": 0} == expected | {"seconds": 0}


@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="root's power to write everywhere is taken away as Linux does it")
def test_a_runs_folder_that_became_read_only_is_told_in_one_sentence(tmp_path, corpus):
    run = tmp_path / "run"
    list(training(run, corpus, replace(SETTINGS, epochs=1)).events())
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    folders = [run, run / "best", run / "last"]
    for folder in folders:
        folder.chmod(0o555)
    shape = ["--layers", "1", "--units", "8", "--stacked", "2", "--dropout", "0"]
    options = ["--epochs", "2", "--batch-frames", "1500", "--nonspeech", "0", "--save-every", "3", "--threads", "1"]
    command = [sys.executable, str(ROOT / "main.py"), "train", str(corpus), "-o", str(run), *shape, *options]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, preexec_fn=write_like_others)
    for folder in folders:
        folder.chmod(0o755)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (sentence,) = [line for line in done.stderr.splitlines() if line.startswith("diktovka: ")]
    assert "Nothing can be written to" in sentence
    assert str(run) in sentence
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    rest = list(training(run, corpus).events())
    assert [event.epoch for event in rest if isinstance(event, EpochDone)] == [2]


def write_like_others() -> None:
    """Even root may not write where the permissions say so: CAP_DAC_OVERRIDE goes at the coming exec."""
    if os.geteuid() == 0:
        drop_from_bounding_set, dac_override = 24, 1  # linux/prctl.h, linux/capability.h
        ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system counts what is mapped")
@pytest.mark.parametrize("command", TRAINING_VERBS, ids=lambda command: command[0])
def test_too_little_memory_is_told_before_anything_is_begun(tmp_path, command):
    """With so little, TensorFlow waits for ever for threads that cannot be started."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *command],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (400 << 20, 400 << 20)),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("diktovka: There is not enough memory for a training: it takes at least ")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_before_the_first_step(tmp_path, corpus):
    (tmp_path / "run").write_text("a file in the folder's place")
    with pytest.raises((NotWritable, TrainingError)):
        list(training(tmp_path / "run", corpus).events())


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_state_that_is_half_there_is_never_taken(tmp_path, corpus, share):
    training(tmp_path / "run", corpus).save()
    state = tmp_path / "run" / "state.npz"
    content = state.read_bytes()
    state.write_bytes(content[: int(share * len(content))] or b"\0")
    with pytest.raises(TrainingError, match="cannot be read"):
        training(tmp_path / "run", corpus)


def test_a_temporary_file_of_a_killed_run_is_not_taken_for_a_state(tmp_path, corpus):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".0123456789abcdef.npz").write_bytes(b"half")
    assert training(tmp_path / "run", corpus).position.step == 0


def test_a_corpus_that_became_another_begins_the_epoch_anew(tmp_path, corpus):
    small = replace(SETTINGS, batch_frames=500)
    events = training(tmp_path / "run", corpus, small).events()
    list(itertools.takewhile(lambda event: not isinstance(event, Saved), events))
    events.close()
    more = write_cache(tmp_path / "more", n_train=30)
    run = training(tmp_path / "run", more, small)
    assert (run.position.step, run.position.batch) == (3, 0)
    events = list(run.events())
    assert events[0] == CorpusChanged(24, 30)
    steps = [event for event in events if isinstance(event, StepDone)]
    assert (steps[0].step, steps[0].epoch_step) == (4, 1)
    heard = {name for step in steps[: steps[0].epoch_steps] for name in step.batch}
    assert len(heard) == 30, "the epoch holds all recordings"
    assert read_steps(tmp_path / "run")[0].tolist() == [*range(1, steps[-1].step + 1)]


def test_a_corpus_replaced_under_a_run_does_not_disturb_it(tmp_path, corpus):
    """As the cache is built anew: under another name, then renamed into place."""
    list(training(tmp_path / "undisturbed", corpus, replace(SETTINGS, epochs=1)).events())
    events = training(tmp_path / "run", corpus, replace(SETTINGS, epochs=1)).events()
    next(events)
    other = write_cache(tmp_path / "other", n_train=5, seed=3)
    corpus.rename(tmp_path / "old")
    other.rename(corpus)
    shutil.rmtree(tmp_path / "old")
    list(events)
    (expected, *_), (found, *_) = load_state(tmp_path / "undisturbed"), load_state(tmp_path / "run")
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


def test_without_a_held_out_set_the_training_loss_chooses(tmp_path, corpus):
    found = material([corpus], [], VOXFORGE)
    alone = replace(found, held={}, choose_on=())
    events = list(Training(tmp_path / "run", alone, VOXFORGE, MODEL, SETTINGS).events())
    losses = [event.loss for event in events if isinstance(event, EpochDone)]
    (result,) = [event for event in events if isinstance(event, Result)]
    assert result.path == tmp_path / "run" / "best"
    assert result.cer == {}
    _, position, _ = load_state(tmp_path / "run")
    assert position.best == min(losses)
    assert load_checkpoint(tmp_path / "run" / "best").error_rates == {}
