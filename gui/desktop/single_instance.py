"""One running program for each person: a second start hands its command to the first and ends.

The first holds a lock file and listens on a local socket that only its person may use. A message is one line of JSON
each way: {"command": ..., "files": [...], "token": ...} and {"error": null | sentence}. A lock left by a program that
was killed is taken over, and so is its socket. While it starts and while it ends, the first holds the lock and does not
listen: a second start waits for what comes of it. Where no folder can hold a lock, each start is one for itself.
"""

import getpass
import hashlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, QThread
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from engine.errors import DiktovkaError
from engine.paths import config_dir, running_dir
from engine.system.json_text import parse_json
from gui.core.errors import NotAnswered, ToldByOther
from gui.desktop.start_options import COMMANDS, StartOptions

log = logging.getLogger(__name__)

ANSWER_WITHIN_MS = 5000
TRY_EVERY_MS = 50
_LONGEST_MESSAGE = 1 << 20  # bytes
_LONGEST_PATH = 100  # letters; a local socket's name may not have more than 107
_TOKEN = "XDG_ACTIVATION_TOKEN"  # with it a Wayland desktop lets a window come to the front

Take = Callable[[StartOptions], None]


class SingleInstance(QObject):
    """`claim` first: True makes this the program that runs; then `listen`. False: `hand_over` to the other."""

    def __init__(self, place: Path | None = None, sleep_ms: Callable[[int], None] = QThread.msleep):
        """place: folder of the lock and the socket; a private one of this person's unless told."""
        super().__init__()
        self._sleep_ms = sleep_ms
        folder = place or _private_folder()
        self._is_alone = folder is None
        folder = folder or Path("/nonexistent")
        name = hashlib.sha256(f"{getpass.getuser()} {config_dir()}".encode()).hexdigest()[:16]
        self.address = f"diktovka-{name}" if sys.platform == "win32" else str(folder / f"diktovka-{name}")
        self._lock = QLockFile(str(folder / f"diktovka-{name}.lock"))
        self._lock.setStaleLockTime(0)  # it is stale when its process is gone, not when it is old
        self._server: QLocalServer | None = None
        self._take: Take | None = None

    def claim(self) -> bool:
        """False where another program holds the lock; where there can be none, nobody does."""
        if self._is_alone or self._lock.tryLock(0):
            return True
        self._is_alone = self._lock.error() is not QLockFile.LockError.LockFailedError
        return self._is_alone

    def listen(self, take: Take) -> None:
        """take(options): called for each later start; a DiktovkaError that it raises is told there."""
        if self._is_alone:
            log.warning("no later start can be heard: %s cannot be locked", self.address)
            return
        self._take = take
        QLocalServer.removeServer(self.address)  # of a program that was killed: the lock says there is none
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        if not self._server.listen(self.address):
            log.warning("no later start can be heard: %s", self._server.errorString())

    def stop_listening(self) -> None:
        """Later starts wait until `close`: this program does nothing more for them, but is not at its end yet."""
        if self._server is not None:
            self._server.close()

    def close(self) -> None:
        self.stop_listening()
        self._lock.unlock()

    def hand_over(self, options: StartOptions) -> bool:
        """Gives it to the program that runs. False: that has ended meanwhile, and this is now the program that runs.

        Raises NotAnswered, or DiktovkaError with what that program says.
        """
        message = {
            "command": options.command,
            "files": [os.fsencode(file).decode("utf-8", "surrogateescape") for file in options.files],
            "token": os.environ.get(_TOKEN, ""),
        }
        socket = self._connected()
        if socket is None:
            return False
        socket.write(json.dumps(message).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            if not socket.bytesAvailable() and not socket.waitForReadyRead(ANSWER_WITHIN_MS):
                raise NotAnswered(reason=socket.errorString())
            answer += bytes(socket.readAll().data())
        error = parse_json(answer, any_letters=True)["error"]
        if error is not None:
            raise ToldByOther(reason=error)
        return True

    def _connected(self) -> QLocalSocket | None:
        """None: there is nobody any more to connect to, and the lock is ours. Raises NotAnswered."""
        deadline = QDeadlineTimer(ANSWER_WITHIN_MS)
        while True:
            socket = QLocalSocket()
            socket.connectToServer(self.address)
            if socket.waitForConnected(max(1, deadline.remainingTime())):
                return socket
            if self.claim():
                return None
            if deadline.hasExpired():
                raise NotAnswered(reason=socket.errorString())
            self._sleep_ms(TRY_EVERY_MS)

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            _Conversation(socket, self._answer_to, self)

    def _answer_to(self, line: bytes) -> str | None:
        """What is wrong, or None."""
        try:
            message = parse_json(line, any_letters=True)
            command, files = message["command"], [Path(os.fsdecode(_bytes(file))) for file in message["files"]]
            token = _bytes(message.get("token", "")).decode("utf-8")
            if command not in COMMANDS:
                raise ValueError("an unknown command")
        except (ValueError, KeyError, TypeError) as error:
            log.warning("a later start said what is not understood: %s", type(error).__name__)
            return "it was not understood"
        if token:
            os.environ[_TOKEN] = token
        try:
            self._take(StartOptions(command, tuple(files)))
        except DiktovkaError as error:
            return str(error)
        return None


class _Conversation(QObject):
    """One connection: a line comes, an answer goes."""

    def __init__(self, socket: QLocalSocket, answer_to: Callable[[bytes], str | None], parent: QObject):
        super().__init__(parent)
        self._socket, self._answer_to, self._received = socket, answer_to, b""
        socket.setParent(self)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self.deleteLater)
        self._read()

    def _read(self) -> None:
        self._received += bytes(self._socket.readAll().data())
        if len(self._received) > _LONGEST_MESSAGE:
            self._socket.abort()
        elif self._received.endswith(b"\n"):
            line, self._received = self._received, b""
            self._socket.write(json.dumps({"error": self._answer_to(line)}).encode() + b"\n")
            self._socket.disconnectFromServer()


def _bytes(name: object) -> bytes:
    """Raises TypeError, ValueError for what the system takes for no name."""
    if not isinstance(name, str):
        raise TypeError("it is no file's name")
    if "\0" in name:
        raise ValueError("no name holds a NUL")
    return name.encode("utf-8", "surrogateescape")


def _private_folder() -> Path | None:
    """A folder that nobody else may enter, with a path short enough for a socket; None where none can be made."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    if "FLATPAK_ID" in os.environ:  # each start has a runtime folder of its own there, and this one in common
        runtime = runtime / "app" / os.environ["FLATPAK_ID"]
    if runtime.is_dir() and _is_private(runtime):
        return runtime
    private = running_dir()
    if sys.platform == "win32" or len(str(private)) <= _LONGEST_PATH - 24:
        with suppress(OSError):
            private.mkdir(mode=0o700, parents=True, exist_ok=True)
            return private
    if sys.platform != "win32":
        short = Path(tempfile.gettempdir()) / f"diktovka-{os.getuid()}"
        with suppress(OSError):
            short.mkdir(mode=0o700, exist_ok=True)
            return short if _is_private(short) and not short.is_symlink() else None
    return None


def _is_private(folder: Path) -> bool:
    found = folder.stat()
    return sys.platform == "win32" or (found.st_uid == os.getuid() and not found.st_mode & 0o077)
