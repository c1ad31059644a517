"""What finished and growing recordings have in common: opening, downmixing, resampling."""

import stat
from collections.abc import Callable, Iterator
from errno import ENAMETOOLONG
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr

from engine.errors import AudioError, AudioNotAllowed, AudioNotFound

DAMAGED = "the format is not known or the beginning is damaged"
_WINDOW_S, _MOST_VALUES = 0.5, 1_000_000
_CANCELLED, _AUDIBLE = (
    0.05,
    0.15,
)  # energy of the mean relative to the strongest channel's; 0.5 for independent channels
_LOUDEST = 1e6  # 120 dB above full scale: a broken sample, as NaN and infinity are


def audio_error(path: Path, error: OSError | ValueError) -> AudioError:
    """A failure of the file system as an AudioError."""
    if isinstance(error, PermissionError):
        return AudioNotAllowed(path=path)
    # ValueError: a null character in the name.
    if isinstance(error, (FileNotFoundError, NotADirectoryError, ValueError)):
        return AudioNotFound(path=path)
    if error.errno == ENAMETOOLONG:
        return AudioError(path=f"{str(path)[:60]}...", reason="its name is too long")
    return AudioError(path=path, reason=error.strerror or str(error))


def open_ordinary(path: Path, opener: Callable[..., BinaryIO]) -> BinaryIO:
    """`opener(path, "rb")`, but never a folder or a pipe.

    Raises AudioNotFound, AudioNotAllowed or AudioError.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):  # opening a pipe would wait for its writer
            raise AudioError(path=path, reason="it is a folder" if stat.S_ISDIR(mode) else "it is no ordinary file")
        return opener(path, "rb")
    except (OSError, ValueError) as error:
        raise audio_error(path, error) from error


class _Mixer:
    """Several channels -> one: their mean, or the strongest of them if they cancel each other out.

    Decided for each half second, so that the result does not depend on block sizes. A chosen channel is kept until the
    mean is no longer weak.
    """

    def __init__(self, rate_hz: int):
        self._rate_hz = rate_hz
        self._pending: np.ndarray | None = None
        self._channel: int | None = None

    def push(self, samples: np.ndarray) -> np.ndarray:
        """samples: float32 (n, n_channels) -> float32 (m,)."""
        if samples.shape[1] == 1:
            return samples[:, 0]
        if self._pending is not None:
            samples = np.concatenate([self._pending, samples])
        window = max(1, min(round(_WINDOW_S * self._rate_hz), _MOST_VALUES // samples.shape[1]))
        whole = len(samples) - len(samples) % window
        self._pending = samples[whole:].copy()
        windows = (samples[start : start + window] for start in range(0, whole, window))
        return np.concatenate([np.empty(0, np.float32), *map(self._mixed, windows)])

    def flush(self) -> np.ndarray:
        pending, self._pending = self._pending, None
        return self._mixed(pending) if pending is not None and len(pending) else np.empty(0, np.float32)

    def _mixed(self, window: np.ndarray) -> np.ndarray:
        mean = window.mean(axis=1, dtype=np.float64)
        energies = np.square(window, dtype=np.float64).sum(axis=0)
        share = np.square(mean).sum() / max(energies.max(), np.finfo(float).tiny)
        if energies.max() > 0 and share < _CANCELLED:
            self._channel = int(energies.argmax()) if self._channel is None else self._channel
        elif share > _AUDIBLE:
            self._channel = None
        return mean.astype(np.float32) if self._channel is None else window[:, self._channel]


class MonoResampler:
    """Samples of several channels at the file's rate -> mono at another, with broken samples set to 0.

    The result does not depend on block sizes.
    """

    def __init__(self, from_hz: int, to_hz: int):
        self.n_values = self.n_broken = 0
        self._mixer = _Mixer(from_hz)
        self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32") if from_hz != to_hz else None

    def push(self, samples: np.ndarray) -> np.ndarray:
        """samples: float32 (n, n_channels) -> float32 (m,)."""
        sound = np.abs(samples) <= _LOUDEST  # False for NaN
        n_broken = sound.size - np.count_nonzero(sound)
        self.n_values += sound.size
        self.n_broken += n_broken
        if n_broken:
            samples = np.where(sound, samples, 0)
        mono = self._mixer.push(samples)
        return self._stream.resample_chunk(mono) if self._stream else mono

    def flush(self) -> np.ndarray:
        """The samples still in the mixer and the resampler, float32 (m,)."""
        rest = self._mixer.flush()
        return self._stream.resample_chunk(rest, last=True) if self._stream else rest


def unless_empty(samples: np.ndarray) -> Iterator[np.ndarray]:
    """Yields the samples if there are any."""
    if len(samples):
        yield samples
