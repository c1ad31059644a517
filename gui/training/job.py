"""One training run behind the window: prepares the recordings, trains in a process of its own, pauses and stops."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QObject, Signal

from engine.system.worker import Cancelled
from gui.core.tasks import Work
from trainer.corpus.prepare import Prepared, prepared
from trainer.training.events import StepDone
from trainer.training.request import save_request
from trainer.training.training_process import Request, TrainingProcess


class State(Enum):
    IDLE = auto()
    STARTING = auto()
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()  # its result is being made
    LEAVING = auto()  # it ends as soon as its state is saved


class TrainingJob(QObject):
    """`yielded`: of the preparation, then of the training; `ended` as Work tells it; `changed`: another state."""

    yielded = Signal(object)
    ended = Signal(object)
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.state = State.IDLE
        self.request: Request | None = None
        self.clock = time.monotonic
        self.process: TrainingProcess | None = None
        self._work = Work(self, yielded=self.take, ended=self._end)
        self._began: tuple[float, float] | None = None

    def begin(self, request: Request) -> None:
        """request.corpora: folders of recordings or feature caches; a run that is there goes on."""
        if self.state is not State.IDLE:
            return
        self.request, self.process, self._began = request, None, None
        self._work.start(partial(self._steps, request))
        self._set(State.STARTING)

    def _steps(self, request: Request) -> Iterator[object]:
        """On the worker's thread."""
        with closing(prepared(request.corpora, request.features, request.model.n_stacked)) as preparation:
            for event in preparation:
                yield event
        assert isinstance(event, Prepared)
        save_request(request)
        self.process = process = TrainingProcess(replace(request, corpora=event.folders))
        if self.state is State.LEAVING:  # asked for after the last look at it
            raise Cancelled
        yield from process.events()

    def pause(self) -> None:
        if self.state is State.RUNNING:
            self.process.pause()
            self._began = None
            self._set(State.PAUSED)

    def resume(self) -> None:
        if self.state is State.PAUSED:
            self.process.resume()
            self._set(State.RUNNING)

    def stop(self) -> None:
        """Saves the state, makes the result and ends; the same request goes on from there.

        What only prepares the recordings, or is stopping already, ends at once.
        """
        if self.process is None or self.state is State.STOPPING:
            self.leave()
        elif self.state in (State.STARTING, State.RUNNING, State.PAUSED):
            self._set(State.STOPPING)
            self.process.stop()

    def leave(self) -> None:
        """As `stop`, but without the result, so that it is quick."""
        if self.state in (State.IDLE, State.LEAVING):
            return
        self._set(State.LEAVING)
        if self.process is not None:
            self.process.leave()
        self._work.cancel()

    def left_s(self, epochs_done: float) -> float | None:
        """Seconds that the rest will take at the pace since the start or the last pause; None while that is unknown."""
        if self.state is not State.RUNNING:
            return None
        now = self.clock()
        if self._began is None:
            self._began = now, epochs_done
            return None
        began_s, epochs_then = self._began
        if epochs_done <= epochs_then or now - began_s < 1:
            return None
        return (now - began_s) / (epochs_done - epochs_then) * max(0.0, self.request.settings.epochs - epochs_done)

    def take(self, event: object) -> None:
        if isinstance(event, StepDone) and self.state is State.STARTING:
            self._set(State.RUNNING)
        self.yielded.emit(event)

    def _end(self, outcome: Exception | None) -> None:
        self.process = None
        self._set(State.IDLE)
        self.ended.emit(outcome)

    def _set(self, state: State) -> None:
        self.state = state
        self.changed.emit()
