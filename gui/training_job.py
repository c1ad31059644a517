"""One training run behind the window: prepares the recordings, trains in a process of its own, pauses and stops."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.config import FeatureConfig, ModelConfig
from engine.errors import DiktovkaError
from engine.storage import write_atomic
from gui.corpus_cache import prepared
from gui.work import Work
from trainer.corpus_events import CacheReady
from trainer.events import StepDone
from trainer.process import Request, TrainingProcess
from trainer.settings import TrainConfig

REQUEST = "request.json"


class State(Enum):
    IDLE = auto()
    STARTING = auto()
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()


def save_request(request: Request) -> None:
    """Beside the run, so that another day it goes on as it was begun. Raises StorageError."""
    told = {
        "corpora": [str(path) for path in request.corpora],
        "features": request.features.to_dict(),
        "model": request.model.to_dict(),
        "settings": request.settings.to_dict(),
        "start": str(request.start) if request.start else None,
    }
    write_atomic(request.out / REQUEST, json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def load_request(out: Path) -> Request | None:
    """None where the folder holds no run that was begun in the window."""
    try:
        told = json.loads((out / REQUEST).read_text(encoding="utf-8"))
        return Request(
            out,
            tuple(Path(path) for path in told["corpora"]),
            FeatureConfig.from_dict(told["features"]),
            ModelConfig.from_dict(told["model"]),
            TrainConfig.from_dict(told["settings"]),
            start=Path(told["start"]) if told["start"] else None,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DiktovkaError):
        return None


class TrainingJob(QObject):
    """`event`: of the preparation, then of the training; `ended` as Work tells it; `changed`: the state is another."""

    event = Signal(object)
    ended = Signal(object)
    changed = Signal()

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        super().__init__()
        self.state = State.IDLE
        self.request: Request | None = None
        self._clock = clock
        self._process: TrainingProcess | None = None
        self._work = Work(self)
        self._work.event.connect(self._take)
        self._work.ended.connect(self._end)
        self._began: tuple[float, float] | None = None

    def begin(self, request: Request) -> None:
        """request.corpora: the one folder, of recordings or a feature cache; a run that is there goes on."""
        if self.state is not State.IDLE:
            return
        self.request, self._process, self._began = request, None, None
        self._work.start(partial(self._steps, request))
        self._set(State.STARTING)

    def _steps(self, request: Request) -> Iterator[object]:
        """On the worker's thread."""
        with closing(prepared(request.corpora[0], request.features, request.model.n_stacked)) as preparation:
            for event in preparation:
                yield event
        assert isinstance(event, CacheReady)
        save_request(request)
        process = TrainingProcess(replace(request, corpora=(event.folder,)))
        self._process = process
        with closing(process.events()) as events:
            yield from events

    def pause(self) -> None:
        if self.state is State.RUNNING:
            self._process.pause()
            self._began = None
            self._set(State.PAUSED)

    def resume(self) -> None:
        if self.state is State.PAUSED:
            self._process.resume()
            self._set(State.RUNNING)

    def stop(self) -> None:
        """The state is saved; the same request goes on from there."""
        if self.state not in (State.IDLE, State.STOPPING):
            self._set(State.STOPPING)
            if self._process is not None:
                self._process.stop()
            self._work.cancel()

    def left_s(self, epochs_done: float) -> float | None:
        """Seconds that the rest will take at the pace since the start or the last pause; None while that is unknown."""
        if self.state is not State.RUNNING:
            return None
        now = self._clock()
        if self._began is None:
            self._began = now, epochs_done
            return None
        began, at = self._began
        if epochs_done <= at or now - began < 1:
            return None
        return (now - began) / (epochs_done - at) * max(0.0, self.request.settings.epochs - epochs_done)

    def _take(self, event: object) -> None:
        if isinstance(event, StepDone) and self.state is State.STARTING:
            self._set(State.RUNNING)
        self.event.emit(event)

    def _end(self, outcome: Exception | None) -> None:
        self._process = None
        self._set(State.IDLE)
        self.ended.emit(outcome)

    def _set(self, state: State) -> None:
        self.state = state
        self.changed.emit()
