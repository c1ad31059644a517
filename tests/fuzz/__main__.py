"""Fuzzing: python -m tests.fuzz [SECONDS [READER...]] - two minutes for each reader by default; prints a table.

A fault ends it with the shortest file that shows it; the file is kept where the last line says.
"""

import os
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # no screen is needed

from tests.fuzz.edits import EDITS, edited
from tests.fuzz.reader import Reader
from tests.fuzz.readers import READERS

SECONDS = 120.0
_BATCH = 200


@dataclass
class Count:
    """Of executions; refused: by a sentence. slowest_s: of one of them."""

    executions: int = 0
    refused: int = 0
    slowest_s: float = 0.0


class Fuzzed:
    """A reader with its seeds in a folder. last: what it was given last."""

    def __init__(self, reader: Reader, folder: Path):
        self._reader, self.count, self.last = reader, Count(), b""
        self.seeds, self._read = reader.prepare(folder)
        for content in self.seeds:
            self._read(content)

    def execute(self, content: bytes) -> None:
        """Raises what is a fault."""
        self.last = content
        self.count.executions += 1
        begun_s = time.perf_counter()
        try:
            self._read(content)
        except self._reader.refusals:
            self.count.refused += 1
        self.count.slowest_s = max(self.count.slowest_s, time.perf_counter() - begun_s)

    def batch(self, n: int, seed: int, deadline_s: float = float("inf")) -> None:
        """n executions by hypothesis, fewer once the clock is past deadline_s."""

        @seeded(seed)
        @settings(
            max_examples=n,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        @given(st.sampled_from(self.seeds), EDITS)
        def run(content, edits):
            if time.monotonic() < deadline_s:
                self.execute(edited(content, edits))

        run()


def fuzz(reader: Reader, folder: Path, n: int, seed: int) -> Count:
    """n executions. Raises what is a fault."""
    fuzzed = Fuzzed(reader, folder)
    fuzzed.batch(n, seed)
    return fuzzed.count


def fuzz_for(reader: Reader, seconds: float) -> Count:
    """As many executions as there is time for; keeps what shows a fault, and raises it."""
    deadline_s = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        fuzzed = Fuzzed(reader, Path(folder))
        try:
            for seed in count(1):
                if time.monotonic() >= deadline_s:
                    return fuzzed.count
                fuzzed.batch(_BATCH, seed, deadline_s)
        except Exception:
            kept = Path(tempfile.gettempdir()) / "diktovka-fault"
            kept.write_bytes(fuzzed.last)
            print(f"kept: {kept}", file=sys.stderr)
            raise
    raise AssertionError("numbers do not end")


def main(seconds: float, names: list[str]) -> None:
    warnings.simplefilter("error")
    print(f"| {'reader':<40} | {'executions':>10} | {'refused':>8} | {'slowest':>8} |", flush=True)
    print(f"|{'-' * 42}|{'-' * 11}:|{'-' * 9}:|{'-' * 9}:|")
    for name in names or READERS:
        found = fuzz_for(READERS[name], seconds)
        share = found.refused / max(found.executions, 1)
        slowest = f"{1000 * found.slowest_s:.0f} ms"
        print(f"| {name:<40} | {found.executions:>10} | {share:>8.0%} | {slowest:>8} |", flush=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(float(arguments[0]) if arguments else SECONDS, arguments[1:])
