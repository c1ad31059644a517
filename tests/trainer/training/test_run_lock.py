"""One run, one process that trains it."""

import shutil
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import VOXFORGE
from engine.errors import NotWritable
from engine.model.checkpoint import load_checkpoint
from tests.conftest import ROOT
from tests.helpers.models import SMALL, write_cache, write_random_checkpoint
from tests.helpers.voices import write_voice
from tests.test_commands import diktovka
from trainer.errors import RunInUse, RunRemoved
from trainer.settings import TrainConfig
from trainer.training.events import Result, StepDone
from trainer.training.run import load_state, locked
from trainer.training.training_process import Request, TrainingProcess, trained
from trainer.tuning.tuning import TuneRequest, tuned

SETTINGS = TrainConfig(epochs=1, batch_frames=1500, nonspeech=0)
HOLD = """
import sys
from pathlib import Path
from trainer.training.run import locked

with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def request_(tmp_path):
    return Request(tmp_path / "run", (write_cache(tmp_path / "c", n_train=24),), VOXFORGE, SMALL, SETTINGS, threads=1)


def holding(folder: Path) -> subprocess.Popen:
    """Another process that has the lock, until its standard input ends."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "locked\n"
    return other


def test_the_lock_goes_with_a_process_that_is_killed(tmp_path):
    with holding(tmp_path / "run") as other:
        with pytest.raises(RunInUse, match="Another program is training this run"), locked(tmp_path / "run"):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait()
        with locked(tmp_path / "run"):
            pass


def test_after_a_failure_it_is_free_again(tmp_path):
    with pytest.raises(KeyError), locked(tmp_path / "run"):
        raise KeyError
    with locked(tmp_path / "run"):
        pass


def test_where_nothing_can_be_written_it_is_told(tmp_path):
    (tmp_path / "run").write_text("a file in the folder's place")
    with pytest.raises(NotWritable), locked(tmp_path / "run"):
        pass


def test_a_run_that_is_being_trained_is_left_alone(request_):
    with closing(trained(request_)) as events:
        next(events)
        steps = content(request_.out)
        with pytest.raises(RunInUse):
            list(trained(request_))
        assert content(request_.out) == steps
    list(trained(request_))
    assert load_state(request_.out)[1].epoch == 1


def train_and_remove(request: Request, n_epochs_before: int) -> None:
    for event in trained(request):
        if isinstance(event, Result) or (isinstance(event, StepDone) and event.epoch > n_epochs_before):
            shutil.rmtree(request.out)


@pytest.mark.parametrize("n_epochs_before", [0, 2])
def test_a_folder_that_is_removed_ends_the_run_with_its_state_saved(request_, n_epochs_before):
    request = replace(request_, settings=replace(SETTINGS, epochs=2))
    with pytest.raises(RunRemoved, match="was removed while the training wrote to it"):
        train_and_remove(request, n_epochs_before)
    state = load_state(request.out)
    assert state is not None
    assert state[1].epoch == n_epochs_before
    (result,) = [event for event in trained(request) if isinstance(event, Result)]
    load_checkpoint(result.path)
    assert load_state(request.out)[1].epoch == 2


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_so_is_a_tuning(tmp_path):
    model = write_random_checkpoint(tmp_path / "model")
    request = TuneRequest(tmp_path / "run", model, (write_voice(tmp_path / "me"),))
    with holding(request.out) as other:
        with pytest.raises(RunInUse):
            list(tuned(request))
        other.stdin.close()
    assert list(request.out.iterdir()) == [request.out / "run.lock"], "nothing was begun"


@pytest.mark.timeout(600)  # two imports of TensorFlow, beside whatever else runs
def test_the_command_line_says_what_the_window_is_at(request_):
    process = TrainingProcess(replace(request_, settings=replace(SETTINGS, epochs=500)))
    with closing(process.events()) as events:
        next(events)
        process.pause()
        done = diktovka("train", *request_.corpora, "-o", request_.out)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "diktovka: Another program is training this run. Wait until it has ended, or stop it there.\n"
        )
