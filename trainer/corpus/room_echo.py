"""Simulates a microphone in a real room: level, reverberation, noise, the narrow band of a telephone.

All take float32 samples (n,) at 16 kHz and a random generator; equal generators give equal results.
"""

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

from engine.config import SAMPLE_RATE_HZ

_FULL_SCALE = 0.99


def reverberate(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Convolves with exponentially decaying noise, a simple model of a room (Moorer 1979).

    It decays by 60 dB in 0.1 to 0.6 s and is 5 to 20 dB below the direct sound.
    """
    decay_s = rng.uniform(0.1, 0.6)
    n = int(decay_s * SAMPLE_RATE_HZ)
    tail = rng.standard_normal(n) * np.exp(-6.9 * np.arange(n) / n)
    tail[: int(0.002 * SAMPLE_RATE_HZ)] = 0
    tail *= 10 ** (-rng.uniform(5, 20) / 20) / np.sqrt((tail**2).sum())
    tail[0] = 1
    return fftconvolve(samples, tail)[: len(samples)].astype(np.float32)


def coloured_noise(n: int, rng: np.random.Generator) -> np.ndarray:
    """Noise (n,) of unit power whose spectrum falls by 0 to 9 dB an octave, with a little hum at times."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / SAMPLE_RATE_HZ)
    noise = np.fft.irfft(spectrum / np.maximum(hz, 50) ** (rng.uniform(0, 9) / 6.02), n)
    noise /= max(1e-12, noise.std())
    if rng.random() < 0.3:
        noise += rng.uniform(0, 1) * np.sin(2 * np.pi * 50 * np.arange(n) / SAMPLE_RATE_HZ + rng.uniform(0, 6.28))
    return (noise / max(1e-12, noise.std())).astype(np.float32)


def add_noise(samples: np.ndarray, below_db: float, rng: np.random.Generator) -> np.ndarray:
    """Adds coloured noise, below_db below the power of the speech."""
    level = np.sqrt((samples**2).mean()) * 10 ** (-below_db / 20)
    return samples + np.float32(level) * coloured_noise(len(samples), rng)


def telephone(samples: np.ndarray) -> np.ndarray:
    """The band of a telephone, 300 to 3400 Hz."""
    return sosfilt(butter(4, (300, 3400), "bandpass", fs=SAMPLE_RATE_HZ, output="sos"), samples).astype(np.float32)


def in_a_room(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Applies some of the above, with quiet before and after, at any level from whisper to full scale."""
    before, after = (int(s * SAMPLE_RATE_HZ) for s in rng.uniform(0.1, 0.5, 2))
    samples = np.pad(samples, (before, after))
    if rng.random() < 0.6:
        samples = reverberate(samples, rng)
    if rng.random() < 0.15:
        samples = telephone(samples)
    samples = add_noise(samples, rng.uniform(12, 45), rng)
    loudest = 10 ** (-rng.uniform(0, 26) / 20) * _FULL_SCALE
    return (samples * (loudest / max(1e-9, np.abs(samples).max()))).astype(np.float32)
