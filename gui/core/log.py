"""The log file, and every failure that nobody caught: written down here, told in one sentence there."""

import logging
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from engine.paths import log_file

MOST_BYTES = 1_000_000
KEPT_FILES = 2
_SHOWN_CHARACTERS = 200_000
_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

log = logging.getLogger(__name__)


class _LogFile(RotatingFileHandler):
    """On a disk that is full a line is lost, and nothing else is said of that."""

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)


def start_logging(path: Path | None = None) -> None:
    """Writes the log to a file that stays below a few megabytes. Where it cannot, the program does without."""
    path = path or log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(path, maxBytes=MOST_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
    except OSError as error:
        print(f"No log is kept: {error}", file=sys.stderr)
        return
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def read_log(path: Path | None = None) -> str:
    """The end of the log; empty where there is none."""
    try:
        return (path or log_file()).read_text(encoding="utf-8", errors="replace")[-_SHOWN_CHARACTERS:]
    except OSError:
        return ""


class Uncaught(QObject):
    """Failures that nobody caught, on any thread: logged, then told by `failed` on the window's thread."""

    failed = Signal(object)

    def __init__(self):
        super().__init__()
        self._before: tuple[Callable, Callable] | None = None

    def install(self) -> None:
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._take
        threading.excepthook = lambda what: self._take(what.exc_type, what.exc_value, what.exc_traceback)
        qInstallMessageHandler(_take_qt_message)

    def uninstall(self) -> None:
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before
            self._before = None
            qInstallMessageHandler(None)

    def _take(self, kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
        if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
            return
        log.error("nobody caught this", exc_info=(kind, error, traceback))
        self.failed.emit(error)


def _take_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    logging.getLogger("qt").log(_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category, message)
