"""The learning curve of a run, from its files and its events. Does not use Qt."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.system.table import read_table
from trainer.training.events import EpochDone, StepDone
from trainer.training.run import METRICS, epoch_row
from trainer.training.step_log import read_curve

_SEEN = "_seen_text"
_KINDS = ("loss", "cer", "wer")


@dataclass(frozen=True)
class HeldPoint:
    """Means over the held-out sets of known, or of new sentences after an epoch."""

    epoch: float
    loss: float
    cer: float
    wer: float


class Curve:
    """Grows with each event. The x axis is in epochs; a step is a fraction of one.

    train: (epochs, loss) by step. seen_sets, unseen_sets: names of the held-out sets.
    """

    def __init__(self) -> None:
        self.train: list[tuple[float, float]] = []
        self.seen: list[HeldPoint] = []
        self.unseen: list[HeldPoint] = []
        self.seen_sets: list[str] = []
        self.unseen_sets: list[str] = []

    @property
    def best_epoch(self) -> float | None:
        """The epoch with the lowest letter error rate on new sentences, or on known ones if there are no others."""
        points = self.unseen or self.seen
        return min(points, key=lambda point: point.cer).epoch if points else None

    @property
    def epochs_done(self) -> float:
        """Length of the curve in epochs."""
        return self.train[-1][0] if self.train else 0.0

    def take(self, event: object) -> bool:
        """Adds an event; True if the curve has changed."""
        match event:
            case StepDone():
                if event.loss is None or event.wordless:
                    return False
                place = event.epoch - 1 + event.epoch_step / event.epoch_steps
                while self.train and self.train[-1][0] >= place:  # of an epoch that was restarted
                    self.train.pop()
                self.train.append((place, event.loss))
                return True
            case EpochDone():
                self._add_held(float(event.epoch), epoch_row(event))
                return True
        return False

    def _add_held(self, epoch: float, row: Mapping[str, Any]) -> None:
        names = [name.removesuffix("_cer") for name in row if name.endswith("_cer") and row[name] not in ("", None)]
        for points, is_seen in ((self.seen, True), (self.unseen, False)):
            group = [name for name in names if name.endswith(_SEEN) == is_seen]
            while points and points[-1].epoch >= epoch:
                points.pop()
            if group:
                if is_seen:
                    self.seen_sets = group
                else:
                    self.unseen_sets = group
                means = (sum(float(row[f"{name}_{kind}"]) for name in group) / len(group) for kind in _KINDS)
                points.append(HeldPoint(epoch, *means))

    @classmethod
    def of_run(cls, folder: Path) -> "Curve":
        """The curve in steps.csv and metrics.csv; empty if nothing can be read.

        An epoch without saved steps has its mean loss instead.
        """
        curve = cls()
        try:
            steps = _without_repeated_steps(read_curve(folder))
            epochs_with_steps = {math.ceil(place) for place in steps[:, 0]}
            for row in read_table(folder / METRICS, ("epoch", "train_loss"), tabs=False):
                epoch = float(row["epoch"])
                if epoch not in epochs_with_steps:
                    curve.train.append((epoch, float(row["train_loss"])))
                curve._add_held(epoch, row)
        except FileNotFoundError:
            pass  # the first epoch is not over
        except (OSError, ValueError, KeyError, TypeError):
            return cls()
        curve.train = sorted([*curve.train, *map(tuple, steps.tolist())])
        return curve


def _without_repeated_steps(steps: np.ndarray) -> np.ndarray:
    """Steps (n, 2) with increasing positions: steps that were repeated later are left out."""
    places = steps[:, 0]
    later = np.minimum.accumulate(np.append(places[1:], np.inf)[::-1])[::-1]
    return steps[places < later]
