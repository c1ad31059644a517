"""The memory of a process: a limit while it runs models from strangers, and freed memory returned to the system."""

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

_BYTES = 4 << 30  # several times the memory of recognition with the shipped models
_OF_FILES = 4  # times the size of a model's files: weights, their copy in the session, and activations
_SHARE_OF_MACHINE = 0.75
_DATA = 5  # field of the process's own data in statm


@contextmanager
def bounded_memory(model: Path) -> Iterator[None]:
    """Limits the memory of the process while the block runs; more is refused as on a machine without memory.

    model: folder whose files may be large. Without effect except on Linux, which alone counts mapped memory.
    """
    if resource is None:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = min(_used_bytes() + _BYTES + _OF_FILES * _file_bytes(model), round(_SHARE_OF_MACHINE * _machine_bytes()))
    finite = [limit for limit in before if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([most, *finite]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def return_freed_memory() -> None:
    """Returns whole pages of freed memory, which glibc keeps, to the system. Linux only."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def _file_bytes(folder: Path) -> int:
    """Total size of the files in a folder and its direct subfolders."""
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
