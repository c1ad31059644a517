"""A long recording is read piece by piece: its text comes as it goes, and memory stays as it was for a short one."""

import json
import subprocess
import sys
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.model.checkpoint import save_checkpoint
from tests.helpers.models import random_checkpoint
from tests.helpers.sounds import int16_bytes, noise

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")

ROOT = Path(__file__).parents[3]
SHORT_MIN, LONG_MIN = 2, 32
MOST_GROWTH_MB = 20  # the samples of the 30 minutes more would be 58 MB as the file has them, 115 MB as the engine does
FURTHEST_BEHIND_S = 40.0  # a block and the longest stretch, 20 s each

# VmHWM, since ru_maxrss of a child is never less than what its parent had when it was begun.
READER = """
import json, sys
from pathlib import Path
from engine.events import Final, Progress
from engine.transcribe.transcribe import Transcriber

def peak_mb():
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024

transcriber = Transcriber.load(Path(sys.argv[1]))
for path in sys.argv[2:]:
    texts, done_s, behind_s = 0, 0.0, 0.0
    for event in transcriber.transcribe(Path(path)):
        if isinstance(event, Progress):
            done_s = event.done_s
        elif isinstance(event, Final):
            texts, behind_s = texts + 1, max(behind_s, done_s - event.segment.end_s)
    print(json.dumps({"peak_mb": peak_mb(), "texts": texts, "done_s": done_s, "behind_s": behind_s}))
"""


def write_bursts(path: Path, minutes: int) -> Path:
    """Each minute four stretches of noise with pauses between, as speech has them. Written minute by minute."""
    rng = np.random.default_rng(3)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        for minute in range(minutes):
            for _ in range(4):
                burst_s = float(rng.uniform(4, 12))
                burst = noise(burst_s, level=0.2, seed=minute)
                pause = noise(15 - burst_s, level=0.001, seed=minute)
                file.writeframes(int16_bytes(np.concatenate([burst, pause])))
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """Knows nothing, but is sure of it, so that there is text."""
    made = random_checkpoint()
    louder = {name: 40 * weight if name.startswith("output") else weight for name, weight in made.weights.items()}
    save_checkpoint(folder := tmp_path_factory.mktemp("model"), replace(made, weights=louder))
    return folder


def test_memory_stays_flat_over_a_long_recording(model, tmp_path):
    paths = [write_bursts(tmp_path / f"{minutes}.wav", minutes) for minutes in (SHORT_MIN, LONG_MIN)]
    command = [sys.executable, "-c", READER, model, *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    short, long = map(json.loads, done.stdout.splitlines())
    assert (short["done_s"], long["done_s"]) == (60 * SHORT_MIN, 60 * LONG_MIN)
    assert long["texts"] >= LONG_MIN
    assert long["behind_s"] <= FURTHEST_BEHIND_S
    assert long["peak_mb"] - short["peak_mb"] < MOST_GROWTH_MB
