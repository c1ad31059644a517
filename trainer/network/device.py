"""Makes TensorFlow compute on the device that was chosen."""

from trainer.devices import PROCESSOR
from trainer.errors import CardUnusable
from trainer.network.installed import require_training


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
