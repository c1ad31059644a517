"""Sounds without words, so that a model learns to say nothing: noise, hum, tones, clicks, near silence.

Made from a seed and passed through the model's front end; their text is empty.
"""

from collections.abc import Callable, Sequence

import numpy as np

from engine.config import SAMPLE_RATE_HZ, FeatureConfig
from engine.features.front_end import extract
from trainer.dataset.batches import Example, Rows

_FEWEST_FRAMES = 30


def _coloured(n: int, rng: np.random.Generator) -> np.ndarray:
    """Noise whose power falls with a random power of the frequency: white, pink, brown and in between."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    spectrum /= np.maximum(1, np.arange(len(spectrum))) ** rng.uniform(0, 1)
    return np.fft.irfft(spectrum, n)


def _blowing(n: int, rng: np.random.Generator) -> np.ndarray:
    """A band of noise that rises and fades, like wind, breath or a fan."""
    low = rng.uniform(100, 2000)
    band = in_band(_coloured(n, rng), low, low * rng.uniform(1.5, 3))
    points = rng.uniform(0.05, 1, max(2, n // int(rng.integers(2000, 16000))))
    return band * np.interp(np.linspace(0, len(points) - 1, n), np.arange(len(points)), points)


def in_band(noise: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    """Zero-phase Butterworth band-pass of order 2. SciPy's takes a second to import."""
    hz = np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE_HZ)
    distance = (hz**2 - low_hz * high_hz) / (np.maximum(hz, hz[1]) * (high_hz - low_hz))
    return np.fft.irfft(np.fft.rfft(noise) / np.sqrt(1 + distance**4), len(noise))


def _hum(n: int, rng: np.random.Generator) -> np.ndarray:
    """Mains hum with overtones over a little noise."""
    time_s = np.arange(n) / SAMPLE_RATE_HZ
    base = rng.choice([50, 60, 100, 120, rng.uniform(80, 400)])
    tones = [rng.uniform(0, 1) / k * np.sin(2 * np.pi * (base * k * time_s + rng.uniform())) for k in range(1, 20)]
    return np.sum(tones, axis=0) + 0.1 * rng.uniform() * rng.standard_normal(n)


def _tones(n: int, rng: np.random.Generator) -> np.ndarray:
    """A melody of plain tones with pauses."""
    notes: list[np.ndarray] = []
    while sum(map(len, notes)) < n:
        length = int(rng.uniform(0.08, 0.8) * SAMPLE_RATE_HZ)
        pitch = 220 * 2 ** (rng.integers(-12, 36) / 12)
        shape = np.hanning(length) * (rng.random() < 0.8)
        notes.append(shape * np.sin(2 * np.pi * pitch * np.arange(length) / SAMPLE_RATE_HZ))
    return np.concatenate(notes)[:n] + 0.01 * rng.uniform() * rng.standard_normal(n)


def _clicks(n: int, rng: np.random.Generator) -> np.ndarray:
    """Short knocks at random times, like typing, over faint noise."""
    strikes = (rng.random(n) < rng.uniform(1, 12) / SAMPLE_RATE_HZ) * rng.uniform(0.2, 1, n)
    decay = np.exp(-np.arange(1600) / rng.uniform(20, 400)) * rng.standard_normal(1600)
    return np.convolve(strikes, decay)[:n] + rng.uniform(0.0005, 0.02) * rng.standard_normal(n)


_KINDS: tuple[Callable[[int, np.random.Generator], np.ndarray], ...] = (
    _coloured,
    _blowing,
    _hum,
    _tones,
    _clicks,
)


def sound(rng: np.random.Generator) -> np.ndarray:
    """1 to 8 s of some sound without words: float32 (n,) at 16 kHz, from near silence to full scale."""
    n = int(rng.uniform(1, 8) * SAMPLE_RATE_HZ)
    samples = _KINDS[rng.integers(len(_KINDS))](n, rng)
    loudest = np.abs(samples).max() or 1.0
    peak = 10 ** (rng.uniform(-90, 0) / 20)
    quantised = np.round(samples / loudest * peak * 32767 + rng.uniform(-0.5, 0.5, n))
    return (quantised / 32768).astype(np.float32)


def examples(n: int, features: FeatureConfig, seed: int | Sequence[int]) -> list[Example]:
    """n sounds without words as examples with an empty text; equal seeds give equal sounds."""
    rng = np.random.default_rng(seed)
    result: list[Example] = []
    while len(result) < n:
        cepstra = extract(sound(rng), features).cepstra
        if len(cepstra) >= _FEWEST_FRAMES:
            result.append(Example(f"nonspeech:{len(result)}", "", "", ((Rows(cepstra), 0, len(cepstra)),)))
    return result
