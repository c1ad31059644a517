"""Whether TensorFlow is there, which an installation for recognition alone leaves out; found without loading it."""

import shlex
import subprocess
import sys
from importlib.util import find_spec

from trainer.errors import TrainingNotIncluded, TrainingNotInstalled

_WHAT = "diktovka[train]"


def is_installed() -> bool:
    """Whether TensorFlow is there, without importing it."""
    return find_spec("tensorflow") is not None


def install_command() -> str:
    """What a person types to have it, for the Python that runs this; empty for a bundle, to which nothing is added."""
    if getattr(sys, "frozen", False):
        return ""
    command = [sys.executable, "-m", "pip", "install", _WHAT]
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)


def require_tensorflow() -> None:
    """Raises TrainingNotInstalled, or TrainingNotIncluded in a bundle, where it is missing."""
    if is_installed():
        return
    command = install_command()
    raise TrainingNotInstalled(command=command) if command else TrainingNotIncluded()
