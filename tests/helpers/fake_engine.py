"""Recognition without a model: yields what the test says, when the test says it. Stands in for EngineProcess."""

import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.events import Event, Final, Finished, Progress, Provisional, Segment, Started, Word
from engine.notes import Note
from engine.system.worker import Cancelled

_END = object()


@dataclass(frozen=True)
class _Cancel:
    """Meant for one run: a later one is not stopped by it."""

    run: int


def segment(text: str, start_s: float = 0.0, word_s: float = 0.5) -> Segment:
    """Words one after the other, word_s seconds each."""
    texts = text.split()
    words = tuple(Word(word, start_s + i * word_s, start_s + (i + 1) * word_s, 0.9) for i, word in enumerate(texts))
    return Segment(start_s, start_s + len(texts) * word_s, words)


class FakeEngine:
    """calls: what was asked for, in order: ("transcribe", path) or ("follow", path).
    begun_at_s, tracks: of each "transcribe", where in the file and which sound track. commands: of each call, the
    phrases that are preferred."""

    def __init__(self, ready: bool = True):
        self.calls: list[tuple[str, Path]] = []
        self.begun_at_s: list[float] = []
        self.tracks: list[int | None] = []
        self.commands: list[tuple[str, ...]] = []
        self.started, self.closed = threading.Event(), threading.Event()
        self.following: threading.Event | None = None
        self._ready = threading.Event()
        self._broken: Exception | None = None
        self._waiting: queue.SimpleQueue = queue.SimpleQueue()
        if ready:
            self._ready.set()

    # --- what the session calls ---

    def start(self) -> None:
        self.started.set()

    def wait_ready(self, timeout_s: float | None) -> bool:
        ready = self._ready.wait(min(timeout_s, 0.02))
        if self._broken is not None:
            raise self._broken
        return ready

    def transcribe(
        self, path: Path, from_s: float = 0.0, track: int | None = None, commands: Sequence[str] = ()
    ) -> Iterator[Event]:
        self.commands.append(tuple(commands))
        self.begun_at_s.append(from_s)
        self.tracks.append(track)
        return self._run("transcribe", path)

    def follow(self, path: Path, ended: threading.Event, commands: Sequence[str] = ()) -> Iterator[Event]:
        self.commands.append(tuple(commands))
        self.following = ended
        return self._run("follow", path)

    def cancel(self) -> None:
        self._waiting.put(_Cancel(len(self.calls)))

    def close(self) -> None:
        self.closed.set()

    def _run(self, verb: str, path: Path) -> Iterator[Event]:
        self.calls.append((verb, path))
        return self._events(len(self.calls))

    def _events(self, run: int) -> Iterator[Event]:
        while True:
            step = self._waiting.get(timeout=60)
            if isinstance(step, _Cancel):
                if step.run == run:
                    raise Cancelled
                continue
            if step is _END:
                return
            if isinstance(step, Exception):
                raise step
            yield step

    # --- what the test says ---

    def become_ready(self) -> None:
        self._ready.set()

    def break_down(self, error: Exception) -> None:
        """The model cannot be loaded."""
        self._broken = error
        self._ready.set()

    def begin(self, duration_s: float | None = None) -> None:
        self._waiting.put(Started("", duration_s))

    def guess(self, text: str) -> None:
        self._waiting.put(Provisional(segment(text)))

    def write(self, text: str, start_s: float = 0.0) -> None:
        self._waiting.put(Final(segment(text, start_s)))

    def progress(self, done_s: float, total_s: float | None) -> None:
        self._waiting.put(Progress(done_s, total_s))

    def finish(self, duration_s: float = 1.0, *notes: Note) -> None:
        self._waiting.put(Finished(duration_s, (), notes))
        self._waiting.put(_END)

    def read(self, text: str, duration_s: float = 1.0, *notes: Note) -> None:
        """A whole recording at once."""
        self.begin(duration_s)
        self.write(text)
        self.finish(duration_s, *notes)

    def fail(self, error: Exception) -> None:
        self._waiting.put(error)
