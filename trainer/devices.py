"""Which device can train on this machine: the processor, or a graphics card of NVIDIA. Loads no TensorFlow."""

import os
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

AUTO, PROCESSOR, CARD = "auto", "processor", "card"
DEVICES = (AUTO, PROCESSOR, CARD)
EXTRA = "diktovka[gpu]"
_DRIVER = Path("/proc/driver/nvidia/gpus")
_MODEL = "Model:"
_HIDDEN = ("", "-1")  # what CUDA takes for no card
_WITH_CUDA = "tensorflow"  # the distribution; `tensorflow-cpu` is the one without


def card(driver: Path = _DRIVER) -> str:
    """Name of the first card that NVIDIA's driver for Linux knows, or "": found without loading TensorFlow."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0") in _HIDDEN:
        return ""
    for file in sorted(driver.glob("*/information")):
        try:
            lines = file.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(_MODEL):
                return line.removeprefix(_MODEL).strip()
    return ""


def has_cuda() -> bool:
    """Whether the TensorFlow that is installed can use a card, as the one of `diktovka[gpu]`."""
    try:
        distribution(_WITH_CUDA)
    except PackageNotFoundError:
        return False
    return sys.platform == "linux"
