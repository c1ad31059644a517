"""One tuning behind the window, in a process of its own: how far it is, how long it will take, and its end."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.system.atomic_files import storage_error
from gui.core.tasks import Work
from trainer.training.events import StepDone
from trainer.training.model_list import free_home
from trainer.training.training_process import TrainingProcess
from trainer.tuning.events import RESULT, BeforeAfter, Hearing, Judged
from trainer.tuning.tuning import TuneRequest, tune

_OF_LEARNING = (0.02, 0.9)  # where on the way the learning begins and ends
_STATE = "state.npz"


@dataclass(frozen=True)
class Step:
    """fraction: of the whole, 0 to 1; left_s: None while it is not known. kind: "preparing", "learning", "judging"."""

    kind: str
    fraction: float
    left_s: float | None = None


class TuningJob(QObject):
    """In one folder, where a run that was left goes on and a result waits until it is kept or thrown away.

    `step(Step)` as it goes on; `ended` as Work tells it: None, Cancelled, or what went wrong.
    """

    step = Signal(object)
    ended = Signal(object)

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic):
        super().__init__()
        self.folder = folder
        self._clock = clock
        self._process: TrainingProcess | None = None
        self._began: tuple[float, float] | None = None
        self.stopping = False
        self._work = Work(self)
        self._work.event.connect(self._take)
        self._work.ended.connect(self._end)

    @property
    def running(self) -> bool:
        return self._work.running

    @property
    def was_left(self) -> bool:
        """Whether a run is there that has no result yet."""
        return (self.folder / _STATE).is_file() and not (self.folder / RESULT).is_file()

    def begin(self, make_request: Callable[[], TuneRequest]) -> None:
        """make_request: called on another thread, since it may read much."""
        if not self.running:
            self._began, self.stopping = None, False
            self._work.start(partial(self._steps, make_request))

    def _steps(self, make_request: Callable[[], TuneRequest]) -> Iterator[object]:
        yield Hearing(0, 0)
        process = TrainingProcess(make_request(), tune)
        self._process = process
        with closing(process.events()) as events:
            yield from events

    def stop(self) -> None:
        """The state is saved; the same request goes on from there."""
        if self.running:
            self.stopping = True
            if self._process is not None:
                self._process.stop()
            self._work.cancel()

    def _take(self, event: object) -> None:
        begin, end = _OF_LEARNING
        match event:
            case Hearing():
                self.step.emit(Step("preparing", begin * event.done / max(1, event.total)))
            case StepDone():
                done = self._learned(event)
                self.step.emit(Step("learning", begin + (end - begin) * done, self._left_s(done)))
            case Judged():
                self.step.emit(Step("judging", end + (1 - end) * event.done / event.total))

    def _learned(self, step: StepDone) -> float:
        """Share of all updates that are done."""
        from trainer.tuning.tuning import TuneConfig

        return min(1.0, step.step / (step.epoch_steps * TuneConfig.epochs))

    def _left_s(self, done: float) -> float | None:
        now = self._clock()
        if self._began is None:
            self._began = now, done
            return None
        began, at = self._began
        return (now - began) / (done - at) * (1 - done) if done > at and now - began > 1 else None

    def _end(self, outcome: Exception | None) -> None:
        self._process = None
        self.ended.emit(outcome)


def kept(result: BeforeAfter, name: str) -> Iterator[Path]:
    """The tuned model becomes one of the person's models; the rest of the run goes. Raises StorageError."""
    home = free_home(name)
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        result.folder.rename(home)
    except OSError as error:
        raise storage_error(home, error) from error
    shutil.rmtree(result.folder.parent, ignore_errors=True)
    yield home


def thrown_away(folder: Path) -> Iterator[Path]:
    """Puts the run aside, from where `brought_back` fetches it until the next one goes. Raises StorageError."""
    aside = folder.with_name(f".{folder.name}.deleted")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
    except OSError as error:
        raise storage_error(aside, error) from error
    yield aside


def brought_back(folder: Path) -> Iterator[Path]:
    aside = folder.with_name(f".{folder.name}.deleted")
    try:
        aside.rename(folder)
    except OSError as error:
        raise storage_error(folder, error) from error
    yield folder
