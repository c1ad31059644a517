"""One tuning behind the window, in a process of its own: how far it is, how long it will take, and its end."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QTimer, Signal

from engine.system.atomic_files import storage_error
from gui.core.tasks import Work
from trainer.training.events import StepDone
from trainer.training.model_list import free_home
from trainer.training.run import STATE
from trainer.training.training_process import TrainingProcess
from trainer.tuning.events import RESULT, BeforeAfter, Hearing, Judged, Stage
from trainer.tuning.tuning import TuneRequest, tune

# What is done one after the other, and about its share of the whole for twenty sentences; a guess, not measured.
SPANS = {"starting": 4, "preparing": 4, "others": 2, "network": 6, "learning": 64, "judging": 12, "writing": 8}
_TELL_EVERY_MS = 1000


@dataclass(frozen=True)
class Step:
    """kind: what is done now, a key of the job's spans. fraction: of the whole, 0 to 1; it never goes back.

    done, total: of the parts that this kind has; total is 0 where they are not counted. elapsed_s: since it began;
    left_s: until it ends, None while that is not known.
    """

    kind: str
    fraction: float = 0.0
    left_s: float | None = None
    done: float = 0
    total: float = 0
    elapsed_s: float = 0.0


class TuningJob(Work):
    """In one folder, where a run that was left goes on and a result waits until it is kept or thrown away.

    `step(Step)` as it goes on.
    """

    step = Signal(object)

    spans: ClassVar = SPANS

    def __init__(self, folder: Path):
        super().__init__(yielded=self._take, ended=self._tidy)
        self.folder = folder
        self._process: TrainingProcess | None = None
        self._step = Step("starting")
        self._kind_began_s = self._counted_from_s = self._counted_from = 0.0
        self.stopping = False
        self._ticking = QTimer(self, interval=_TELL_EVERY_MS, timeout=self.tell)

    @property
    def was_left(self) -> bool:
        """Whether a run is there that has no result yet."""
        return (self.folder / STATE).is_file() and not (self.folder / RESULT).is_file()

    def begin(self, make_request: Callable[[], TuneRequest]) -> None:
        """make_request: called on another thread, since it may read much."""
        if not self.running:
            self.stopping, self._step = False, Step("")
            self.start(partial(self._steps, make_request))
            self._at(next(iter(self.spans)))
            self._ticking.start()

    def _steps(self, make_request: Callable[[], TuneRequest]) -> Iterator[object]:
        yield Stage("starting")
        self._process = process = TrainingProcess(make_request(), tune)
        yield from process.events()

    def stop(self) -> None:
        """The state is saved; the same request goes on from there."""
        if self.running:
            self.stopping = True
            if self._process is not None:
                self._process.stop()
            self.cancel()

    def _take(self, event: object) -> None:
        match event:
            case Stage(name=name, done=done, total=total):
                self._at(name, done, total)
            case Hearing(done=done, total=total):
                self._at("preparing", done, total)
            case StepDone():
                self._at("learning", self._learned(event), 1.0)
            case Judged(done=done, total=total):
                self._at("judging", done, total)

    def _learned(self, step: StepDone) -> float:
        """Share of all updates that are done."""
        from trainer.tuning.tuning import TuneConfig

        return min(1.0, step.step / (step.epoch_steps * TuneConfig.epochs))

    def _at(self, kind: str, done: float = 0, total: float = 0) -> None:
        """So much of that kind is done."""
        now_s = time.monotonic()
        if kind != self._step.kind:
            self._kind_began_s, self._counted_from_s, self._counted_from = now_s, now_s, done
        names = list(self.spans)
        before = sum(self.spans[name] for name in names[: names.index(kind)])
        part = self.spans[kind] * done / total if total else 0.0
        fraction = max(self._step.fraction, (before + part) / sum(self.spans.values()))
        self._step = Step(kind, min(1.0, fraction), None, done, total)
        self.tell()

    def tell(self) -> None:
        """What is done now, with how long it has been and how long it will be: each second, and when that changes."""
        now_s, step = time.monotonic(), self._step
        counted_s, counted = now_s - self._counted_from_s, step.done - self._counted_from
        left_s = counted_s / counted * (step.total - step.done) if counted > 0 and counted_s > 1 else None
        self.step.emit(replace(step, left_s=left_s, elapsed_s=now_s - self._kind_began_s))

    def _tidy(self) -> None:
        self._process = None
        self._ticking.stop()


def kept(result: BeforeAfter, name: str) -> Iterator[Path]:
    """The tuned model becomes one of the person's models; the rest of the run goes. Raises StorageError."""
    home = free_home(name)
    _move(result.folder, home)
    shutil.rmtree(result.folder.parent, ignore_errors=True)
    yield home


def thrown_away(folder: Path) -> Iterator[Path]:
    """Puts the run aside, from where `brought_back` fetches it until the next one goes. Raises StorageError."""
    aside = _aside(folder)
    shutil.rmtree(aside, ignore_errors=True)
    _move(folder, aside)
    yield aside


def brought_back(folder: Path) -> Iterator[Path]:
    """Raises StorageError."""
    _move(_aside(folder), folder)
    yield folder


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.deleted")


def _move(folder: Path, to: Path) -> None:
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(to)
    except OSError as error:
        raise storage_error(to, error) from error
