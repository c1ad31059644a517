"""Training in a process of its own: the window stays responsive, and a lack of memory ends only the training."""

import os
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.config import FeatureConfig, ModelConfig
from engine.errors import EngineError, EngineStopped
from engine.system.child_process import POLL_S, Child, End, Flag, orphaned, outlive_parent, told
from engine.system.worker import Cancelled
from trainer.devices import AUTO, CARD, PROCESSOR
from trainer.errors import TrainingError, TrainingStopped
from trainer.settings import TrainConfig
from trainer.training.cluster import Cluster
from trainer.training.events import Aligned, Device, Event
from trainer.training.run import locked

if TYPE_CHECKING:
    from engine.model.checkpoint import Checkpoint
    from trainer.dataset.align import Alignment
    from trainer.dataset.batches import Example
    from trainer.dataset.training_data import Material
    from trainer.training.distributed import Workers


@dataclass(frozen=True)
class Request:
    """A request for one run, with paths instead of data, so that it can be sent to another process.

    out: folder of the run; a run found there goes on. corpora: feature caches to train on. held: further recordings
    to choose the best epoch on. start: checkpoint to begin with, instead of chance. align_with: checkpoint that finds
    the words, for splicing. threads: None means all processors. cluster: other processes to train with, which compute
    on processors. device: one of trainer.devices.DEVICES.
    """

    out: Path
    corpora: tuple[Path, ...]
    features: FeatureConfig
    model: ModelConfig
    settings: TrainConfig
    held: tuple[Path, ...] = ()
    start: Path | None = None
    align_with: Path | None = None
    threads: int | None = None
    cluster: Cluster | None = None
    device: str = AUTO


def run(
    request: Request,
    asked_to_stop: Callable[[], bool] = lambda: False,
    in_a_hurry: Callable[[], bool] = lambda: False,
) -> Generator[Event, None, None]:
    """Trains in this process. Closing the iterator saves the state first, so that nothing is lost.

    asked_to_stop: once it is true the run ends properly, with its result unless it is in a hurry (both should
    be true then); with several processes all end. Raises TrainingNotInstalled, MemoryMissing, RunInUse where another
    process trains the run, RunRemoved, CardUnusable, and what trainer.training.loop and
    trainer.dataset.training_data raise.
    """
    from trainer.network.installed import require_training

    require_training()
    from trainer.network.device import use_device
    from trainer.network.threads import use_threads

    use_threads(request.threads or os.cpu_count() or 1)
    card = use_device(PROCESSOR if request.cluster else request.device)
    if card or request.device == CARD:
        yield Device(card)
    yield from trained(request, asked_to_stop, in_a_hurry)


def trained(
    request: Request,
    asked_to_stop: Callable[[], bool] = lambda: False,
    in_a_hurry: Callable[[], bool] = lambda: False,
) -> Generator[Event, None, None]:
    """As `run`, with TensorFlow's present threads."""
    from trainer.dataset.training_data import material

    chief = request.cluster is None or request.cluster.is_chief
    data = material(request.corpora, request.held if chief else (), request.features)
    events = _trained_on(data, request, asked_to_stop, in_a_hurry)
    if not chief:
        yield from events
        return
    with locked(request.out) as lock:
        yield from lock.watched(events)


def _trained_on(data: "Material", request: Request, *wishes: Callable[[], bool]) -> Generator[Event, None, None]:
    """wishes: asked_to_stop and in_a_hurry."""
    from trainer.training.distributed import Workers
    from trainer.training.loop import Training

    workers = Workers(request.cluster)
    start = _start(request, request.start, workers) if request.start else None
    if request.align_with:
        alignment = yield from _aligned(request, request.align_with, data.train, workers)
        data = replace(data, alignment=alignment)
    shape = request.features, request.model, request.settings
    training = Training(request.out, data, *shape, start, workers, *wishes)
    ended = False
    try:
        yield from training.events()
        ended = True
    finally:
        if not ended:
            training.save()


def _start(request: Request, given: Path, workers: "Workers") -> "Checkpoint | None":
    """The initial model: the chief's is the run's copy; the others have no folder and get their weights from the
    chief."""
    from engine.model.checkpoint import load_checkpoint
    from trainer.training.initial_model import keep_start

    if workers.is_chief:
        return keep_start(request.out, given, request.settings.pull)
    return load_checkpoint(given)


def _aligned(
    request: Request, model: Path, recordings: "Sequence[Example]", workers: "Workers"
) -> "Generator[Event, None, Alignment]":
    """The run's alignment, made once by the chief and kept beside its state."""
    from trainer.dataset.align import Alignment

    path = request.out / "alignment.npz"
    if workers.is_chief and not path.exists():
        yield from _align(request, model, recordings, path)
    content = path.read_bytes() if workers.is_chief else b""
    return Alignment.load(path, workers.from_chief(content))


def _align(request: Request, model: Path, recordings: "Sequence[Example]", path: Path) -> Iterator[Event]:
    from engine.model.recogniser import load_recogniser
    from trainer.dataset.align import Alignment, align
    from trainer.dataset.batches import Examples

    first, recognise = load_recogniser(model, request.threads)
    shaper = Examples(first.alphabet, first.features, first.model)
    usable = shaper.usable(recordings)
    alignment = Alignment({}, {})
    for alignment in align(usable, recognise, first.alphabet, shaper, first.model):
        yield Aligned(len(alignment.frames), len(usable))
    alignment.save(path)


class TrainingProcess:
    """`steps(request)` in a child process: a training, which must save its state when it is closed.

    Iterate over `events()` once, on any thread; make another object to go on.
    """

    def __init__(self, request: object, steps: Callable[..., Generator[Any, None, None]] = run):
        """steps: importable by name, as `run` is."""
        self.request, self._steps = request, steps
        self._child = Child(_serve, "training")
        self._stop = Flag()
        self._leave = Flag()
        self._paused = Flag()
        self._running = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Id of the process; None while there is none."""
        return self._child.pid

    def events(self) -> Iterator[Event]:
        """Starts the child and yields its events.

        After `stop` the state is saved, the result is told, and it ends by raising Cancelled; left early, only the
        state is saved. A child that died raises TrainingStopped; what the training raised is raised here, TrainingError
        for what nobody expected.
        """
        with self._running:
            self._child.start(self._steps, self.request, self._stop, self._leave, self._paused)
            try:
                yield from self._child.events(self.leave)  # it gets the time to save its state
            except EngineStopped as error:
                raise TrainingStopped from error
            except EngineError as error:
                raise TrainingError(**error.fields) from error
            finally:
                self._child.close()

    def stop(self) -> None:
        """Requests the end, also before the start; the state is saved, and the same request resumes it."""
        self._paused.clear()
        self._stop.set()

    def leave(self) -> None:
        """As `stop`, but at once, without a result."""
        self._leave.set()
        self.stop()

    def pause(self) -> None:
        """Pauses the training after the present step; it stays in memory."""
        self._paused.set()

    def resume(self) -> None:
        """Goes on after a pause."""
        self._paused.clear()


def _serve(
    connection: "Connection[Any, Any]",
    steps: Callable[..., Generator[Any, None, None]],
    request: Any,
    stop: Flag,
    leave: Flag,
    paused: Flag,
) -> None:
    """The child's main function: trains until it is done or stopped."""
    ends_itself = steps is run
    events = run(request, stop.is_set, leave.is_set) if ends_itself else steps(request)
    try:
        connection.send(End(_train(connection, events, stop, leave if ends_itself else stop, paused)))
    except OSError:  # the parent has ended; the state was saved on closing
        return


def _train(
    connection: "Connection[Any, Any]", events: Generator[Any, None, None], stop: Flag, leave: Flag, paused: Flag
) -> Exception | None:
    try:
        for event in events:
            outlive_parent()
            connection.send(event)
            while paused.is_set() and not stop.is_set() and not orphaned():
                time.sleep(POLL_S)
            if leave.is_set() or (stop.is_set() and isinstance(event, Aligned)):
                events.close()
                break
        return Cancelled() if stop.is_set() else None
    except OSError:
        events.close()
        raise
    except Exception as error:  # the parent shows it to the person
        return told(error)
