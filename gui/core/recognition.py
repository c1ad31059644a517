"""What the session needs of recognition: its process, how it begins and ends, and what its model is called."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from engine.events import Event

_READY_POLL_S = 0.2


class Engine(Protocol):
    """What the session needs of `engine.transcribe.recognition_process.EngineProcess`."""

    def start(self) -> None: ...
    def wait_ready(self, timeout_s: float | None) -> bool: ...
    def transcribe(self, path: Path, from_s: float = 0.0) -> Iterator[Event]: ...
    def follow(self, path: Path, ended: threading.Event) -> Iterator[Event]: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


def model_name(folder: Path) -> str:
    """What a person calls the checkpoint in a folder: of a training run it is `best`, so the run's own name."""
    return folder.parent.name if folder.name in ("best", "last", "average") else folder.name


def until_ready(engine: Engine) -> Iterator[None]:
    engine.start()
    while not engine.wait_ready(_READY_POLL_S):
        yield None


def closing(engine: Engine) -> Iterator[None]:
    engine.close()
    yield from ()
