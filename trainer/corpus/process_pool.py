"""Processes that compute features. Does not import NumPy, because the number of threads must be set before."""

import multiprocessing
import os
from concurrent.futures import Executor, ProcessPoolExecutor

from engine.system.child_process import begin_child

# With one thread per processor in each process, the small matrix products of the front end took five times as long.
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def process_pool(n_most: int) -> Executor:
    """One process per processor available to this one, at most n_most."""
    n = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max(1, min(n, n_most)), mp_context=context, initializer=_begin)


def _begin() -> None:
    begin_child()
    os.environ.update(dict.fromkeys(_THREADS, "1"))
