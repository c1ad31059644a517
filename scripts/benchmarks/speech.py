"""Speech of any length for the benchmarks: the sample recordings, over and over."""

from pathlib import Path

import numpy as np
import soundfile

from engine.paths import resource

RATE_HZ = 16_000


def write_speech(path: Path, duration_s: float) -> Path:
    """A 16 bit WAV of the two samples in turn, half a second of near silence between them."""
    samples = [soundfile.read(p, dtype="int16")[0] for p in sorted(resource("samples").glob("*.wav"))]
    pause = np.random.default_rng(0).integers(-3, 4, RATE_HZ // 2).astype(np.int16)
    round_ = np.concatenate([part for sample in samples for part in (sample, pause)])
    left = round(duration_s * RATE_HZ)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1, "PCM_16") as file:
        while left:
            file.write(round_[:left])
            left -= min(left, len(round_))
    return path
