"""Writes tests/engine/features/sphinx_fe.npz: what the original program makes of a few recordings.

The front end `voxforge` is that of `sphinx_fe` 5prealpha (Debian: sphinxbase-utils), which must be on the path. For
each name the file holds `NAME.samples` (int16, 16 kHz) and, for each kind of cleaning, `NAME.KIND`: float32
(n_frames, 13).

    python scripts/front_end_reference.py
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = ROOT / "tests" / "engine" / "features" / "sphinx_fe.npz"
RATE_HZ = 16_000
OPTIONS = "-lowerf 200 -upperf 3500 -nfilt 15 -transform dct -lifter 22 -samprate 16000 -nfft 512 -dither no -mswav yes"
KINDS = {
    "plain": "-remove_noise no -remove_silence no",
    "denoised": "-remove_noise yes -remove_silence no",
    "denoised-vad": "-remove_noise yes -remove_silence yes",
}


def recordings() -> dict[str, np.ndarray]:
    """The samples that come with the program, one of them in noise, silence with dither, and a tone."""
    rng = np.random.default_rng(15)
    man, woman = (
        soundfile.read(ROOT / "resources" / "samples" / f"{name}.wav", dtype="int16")[0] for name in ("man", "woman")
    )
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    return {
        "man": man[: 5 * RATE_HZ],
        "woman": woman[-4 * RATE_HZ :],
        "noisy": np.clip(man[: 3 * RATE_HZ] + rng.normal(0, 300, 3 * RATE_HZ), -32768, 32767).astype(np.int16),
        "silence": rng.integers(-1, 2, RATE_HZ).astype(np.int16),
        "tone": np.round(8000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16),
    }


def cepstra(samples: np.ndarray, options: str) -> np.ndarray:
    """float32 (n_frames, 13), as `sphinx_fe` writes them: a count of 4 bytes, then the values."""
    with tempfile.TemporaryDirectory() as folder:
        sound, features = Path(folder) / "sound.wav", Path(folder) / "features.mfc"
        soundfile.write(sound, samples, RATE_HZ, subtype="PCM_16")
        command = ["sphinx_fe", *OPTIONS.split(), *options.split(), "-i", str(sound), "-o", str(features)]
        subprocess.run(command, check=True, capture_output=True)
        return np.fromfile(features, "<f4")[1:].reshape(-1, 13)


def main() -> None:
    arrays = {}
    for name, samples in recordings().items():
        arrays[f"{name}.samples"] = samples
        arrays |= {f"{name}.{kind}": cepstra(samples, options) for kind, options in KINDS.items()}
    np.savez_compressed(WRITTEN, **arrays)


if __name__ == "__main__":
    main()
