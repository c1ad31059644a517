"""Recognition in a process of its own.

A crash or a lack of memory must not end the window, nor a recording in progress: five libraries in C and C++ read
untrusted files here. The child also runs at a lower priority than the window, and a change of the model frees all its
memory. The interpreter's lock is not a reason: recognition in the window's process would block it for at most 12 ms at
a time, except for loading the language model (0.3 s). The child costs 36 MB and 0.15 s of CPU time, for a second Python
and NumPy, and starts after the window has opened.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.decode.beam_loader import NO_LANGUAGE, BeamLoader, Language, LettersUntilLoaded
from engine.errors import DiktovkaError
from engine.events import Event
from engine.paths import shipped_checkpoint
from engine.system.bounded_memory import bounded_memory
from engine.system.child_process import POLL_S, Child, End, Flag, orphaned, told
from engine.system.worker import Cancelled

if TYPE_CHECKING:
    from engine.transcribe.transcribe import Transcriber


class EngineProcess:
    """A model in a child process; one recording at a time, from any thread.

    A child that died is restarted by the next call. language_error: why own words or language model are not used, or
    None; known once a job has ended.
    """

    def __init__(self, checkpoint: Path | None = None, language: Language | None = None):
        """checkpoint: folder of the model, by default the shipped one; language: language model and own words, by
        default the shipped one and the person's. Does not start the child."""
        self.checkpoint = checkpoint or shipped_checkpoint()
        self.language = language or Language()
        self.language_error: DiktovkaError | None = None
        self._child = Child(_serve, "recognition")
        self._cancel = Flag()
        self._ended = Flag()
        self._job = threading.Lock()
        self._loaded = threading.Event()

    @property
    def pid(self) -> int | None:
        """The child's process id, None if there is none."""
        return self._child.pid

    def start(self) -> None:
        """Starts the child and returns at once; does nothing if it is running. Raises Cancelled once closed."""
        if self._child.start(str(self.checkpoint), self.language, self._cancel, self._ended):
            self._loaded.clear()

    def wait_ready(self, timeout_s: float | None = None) -> bool:
        """Waits for the model: True once it is loaded, False at the time-out. Raises CheckpointError, EngineStopped or
        Cancelled."""
        self.start()
        waited = 0.0
        while not self._loaded.is_set():
            if timeout_s is not None and waited >= timeout_s:
                return False
            if self._job.acquire(timeout=POLL_S):
                try:
                    self._take_greeting()
                finally:
                    self._job.release()
            waited += POLL_S
        return True

    def _take_greeting(self) -> None:
        """Receives the child's first message: the model is loaded, or the reason why not."""
        if self._child.closed:
            raise Cancelled
        if self._loaded.is_set():
            return
        message = self._child.receive()
        if isinstance(message, End):
            if message.error is not None:
                raise message.error
            self._loaded.set()

    def transcribe(
        self, path: Path, from_s: float = 0.0, track: int | None = None, commands: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Events of a whole file from from_s on; see engine.transcribe.transcribe.

        commands: phrases of spoken commands that the search prefers.
        Raises DiktovkaError, or Cancelled after `cancel`.
        """
        return self._run("transcribe", path, None, from_s, track, commands)

    def follow(self, path: Path, ended: threading.Event, commands: Sequence[str] = ()) -> Iterator[Event]:
        """Events of a recording that is being written; once `ended` is set, the rest is read and it finishes."""
        return self._run("follow", path, ended, commands=commands)

    def cancel(self) -> None:
        """Makes the running iterator end with Cancelled."""
        self._cancel.set()

    def close(self) -> None:
        """Ends the child; a running iterator ends with Cancelled."""
        self._cancel.set()
        self._child.close()

    def _run(
        self,
        verb: str,
        path: Path,
        ended: threading.Event | None,
        from_s: float = 0.0,
        track: int | None = None,
        commands: Sequence[str] = (),
    ) -> Iterator[Event]:
        self._cancel.clear()  # here and not with the first event, or a cancel in between would be lost
        self._ended.clear()
        return self._events(verb, path, ended, from_s, track, commands)

    def _events(
        self,
        verb: str,
        path: Path,
        ended: threading.Event | None,
        from_s: float,
        track: int | None,
        commands: Sequence[str],
    ) -> Iterator[Any]:
        while not self.wait_ready(POLL_S):
            if self._cancel.is_set():
                raise Cancelled

        def pass_on() -> None:
            if ended is not None and ended.is_set():
                self._ended.set()

        with self._job:
            self._child.send((verb, str(path), from_s, track, tuple(commands)))
            with closing(self._child.events(self._cancel.set, pass_on)) as messages:
                for message in messages:
                    if isinstance(message, _LanguageFailed):
                        self.language_error = message.error
                    else:
                        yield message


class _LanguageFailed:
    """Sent before a job's End."""

    def __init__(self, error: DiktovkaError):
        self.error = error


def _serve(connection: "Connection[Any, Any]", checkpoint: str, language: Language, cancel: Flag, ended: Flag) -> None:
    """The child's main function: loads the model, then handles requests until the pipe is closed."""
    with bounded_memory(Path(checkpoint)):
        _serve_bounded(connection, checkpoint, language, cancel, ended)


def _serve_bounded(
    connection: "Connection[Any, Any]", checkpoint: str, language: Language, cancel: Flag, ended: Flag
) -> None:
    try:
        transcriber, loader = _load(checkpoint, language)
    except Exception as error:  # any error must reach the parent
        connection.send(End(told(error)))
        return
    connection.send(End())
    loader.start()  # not earlier, because it would slow down loading the network
    try:
        while True:
            request = connection.recv()
            end = End(_work(transcriber, loader, request, connection, cancel, ended))
            if loader.error is not None:
                connection.send(_LanguageFailed(loader.error))
                loader.error = None
            connection.send(end)
    except (EOFError, OSError):
        return


def _load(checkpoint: str, language: Language) -> "tuple[Transcriber, BeamLoader]":
    from engine.transcribe.load import load_transcriber

    model, transcriber = load_transcriber(Path(checkpoint))
    transcriber.warm_up()
    return transcriber, BeamLoader(model, language if transcriber.searches else NO_LANGUAGE)


def _work(
    transcriber: "Transcriber",
    loader: BeamLoader,
    request: tuple[str, str, float, int | None, tuple[str, ...]],
    connection: "Connection[Any, Any]",
    cancel: Flag,
    ended: Flag,
) -> Exception | None:
    """Runs one job; returns its failure, if any. A broken pipe is not a failure of the job and is raised.

    request: verb, path, from_s, track, commands. A file waits for the language model; of a live recording only the
    final text does.
    """
    verb, path, from_s, track, loader.commands = request
    if verb != "follow":
        loader.wait(cancel.is_set)
    if loader.is_loading:
        transcriber.decoder = LettersUntilLoaded(loader, transcriber.letters, cancel.is_set)
    else:
        loader.refresh()
        transcriber.decoder = loader.decoder or transcriber.letters
    if verb == "follow":
        events = transcriber.follow(Path(path), lambda: ended.is_set() or cancel.is_set() or orphaned())
    else:
        events = transcriber.transcribe(Path(path), from_s, track)
    while True:
        if cancel.is_set():
            events.close()
            return Cancelled()
        try:
            event = next(events)
        except StopIteration:
            return None
        except Exception as error:  # the parent shows it to the person
            return told(error)
        connection.send(event)
