"""What computes a training: the processor, or a graphics card of NVIDIA where a person has one."""

import os
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from trainer.errors import CardUnusable
from trainer.network.installed import require_training

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


def use_device(wanted: str) -> str:
    """Makes TensorFlow compute on what is wanted; the name of the card, or "" where it is the processor.

    Must be called before TensorFlow's first operation. `auto` and `card` are the card where there is one. Raises
    TrainingNotInstalled, MemoryMissing, and CardUnusable for a card that computes otherwise than the processor.
    """
    require_training()
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    if not found:
        return ""
    if wanted == PROCESSOR:
        tf.config.set_visible_devices([], "GPU")
        return ""
    first = found[0]
    tf.config.set_visible_devices(first, "GPU")
    tf.config.experimental.set_memory_growth(first, True)
    tf.config.experimental.enable_tensor_float_32_execution(False)  # its products have ten bits
    name: str = tf.config.experimental.get_device_details(first).get("device_name") or first.name
    from trainer.network.cudnn import difference

    try:
        found_otherwise = difference()
    except Exception as error:  # CUDA has kinds of its own
        detail = " ".join(f"{type(error).__name__} {error}".split())[:200]
        raise CardUnusable(name=name, reason=detail) from error
    if found_otherwise:
        raise CardUnusable(name=name, reason="it computes otherwise than the processor")
    return name
