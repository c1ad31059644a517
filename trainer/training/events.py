"""What a running training tells whoever listens."""

from dataclasses import dataclass
from pathlib import Path

from trainer.evaluation.metrics import Held


@dataclass(frozen=True)
class Device:
    """Which graphics card computes; "" where one was asked for and none can be used, so that the processor does."""

    card: str


@dataclass(frozen=True)
class Aligned:
    """Recordings whose words were found so far, of how many; before the first step of a run that splices."""

    done: int
    total: int


@dataclass(frozen=True)
class StepDone:
    """One update, number `step` of the run and `epoch_step` of the `epoch_steps` of its epoch, all from 1.

    loss: nats a letter, None where it was not finite and the batch was left out.

    wordless: the batch holds nothing but sounds without words, so its loss is none of a letter: it belongs neither in
    a curve nor in a mean.
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
    """One epoch and its evaluation. loss: mean over its steps with words, nats a letter."""

    epoch: int
    epochs: int
    step: int
    loss: float
    skipped: int
    seconds: float
    held: tuple[Held, ...]


@dataclass(frozen=True)
class Saved:
    """A checkpoint is on disk; best: it has the lowest error on unseen sentences so far."""

    path: Path
    best: bool


@dataclass(frozen=True)
class CorpusChanged:
    """The run goes on with other recordings than it had; the epoch under way begins anew."""

    before: int
    now: int


@dataclass(frozen=True)
class Result:
    """What came out of the run: the model to use. cer: mean CER on the deciding held-out sets of the best epoch, the
    last one and their average, by the names of their folders; empty where nothing was held out."""

    path: Path
    cer: dict[str, float]


@dataclass(frozen=True)
class Stopped:
    """The run ended; reason is a sentence. epochs: how many are done."""

    reason: str
    epochs: int


Event = Device | Aligned | CorpusChanged | StepDone | EpochDone | Saved | Result | Stopped
