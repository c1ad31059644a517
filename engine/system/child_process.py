"""A child process that works off jobs and sends events back, whatever the jobs are."""

import logging
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any

from engine.errors import DiktovkaError, EngineError, EngineStopped, unexpected
from engine.system.worker import Cancelled

log = logging.getLogger(__name__)
POLL_S = 0.05
_CLOSE_S = 5.0
_NICENESS = 5  # the window goes first
_outlives = threading.Event()


class Flag:
    """A flag shared between processes.

    Unlike multiprocessing.Event it has no lock, which a process killed while reading it would hold for ever.
    """

    def __init__(self) -> None:
        self._value = multiprocessing.get_context("spawn").RawValue("b", 0)

    def set(self) -> None:
        """Raises the flag."""
        self._value.value = 1

    def clear(self) -> None:
        """Lowers the flag."""
        self._value.value = 0

    def is_set(self) -> bool:
        """Whether the flag is raised."""
        return bool(self._value.value)


class End:
    """Sent after a job's last event; error: why it failed, or None."""

    def __init__(self, error: Exception | None = None):
        self.error = error


class _Job:
    """What a child runs, unpickled by `run`: importing it may take seconds, in which the parent may be killed."""

    def __init__(self, serve: Callable[..., None], *arguments: object):
        self._job = serve, arguments

    def __getstate__(self) -> bytes:
        return bytes(ForkingPickler.dumps(self._job))

    def __setstate__(self, pickled: bytes) -> None:
        self._pickled = pickled

    def run(self) -> None:
        """In the child."""
        begin_child()
        serve, arguments = pickle.loads(self._pickled)
        serve(*arguments)


class Child:
    """The parent's side: starts a process, exchanges messages with it, and ends it.

    Thread-safe, but only one thread may receive at a time.
    """

    def __init__(self, serve: Callable[..., None], name: str):
        """serve(connection, *arguments) is run in the child; it must be importable by name."""
        self._serve, self._name = serve, name
        self.context = multiprocessing.get_context("spawn")
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @property
    def pid(self) -> int | None:
        """Id of the process; None while there is none."""
        process = self._process
        return None if process is None else process.pid

    def start(self, *arguments: object) -> bool:
        """Starts the process and returns at once; False if it is already running. Raises Cancelled once closed."""
        with self._lock:
            if self._closed:
                raise Cancelled
            if self._process is not None and self._process.is_alive():
                return False
            self._drop()
            self._connection, child_connection = self.context.Pipe()
            job = _Job(self._serve, child_connection, *arguments)
            self._process = self.context.Process(target=_Job.run, args=(job,), name=self._name, daemon=True)
            self._process.start()
            child_connection.close()
            return True

    def send(self, message: object) -> None:
        """Raises EngineStopped if the process has ended, Cancelled if it was closed."""
        connection = self._connection
        if connection is None:
            raise self._gone()
        try:
            connection.send(message)
        except (OSError, AttributeError) as error:
            raise self._gone() from error

    def receive(self, timeout_s: float = POLL_S) -> object | None:
        """The next message, or None at the time-out. Raises EngineStopped or Cancelled as `send`."""
        connection, process = self._connection, self._process
        if connection is None:
            raise self._gone()
        try:
            if connection.poll(timeout_s):
                return connection.recv()
        except (OSError, EOFError, AttributeError) as error:
            raise self._gone() from error
        if process is None or not process.is_alive():
            raise self._gone()
        return None

    def events(
        self, abandon: Callable[[], object], tick: Callable[[], object] = lambda: None
    ) -> Generator[Any, None, None]:
        """A job's messages up to its End, whose error is raised.

        tick is called before each poll for a message. If the caller stops early, abandon asks the job to stop, and what
        it still sends is discarded.
        """
        finished = False
        try:
            while True:
                tick()
                message = self.receive()
                if isinstance(message, End):
                    finished = True
                    if message.error is not None:
                        raise message.error
                    return
                if message is not None:
                    yield message
        finally:
            if not finished:
                abandon()
                self._drain()

    def _drain(self) -> None:
        try:
            while not isinstance(self.receive(), End):
                pass
        except (EngineError, Cancelled):
            log.info("the process %s went away while a job was being cancelled", self._name)

    def close(self) -> None:
        """Ends the process for good."""
        self._closed = True
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        """Ends the process: by closing the pipe, then by signals."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is None:
            return
        self._process.join(0.2)
        for end in (self._process.terminate, self._process.kill):
            if self._process.is_alive():
                end()
                self._process.join(_CLOSE_S)
        self._process.close()
        self._process = None

    def _gone(self) -> Exception:
        if self._closed:
            return Cancelled()
        process = self._process
        if process is not None:
            process.join(_CLOSE_S)
        return EngineStopped(code="unknown" if process is None else process.exitcode)


def begin_child() -> None:
    """Set-up of every child: ignore Ctrl+C, lower the priority, end if the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def outlive_parent() -> None:
    """From now on a child does not end at once with a killed parent: it has something to save and looks for `orphaned`
    itself."""
    _outlives.set()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    if not _outlives.is_set():
        os._exit(1)  # whatever its other threads are doing: nobody waits for it


def orphaned() -> bool:
    """Whether the parent has ended. A killed parent closes its pipe, but only a child that sends or receives
    notices."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def told(error: Exception) -> Exception:
    """The error itself if it is ours and can be pickled, else its text (details are logged)."""
    if isinstance(error, DiktovkaError | Cancelled):
        return error
    log.error("unexpected error in a child process", exc_info=error)
    return EngineError(reason=unexpected(error))
