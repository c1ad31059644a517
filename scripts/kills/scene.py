"""What is killed, and the processes of it."""

import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POLL_S = 0.02


@dataclass
class Scene:
    """start: begins the work in a session of its own and gives its process. check: raises where what is there now is
    not whole; it is called in a process of its own, as the next start is.

    names: what may lie in the folder once a run has come to its end. reset: brings the beginning back. goes_on: a run
    that was killed is gone on with by the next one, so that only one that came to its end is followed by a reset.
    note: adds to what is told at the end, here, after each kill. close: ends what this process does for it.
    """

    start: Callable[[], int]
    check: Callable[[], None]
    names: set[str]
    reset: Callable[[], None] = lambda: None
    goes_on: bool = False
    note: Callable[[], None] = lambda: None
    told: Callable[[], str] = lambda: ""
    close: Callable[[], None] = lambda: None


def program(*arguments: object, **environment: str) -> int:
    """A verb of the program."""
    return python(ROOT / "main.py", *arguments, **environment)


def python(*arguments: object, **environment: str) -> int:
    command = [sys.executable, *map(str, arguments)]
    quiet = subprocess.DEVNULL
    threads = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    given = {**os.environ, **threads, **environment}
    return subprocess.Popen(command, cwd=ROOT, env=given, stdout=quiet, stderr=quiet, start_new_session=True).pid


def fork(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setsid()
            work()
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid


def wait(pid: int) -> int:
    """How a process ended."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def lived_on_s(session: int, limit_s: float) -> float:
    """How long after now there was a process left of those that a killed one had begun; limit_s if there still is."""
    begun_s = time.monotonic()
    while _processes(session):
        if time.monotonic() - begun_s > limit_s:
            return limit_s
        time.sleep(POLL_S)
    return time.monotonic() - begun_s


def _processes(session: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _before, _, rest = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:  # it has just ended
            continue
        state, _parent, _group, its_session = rest.split()[:4]
        if int(its_session) == session and state != "Z":
            found.append(stat.parent.name)
    return found
