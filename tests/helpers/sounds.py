"""Sounds made on the spot: tones, seeded noise, bursts between pauses, and WAV headers by hand."""

import struct
from itertools import pairwise

import numpy as np


def tone(duration_s: float, hz: float = 440.0, rate_hz: int = 16_000, level: float = 0.3) -> np.ndarray:
    """A sine, float32 (n,), peak `level`."""
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


def noise(duration_s: float, rate_hz: int = 16_000, level: float = 0.1, seed: int = 0) -> np.ndarray:
    """White Gaussian noise, float32 (n,), standard deviation `level`, within [-1, 1]."""
    samples = np.random.default_rng(seed).standard_normal(round(duration_s * rate_hz))
    return np.clip(level * samples, -1, 1).astype(np.float32)


def bursts(*edges_s: float, duration_s: float, level: float = 0.2, seed: int = 0) -> np.ndarray:
    """Faint noise in which a chord sounds from each odd edge to the next even one; float32 (n,), 16 kHz."""
    samples = noise(duration_s, level=1e-4, seed=seed)
    chord = sum(tone(duration_s, hz, level=level / 4) for hz in (300, 700, 1500, 2600))
    for start_s, end_s in list(pairwise(edges_s))[::2]:
        span = slice(round(start_s * 16_000), round(end_s * 16_000))
        samples[span] += chord[span]
    return samples


def int16_bytes(samples: np.ndarray) -> bytes:
    """float32 (n,) or (n, n_channels) in [-1, 1] as interleaved 16 bit PCM."""
    return np.round(samples * 32_767).astype("<i2").tobytes()


def wav_header(
    n_bytes: int, rate_hz: int = 16_000, n_channels: int = 1, before_samples: bytes = b"", bits: int = 16
) -> bytes:
    """Header of a PCM WAV that says n_bytes of samples follow. before_samples: further chunks."""
    frame_bytes = n_channels * bits // 8
    fmt = struct.pack("<HHIIHH", 1, n_channels, rate_hz, rate_hz * frame_bytes, frame_bytes, bits)
    chunks = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + before_samples
    riff_length = min(len(chunks) + 8 + n_bytes, 0xFFFFFFFF)
    return b"RIFF" + struct.pack("<I", riff_length) + chunks + b"data" + struct.pack("<I", n_bytes)
