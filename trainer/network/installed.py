"""Checks whether a training can begin: TensorFlow, which is optional, and memory. Does not import TensorFlow."""

import shlex
import subprocess
import sys
from importlib.util import find_spec

from trainer.errors import MemoryMissing, TrainingNotIncluded, TrainingNotInstalled

_WHAT = "diktovka[train]"
_LEAST_BYTES = 512 << 20  # the smallest training takes 360 MB beside what the program has


def is_installed() -> bool:
    """Whether TensorFlow is installed."""
    return find_spec("tensorflow") is not None


def install_command() -> str:
    """The command that installs it for this Python; empty in a bundle, which cannot be extended."""
    if getattr(sys, "frozen", False):
        return ""
    command = [sys.executable, "-m", "pip", "install", _WHAT]
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)


def require_tensorflow() -> None:
    """Raises TrainingNotInstalled, or TrainingNotIncluded in a bundle, if it is missing."""
    if is_installed():
        return
    command = install_command()
    raise TrainingNotInstalled(command=command) if command else TrainingNotIncluded()


def require_training() -> None:
    """Raises TrainingNotInstalled, TrainingNotIncluded, or MemoryMissing where the system refuses what a training takes
    at least: TensorFlow would wait for ever for threads that it cannot start, or leave numbers out."""
    require_tensorflow()
    import numpy as np

    try:
        np.empty(_LEAST_BYTES, np.uint8)
    except MemoryError as error:
        raise MemoryMissing(needed_mb=_LEAST_BYTES >> 20) from error
