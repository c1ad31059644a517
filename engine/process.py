"""Recognition in a process of its own.

Importing TensorFlow holds the interpreter's lock for more than a second at a stretch, and a window in the same process
with it; and a crash or a lack of memory would take the window along. So the model lives in a spawned child, and only
events come back.
"""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from engine.errors import EngineError, EngineStopped
from engine.paths import shipped_checkpoint
from engine.results import Event
from engine.worker import Cancelled

log = logging.getLogger(__name__)
_POLL_S = 0.05
_CLOSE_S = 5.0
_NICENESS = 5  # the window goes first


class _End:
    """Sent after a job's last event."""

    def __init__(self, error: Exception | None = None):
        self.error = error


class EngineProcess:
    """A model in a child process; one recording at a time, from any thread.

    A child that died is started again by the next call.
    """

    def __init__(self, checkpoint: Path | None = None):
        """checkpoint: folder of the model; None means the shipped one. Nothing is started yet."""
        self.checkpoint = checkpoint or shipped_checkpoint()
        self._context = multiprocessing.get_context("spawn")
        self._cancel = self._context.Event()
        self._ended = self._context.Event()
        self._job = threading.Lock()
        self._starting = threading.Lock()
        self._child: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._loaded = threading.Event()
        self._closed = False

    def start(self) -> None:
        """Starts the child and returns at once; does nothing while it lives. Raises Cancelled once closed."""
        with self._starting:
            if self._closed:
                raise Cancelled
            if self._child is not None and self._child.is_alive():
                return
            self._drop_child()
            self._loaded.clear()
            self._connection, theirs = self._context.Pipe()
            self._child = self._context.Process(
                target=_serve,
                args=(theirs, str(self.checkpoint), self._cancel, self._ended),
                name="recognition",
                daemon=True,
            )
            self._child.start()
            theirs.close()

    def wait_ready(self, timeout_s: float | None = None) -> bool:
        """True once the model is loaded, False at the time-out. Raises CheckpointError, EngineStopped or Cancelled."""
        self.start()
        waited = 0.0
        while not self._loaded.is_set():
            if timeout_s is not None and waited >= timeout_s:
                return False
            if self._job.acquire(timeout=_POLL_S):
                try:
                    self._take_greeting(_POLL_S)
                finally:
                    self._job.release()
            waited += _POLL_S
        return True

    def _take_greeting(self, timeout_s: float) -> None:
        """The child's first message says that the model is loaded, or why it cannot be."""
        if self._closed:
            raise Cancelled
        if self._loaded.is_set():
            return
        message = self._receive(timeout_s)
        if isinstance(message, _End):
            if message.error is not None:
                raise message.error
            self._loaded.set()

    def transcribe(self, path: Path) -> Iterator[Event]:
        """Events of a whole file; see engine.transcribe. Raises DiktovkaError, or Cancelled after `cancel`."""
        return self._run("transcribe", path, None)

    def follow(self, path: Path, ended: threading.Event) -> Iterator[Event]:
        """Events of a recording that is being written; once `ended` is set, the rest is read and it finishes."""
        return self._run("follow", path, ended)

    def cancel(self) -> None:
        """The running iterator ends with Cancelled."""
        self._cancel.set()

    def close(self) -> None:
        """Ends the child; a running iterator ends with Cancelled."""
        self._closed = True
        self._cancel.set()
        with self._starting:
            self._drop_child()

    def _drop_child(self) -> None:
        """Lets go of a child: told to end by the closed pipe, then by a signal."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._child is not None:
            self._child.join(0.2)
            if self._child.is_alive():
                self._child.terminate()
                self._child.join(_CLOSE_S)
            if self._child.is_alive():
                self._child.kill()
                self._child.join()
            self._child.close()
            self._child = None

    def _run(self, verb: str, path: Path, ended: threading.Event | None) -> Iterator[Event]:
        self._cancel.clear()
        self._ended.clear()
        while not self.wait_ready(_POLL_S):
            if self._cancel.is_set():
                raise Cancelled
        with self._job:
            self._send((verb, str(path)))
            finished = False
            try:
                while True:
                    if ended is not None and ended.is_set():
                        self._ended.set()
                    message = self._receive(_POLL_S)
                    if isinstance(message, _End):
                        finished = True
                        if message.error is not None:
                            raise message.error
                        return
                    if message is not None:
                        yield message
            finally:
                if not finished:
                    self._cancel.set()
                    self._drain()

    def _drain(self) -> None:
        """Throws away what a cancelled job still sends, up to its end."""
        try:
            while not isinstance(self._receive(_POLL_S), _End):
                pass
        except (EngineError, Cancelled):
            log.info("the recognition process went away while a job was being cancelled")

    def _send(self, message: object) -> None:
        try:
            self._connection.send(message)
        except (OSError, AttributeError) as error:
            raise self._gone() from error

    def _receive(self, timeout_s: float) -> object | None:
        """The next message, or None at the time-out."""
        connection, child = self._connection, self._child
        try:
            if connection.poll(timeout_s):
                return connection.recv()
        except (OSError, EOFError, AttributeError) as error:
            raise self._gone() from error
        if child is None or not child.is_alive():
            raise self._gone()
        return None

    def _gone(self) -> Exception:
        if self._closed:
            return Cancelled()
        child = self._child
        if child is not None:
            child.join(_CLOSE_S)
        return EngineStopped(code="unknown" if child is None else child.exitcode)


def _serve(connection: Connection, checkpoint: str, cancel, ended) -> None:
    """The child: loads the model, then works off requests until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        transcriber = _load(checkpoint)
    except Exception as error:  # the parent must be told, whatever it is
        connection.send(_End(_told(error)))
        return
    connection.send(_End())
    try:
        while True:
            verb, path = connection.recv()
            connection.send(_End(_work(transcriber, verb, path, connection, cancel, ended)))
    except (EOFError, OSError):
        return


def _load(checkpoint: str):
    from engine.model import use_threads
    from engine.transcribe import Transcriber

    use_threads(max(1, min(4, os.cpu_count() or 1)))
    transcriber = Transcriber.load(Path(checkpoint))
    transcriber.warm_up()
    return transcriber


def _work(transcriber, verb: str, path: str, connection: Connection, cancel, ended) -> Exception | None:
    """One job; its failure, if any. A broken pipe is not a failure of the job and passes through."""
    if verb == "follow":
        events = transcriber.follow(Path(path), lambda: ended.is_set() or cancel.is_set())
    else:
        events = transcriber.transcribe(Path(path))
    while True:
        if cancel.is_set():
            events.close()
            return Cancelled()
        try:
            event = next(events)
        except StopIteration:
            return None
        except Exception as error:  # told to the person by the parent
            return _told(error)
        connection.send(event)


def _told(error: Exception) -> Exception:
    """The error itself where it is one of ours and can travel; else its text."""
    from engine.errors import DiktovkaError

    if isinstance(error, DiktovkaError):
        return error
    log.error("unexpected error in the recognition process", exc_info=error)
    return EngineError(reason=f"{type(error).__name__}: {error}")
