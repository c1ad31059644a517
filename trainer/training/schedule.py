"""How fast a run learns, and when."""

import math

from trainer.settings import TrainConfig

_LEAST = 0.01  # of the highest rate


def learning_rate(settings: TrainConfig, epochs_done: float) -> float:
    """Linear warm-up, then half a cosine down to a hundredth (Loshchilov and Hutter 2017)."""
    warm_up, highest = settings.warm_up, settings.learning_rate
    if epochs_done < warm_up:
        return highest * (epochs_done + 0.01) / warm_up
    share = min(1.0, (epochs_done - warm_up) / max(1e-9, settings.epochs - warm_up))
    return highest * (_LEAST + (1 - _LEAST) * 0.5 * (1 + math.cos(math.pi * share)))
