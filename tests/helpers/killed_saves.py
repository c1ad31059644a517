"""Saves of a model that are killed, each just before one of the things that it does to the folder's files.

usage: python -m tests.helpers.killed_saves FOLDER SEED...

The first SEED is saved in peace, 0 for nothing; the others after it, each in a process that is killed. FOLDER then
holds a folder for every combination of places where they can be: after how many steps each was killed, "3-0".
"""

import os
import subprocess
import sys
from itertools import count, product
from pathlib import Path

import onnx  # noqa: F401 - here, or each fork would load it when it saves

from engine.model.checkpoint import save_checkpoint
from tests.helpers.models import random_checkpoint, write_random_checkpoint

ROOT = Path(__file__).resolve().parents[2]
_STEPS = ("os.remove", "os.rename")  # audit events whose first argument is the path
MOST_STEPS = 8  # more than a save has: the last one comes to its end
_KILLED = 137


def killed_saves(folder: Path, *seeds: int) -> list[Path]:
    """The folders that it leaves, that of the saves that came to their end last. Needs `fork`."""
    command = [sys.executable, "-m", "tests.helpers.killed_saves", folder, *map(str, seeds)]
    subprocess.run(command, cwd=ROOT, check=True)
    return sorted(folder.iterdir(), key=lambda home: tuple(map(int, home.name.split("-"))))


def main(folder: Path, first: int, *others: int) -> None:
    for places in product(range(MOST_STEPS + 1), repeat=len(others)):
        home = folder / "-".join(map(str, places))
        home.mkdir(parents=True)
        if first:
            write_random_checkpoint(home, seed=first)
        for seed, place in zip(others, places, strict=True):
            save_and_die(home, seed, place)


def save_and_die(home: Path, seed: int, n_steps: int) -> None:
    """In a fork that dies after so many steps, with nothing cleaned up, or when it has come to its end."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            die_after(n_steps, home)
            save_checkpoint(home, random_checkpoint(seed=seed))
            status = 0
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, _KILLED):
        raise RuntimeError(f"the save failed by itself, with {status}")


def die_after(n_steps: int, home: Path) -> None:
    left = count(n_steps, -1)

    def hook(event: str, arguments: tuple) -> None:
        if event in _STEPS and str(arguments[0]).startswith(str(home)) and next(left) == 0:
            os._exit(_KILLED)

    sys.addaudithook(hook)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
