"""One training on two hosts: two network namespaces with addresses of their own, joined by a cable that is then cut.

usage: python -m scripts.two_hosts. Linux, as root: it adds the namespaces diktovka-a and diktovka-b and removes them.
Prints the lines of docs/reliability.md.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.helpers.models import write_cache
from trainer.training.run import load_state

ROOT = Path(__file__).resolve().parents[1]
HOSTS = "diktovka-a", "diktovka-b"
ADDRESSES = "10.77.0.1", "10.77.0.2"
_PORT, _END_S, _STEP_S = 2222, 300.0, 300.0
_OPTIONS = ("--units", 12, "--layers", 2, "--stacked", 2, "--dropout", 0, "--batch-frames", 1500, "--threads", 1)
_QUIET = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


@contextmanager
def two_hosts() -> Iterator[None]:
    first, second = HOSTS
    for host in HOSTS:
        ip("netns", "add", host)
    try:
        ip("-n", first, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", second)
        for host, address in zip(HOSTS, ADDRESSES, strict=True):
            ip("-n", host, "address", "add", f"{address}/24", "dev", "cable")
            ip("-n", host, "link", "set", "lo", "up")
            ip("-n", host, "link", "set", "cable", "up")
        yield
    finally:
        for host in HOSTS:
            ip("netns", "delete", host)


def train(corpus: Path, out: Path, *options: object, host: int | None = None) -> subprocess.Popen:
    """On one of the hosts with the other, or here alone."""
    command = [sys.executable, ROOT / "main.py", "train", corpus, "-o", out, *_OPTIONS, *options]
    if host is not None:
        workers = [f"{address}:{_PORT}" for address in ADDRESSES]
        command = ["ip", "netns", "exec", HOSTS[host], *command, "--workers", *workers, "--worker", host]
    environment = {**os.environ, **_QUIET}
    return subprocess.Popen(list(map(str, command)), env=environment, stderr=subprocess.PIPE, text=True, bufsize=1)


def pair(corpus: Path, out: Path, *options: object) -> list[subprocess.Popen]:
    return [train(corpus, out / str(host), *options, host=host) for host in range(2)]


def ended(process: subprocess.Popen) -> str:
    """Its last sentence and its status, or that there was none."""
    try:
        _, told = process.communicate(timeout=_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"NO END in {_END_S:.0f} s"
    sentences = [line for line in told.splitlines() if line.startswith("diktovka: ")]
    if "Traceback" in told or len(sentences) != (process.returncode == 1):
        print(told[-3000:], file=sys.stderr)
    return f"status {process.returncode}, {' '.join(sentences) or 'no sentence'}"


def wait_for_step(process: subprocess.Popen) -> None:
    for line in process.stderr:
        if line.startswith("step "):
            return
    raise AssertionError("no step was made")


def main() -> None:
    with tempfile.TemporaryDirectory() as place, two_hosts():
        out, corpus = Path(place), write_cache(Path(place) / "corpus", n_train=40, n_held=4)
        print("one process:", ended(train(corpus, out / "alone", "--epochs", 2)), flush=True)
        for index, process in enumerate(pair(corpus, out, "--epochs", 2)):
            print(f"host {index}:", ended(process), flush=True)
        (one, _, _), (two, position, _) = load_state(out / "alone"), load_state(out / "0")
        most = max(float(np.abs(two[name] - one[name]).max()) for name in one)
        print(f"after {position.step} steps the states differ by {most:.1e} at most", flush=True)

        processes = pair(corpus, out, "--epochs", 500)
        for process in processes:
            wait_for_step(process)
        ip("-n", HOSTS[1], "link", "set", "cable", "down")
        cut_s = time.monotonic()
        for index, process in enumerate(processes):
            print(f"host {index}, cable cut:", ended(process), f"{time.monotonic() - cut_s:.0f} s after", flush=True)
        _, cut, _ = load_state(out / "0")
        ip("-n", HOSTS[1], "link", "set", "cable", "up")
        for index, process in enumerate(pair(corpus, out, "--epochs", cut.epoch + 1)):
            print(f"host {index}, mended:", ended(process), flush=True)
        _, position, _ = load_state(out / "0")
        print(f"it went on from step {cut.step} to step {position.step}", flush=True)


if __name__ == "__main__":
    main()
