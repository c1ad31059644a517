"""What reading a finished recording and following a growing one share: opening, mixing down, resampling."""

import stat
from collections.abc import Callable, Iterator
from errno import ENAMETOOLONG
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr

from engine.errors import AudioError, AudioNotAllowed, AudioNotFound

DAMAGED = "the format is not known or the beginning is damaged"
_LOUDEST = 1e6  # 120 dB above full scale: a broken sample, as NaN and infinity are


def audio_error(path: Path, error: OSError | ValueError) -> AudioError:
    """A failure of the file system in our words."""
    if isinstance(error, PermissionError):
        return AudioNotAllowed(path=path)
    # ValueError: a null in the name.
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
        if not stat.S_ISREG(mode):  # to open a pipe would wait for its writer
            raise AudioError(path=path, reason="it is a folder" if stat.S_ISDIR(mode) else "it is no ordinary file")
        return opener(path, "rb")
    except (OSError, ValueError) as error:
        raise audio_error(path, error) from error


class MonoResampler:
    """Samples of several channels at the file's rate -> mono at another, with broken samples set to 0.

    The sizes of the blocks do not change the result.
    """

    def __init__(self, from_hz: int, to_hz: int):
        self.n_values = self.n_broken = 0
        self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32") if from_hz != to_hz else None

    def push(self, samples: np.ndarray) -> np.ndarray:
        """samples: float32 (n, n_channels) -> float32 (m,)."""
        sound = np.abs(samples) <= _LOUDEST  # false for NaN
        n_broken = sound.size - np.count_nonzero(sound)
        self.n_values += sound.size
        self.n_broken += n_broken
        if n_broken:
            samples = np.where(sound, samples, 0)
        mono = samples.mean(axis=1, dtype=np.float64).astype(np.float32)
        return self._stream.resample_chunk(mono) if self._stream else mono

    def flush(self) -> np.ndarray:
        """What the resampler still holds, float32 (m,)."""
        rest = np.empty(0, np.float32)
        return self._stream.resample_chunk(rest, last=True) if self._stream else rest


def unless_empty(samples: np.ndarray) -> Iterator[np.ndarray]:
    """The samples, where there are any."""
    if len(samples):
        yield samples
