"""A parent that starts a child, says so on standard output, and waits to be killed.

usage: python -m tests.helpers.orphans follow MODEL RECORDING
       python -m tests.helpers.orphans train CACHE RUN
       python -m tests.helpers.orphans busy - -
       python -m tests.helpers.orphans importing - -
"""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from engine.config import VOXFORGE, ModelConfig
from engine.decode.beam_loader import NO_LANGUAGE
from engine.system.child_process import Child
from engine.transcribe.recognition_process import EngineProcess
from trainer.settings import TrainConfig
from trainer.training.training_process import Request, TrainingProcess

ROOT = Path(__file__).resolve().parents[2]


def killed(*arguments: object, timeout_s: float) -> int:
    """Kills the parent once it has started its child; returns how the parent ended, once the child has ended too.

    Raises subprocess.TimeoutExpired where the child lives on: it holds the same standard output.
    """
    command = [sys.executable, "-m", "tests.helpers.orphans", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout.readline() == "started\n"
        parent.send_signal(signal.SIGKILL)
        parent.communicate(timeout=timeout_s)
    return parent.returncode


def work_for_ever(connection) -> None:
    """In the child: looks for nothing."""
    connection.send("begun")
    while True:
        time.sleep(0.01)


def _import_for_ever() -> Callable:
    """Unpickled as an import that takes long: says so on standard output, in place of the parent, and goes on."""
    print("started", flush=True)
    while True:
        time.sleep(0.01)


class SlowToImport:
    """A job that is unpickled by `_import_for_ever`."""

    def __reduce__(self) -> tuple[Callable, tuple[()]]:
        return _import_for_ever, ()


def main(verb: str, first: Path, second: Path) -> None:
    if verb == "follow":
        engine = EngineProcess(first, NO_LANGUAGE)
        engine.wait_ready()
        engine._child.send(("follow", str(second), 0.0))
    elif verb == "busy":
        child = Child(work_for_ever, "busy")
        child.start()
        while child.receive() is None:
            pass
    elif verb == "importing":
        Child(SlowToImport(), "importing").start()
        threading.Event().wait()
    else:
        model = ModelConfig(n_layers=1, n_units=8, n_stacked=2)
        settings = TrainConfig(epochs=500, batch_frames=1500, nonspeech=0, save_every=1000)
        process = TrainingProcess(Request(second, (first,), VOXFORGE, model, settings, threads=1))
        process.pause()
        events = process.events()  # held, or the training would end at once
        next(events)
    print("started", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
