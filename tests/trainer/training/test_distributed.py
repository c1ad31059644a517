"""Two real processes on loopback that train one model."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.model.checkpoint import load_checkpoint
from tests.conftest import ROOT
from tests.helpers.models import write_cache
from trainer.training.run import load_state, read_steps
from trainer.training.step_log import read_rows

SHAPE = ["--units", "12", "--layers", "2", "--stacked", "2", "--dropout", "0"]
OPTIONS = [*SHAPE, "--batch-frames", "1500", "--save-every", "2", "--threads", "1", "--nonspeech", "0.1"]
pytestmark = pytest.mark.timeout(900)  # four imports of TensorFlow, beside whatever else runs


def held_port() -> socket.socket:
    """A port of this machine that nobody else is given as long as the socket is open.

    Linux lets another socket that allows it, as gRPC's does, listen at the port of one that is bound and does not
    listen.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    return write_cache(tmp_path_factory.mktemp("corpus"), n_train=40, n_held=4)


class Pair:
    """The same command twice; the second process has a folder of its own, as on a machine of its own."""

    def __init__(self, corpus: Path, folder: Path, *options: str, by_environment: bool = False):
        self._ports = [held_port() for _ in range(2)]
        addresses = ["{}:{}".format(*one.getsockname()) for one in self._ports]
        if sys.platform != "linux":  # elsewhere it would be in the way; the port stays free in all likelihood
            self._give_ports_up()
        self.processes = []
        for index in range(2):
            command = [sys.executable, str(ROOT / "main.py"), "train", str(corpus), "-o", str(folder / str(index))]
            environment = dict(os.environ)
            if by_environment:
                told = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
                environment["TF_CONFIG"] = json.dumps(told)
            else:
                options = (*options, "--workers", *addresses, "--worker", str(index))
            self.processes.append(
                subprocess.Popen(
                    [*command, *OPTIONS, *options], stderr=subprocess.PIPE, text=True, env=environment, bufsize=1
                )
            )

    def __enter__(self) -> list[subprocess.Popen]:
        return self.processes

    def __exit__(self, *_) -> None:
        for one in self.processes:
            one.kill()
            one.wait()
            one.stderr.close()
        self._give_ports_up()

    def _give_ports_up(self) -> None:
        for one in self._ports:
            one.close()


def wait_for_step(process: subprocess.Popen) -> None:
    """The first one that it tells."""
    for line in process.stderr:
        if line.startswith("step "):
            return
    pytest.fail("no step was made")


def test_two_processes_train_what_one_does(tmp_path, corpus):
    alone = [sys.executable, str(ROOT / "main.py"), "train", str(corpus), "-o", str(tmp_path / "alone"), *OPTIONS]
    subprocess.run([*alone, "--epochs", "2"], check=True, capture_output=True)
    with Pair(corpus, tmp_path, "--epochs", "2", by_environment=True) as processes:
        told = [process.communicate()[1] for process in processes]
        assert [process.returncode for process in processes] == [0, 0], told
    (one, _, _), (two, position, _) = load_state(tmp_path / "alone"), load_state(tmp_path / "0")
    assert position.step > 6
    for name in one:
        np.testing.assert_allclose(two[name], one[name], rtol=1e-3, atol=1e-4, err_msg=name)
    (steps, losses), (steps_alone, losses_alone) = read_steps(tmp_path / "0"), read_steps(tmp_path / "alone")
    np.testing.assert_array_equal(steps, steps_alone)
    np.testing.assert_allclose(losses, losses_alone, rtol=1e-4)
    assert load_checkpoint(tmp_path / "0" / "last").history[-1]["epoch"] == 2
    assert not (tmp_path / "1").exists(), "only the chief writes"


def test_a_killed_process_ends_the_run_with_one_sentence_and_it_goes_on_from_there(tmp_path, corpus):
    with Pair(corpus, tmp_path, "--epochs", "500") as processes:
        chief, worker = processes
        wait_for_step(worker)
        worker.send_signal(signal.SIGKILL)
        told = chief.communicate()[1]
    assert chief.returncode == 1
    (sentence,) = [line for line in told.splitlines() if line.startswith("diktovka: ")]
    assert "One of the 2 processes of the training is gone" in sentence
    assert "Traceback" not in told
    _, position, _ = load_state(tmp_path / "0")
    assert position.step >= 1
    assert [row.step for row in read_rows(tmp_path / "0")] == list(range(1, position.step + 1))

    with Pair(corpus, tmp_path, "--epochs", "500") as processes:
        for process in processes:
            wait_for_step(process)
        processes[1].send_signal(signal.SIGTERM)
        told = [process.communicate()[1] for process in processes]
    assert processes[1].returncode == 130, told
    assert processes[0].returncode == 0, told
    assert "it was asked to stop" in told[0]
    _, later, _ = load_state(tmp_path / "0")
    assert later.step > position.step


def test_a_killed_chief_ends_the_others_with_one_sentence_and_leaves_its_last_state(tmp_path, corpus):
    with Pair(corpus, tmp_path, "--epochs", "500", "--save-every", "1") as (chief, worker):
        wait_for_step(worker)
        while not (tmp_path / "0" / "state.npz").exists():
            assert chief.stderr.readline(), "it has ended"
        chief.send_signal(signal.SIGKILL)
        told = worker.communicate()[1]
    assert worker.returncode == 1
    (sentence,) = [line for line in told.splitlines() if line.startswith("diktovka: ")]
    assert "One of the 2 processes of the training is gone" in sentence
    assert "start all of them again" in sentence
    assert "Traceback" not in told
    assert not (tmp_path / "1").exists()
    _, position, _ = load_state(tmp_path / "0")
    alone = [sys.executable, str(ROOT / "main.py"), "train", str(corpus), "-o", str(tmp_path / "0"), *OPTIONS]
    subprocess.run([*alone, "--epochs", str(position.epoch + 1)], check=True, capture_output=True)
    _, later, _ = load_state(tmp_path / "0")
    assert (later.epoch, later.batch) == (position.epoch + 1, 0)
    assert [row.step for row in read_rows(tmp_path / "0")] == list(range(1, later.step + 1))
