"""Events of a running training."""

from dataclasses import dataclass
from pathlib import Path

from trainer.evaluation.metrics import Held


@dataclass(frozen=True)
class Device:
    """Which graphics card computes; "" where one was asked for and none can be used, so that the processor does."""

    card: str


@dataclass(frozen=True)
class Aligned:
    """Progress of the alignment, in recordings; before the first step of a run with splicing."""

    done: int
    total: int


@dataclass(frozen=True)
class StepDone:
    """One update, number `step` of the run and `epoch_step` of the `epoch_steps` of its epoch, all from 1.

    loss: nats per letter, None if it was not finite and the batch was skipped.

    wordless: the batch has only sounds without words; its loss is not per letter, so it is left out of curves and
    means.
    """

    step: int
    epoch: int
    epoch_step: int
    epoch_steps: int
    loss: float | None
    gradient_norm: float
    learning_rate: float
    batch: tuple[str, ...]
    wordless: bool = False


@dataclass(frozen=True)
class EpochDone:
    """One epoch and its evaluation. loss: mean over its steps with words, nats per letter."""

    epoch: int
    epochs: int
    step: int
    loss: float
    skipped: int
    seconds: float
    held: tuple[Held, ...]


@dataclass(frozen=True)
class Saved:
    """A checkpoint was saved; best: it has the lowest error on unseen sentences so far."""

    path: Path
    best: bool


@dataclass(frozen=True)
class CorpusChanged:
    """The run was resumed with other recordings; its present epoch restarts."""

    before: int
    now: int


@dataclass(frozen=True)
class Result:
    """The model to use.

    cer: mean CER on the deciding held-out sets of the best epoch, the last one and their average, by folder name;
    empty if nothing was held out.
    """

    path: Path
    cer: dict[str, float]


@dataclass(frozen=True)
class Stopped:
    """The run ended; reason is a sentence. epochs: number of completed epochs."""

    reason: str
    epochs: int


Event = Device | Aligned | CorpusChanged | StepDone | EpochDone | Saved | Result | Stopped
