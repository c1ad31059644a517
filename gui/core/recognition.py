"""What the session needs of recognition: its process, how it begins and ends, and what its model is called."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.events import Event
from gui.core.i18n import _

if TYPE_CHECKING:
    from trainer.training.model_list import TrainedModel

_READY_POLL_S = 0.2


class Engine(Protocol):
    """What the session needs of `engine.transcribe.recognition_process.EngineProcess`."""

    def start(self) -> None: ...
    def wait_ready(self, timeout_s: float | None) -> bool: ...
    def transcribe(
        self, path: Path, from_s: float = 0.0, track: int | None = None, commands: Sequence[str] = ()
    ) -> Iterator[Event]: ...
    def follow(self, path: Path, ended: threading.Event, commands: Sequence[str] = ()) -> Iterator[Event]: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


def until_ready(engine: Engine) -> Iterator[None]:
    engine.start()
    while not engine.wait_ready(_READY_POLL_S):
        yield None


def closing(engine: Engine) -> Iterator[None]:
    engine.close()
    yield from ()


def shown_name(model: "TrainedModel") -> str:
    return _("The one that came with the program") if model.is_shipped else model.name
