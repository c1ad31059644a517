"""An X11 screen of its own for a test, on which real programs run: Xvfb."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.helpers.programs import needs

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def x11_screen(*tools: str, size: str = "800x600") -> Iterator[str]:
    """The name of its display, as DISPLAY has it. Skips the test where Xvfb or one of the tools is missing."""
    needs("Xvfb", *tools)
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with open(reading) as told:  # noqa: PTH123 - a file descriptor has no path
            number = told.readline().strip()
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


@contextlib.contextmanager
def program(*arguments: str, **environment: str) -> Iterator[subprocess.Popen]:
    """Python with these arguments, in the project's folder, as a process that is ended at last."""
    running = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate(timeout=30)
