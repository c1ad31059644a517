"""The memory of a process: a bound while it runs what strangers made, and freed memory returned to the system."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_BYTES = 4 << 30  # several times what recognition takes with the shipped models
_OF_FILES = 4  # times what a model's files take: its weights, once more as they are run, and what comes of them
_SHARE_OF_MACHINE = 0.75
_DATA = 5  # place of what is the process's own in statm


@contextmanager
def bounded_memory(model: Path) -> Iterator[None]:
    """What the process may take while the block runs, beside what it has; more is refused to it, as by a machine that
    is out of memory.

    model: folder whose files may be large. Only Linux counts what is mapped; elsewhere nothing is bounded.
    """
    if resource is None:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = min(_used_bytes() + _BYTES + _OF_FILES * _file_bytes(model), round(_SHARE_OF_MACHINE * _machine_bytes()))
    known = [one for one in before if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([most, *known]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def return_freed_memory() -> None:
    """glibc keeps freed memory that lies between what is still used; its whole pages go back. Linux only."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def _file_bytes(folder: Path) -> int:
    """Of the files in a folder and in those right below it."""
    n_bytes = 0
    with suppress(OSError):
        for level in ("*", "*/*"):
            n_bytes += sum(path.stat().st_size for path in folder.glob(level) if path.is_file())
    return n_bytes


def _used_bytes() -> int:
    try:
        n_pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[_DATA]
    except OSError:
        return 0
    return int(n_pages) * os.sysconf("SC_PAGE_SIZE")


def _machine_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
