"""A whole recording for display and playback: on disk, so that an hour needs hardly more memory than a minute."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.audio.file import open_audio
from engine.config import SAMPLE_RATE_HZ
from engine.system.atomic_files import storage_error

PEAK_S = 0.01
_PEAK_SAMPLES = round(PEAK_S * SAMPLE_RATE_HZ)
_BLOCK_S = 10.0


@dataclass(frozen=True, eq=False)
class Sound:
    """samples: int16 (n,), mono, at rate_hz; peaks: int16 (m, 2), the lowest and the highest sample of each PEAK_S."""

    samples: np.ndarray
    peaks: np.ndarray
    rate_hz: int = SAMPLE_RATE_HZ

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz

    def piece(self, start_s: float, end_s: float) -> np.ndarray:
        """float32 (n,) in [-1, 1] between two seconds, as far as there are any."""
        first, end = (min(max(0, round(time_s * self.rate_hz)), len(self.samples)) for time_s in (start_s, end_s))
        return self.samples[first : max(first, end)].astype(np.float32) / 32768


def load_sound(path: Path, track: int | None = None) -> Iterator[float | Sound]:
    """Yields the seconds read so far, and at the end the Sound.

    track: as of open_audio. Raises AudioError, or StorageError for its copy.
    """
    peaks: list[np.ndarray] = []
    n_samples = 0
    with tempfile.TemporaryFile() as copy, open_audio(path, track=track) as audio:
        for block in _whole_peaks(audio.blocks(_BLOCK_S)):
            samples = (np.clip(block, -1.0, 1.0) * 32767).astype(np.int16)
            _append(copy, samples, path)
            padded = np.pad(samples, (0, -len(samples) % _PEAK_SAMPLES), mode="edge").reshape(-1, _PEAK_SAMPLES)
            peaks.append(np.stack([padded.min(axis=1), padded.max(axis=1)], axis=1))
            n_samples += len(samples)
            yield n_samples / SAMPLE_RATE_HZ
        mapped = np.memmap(copy, np.int16, "r", shape=(n_samples,))  # stays valid when the file is closed here
    yield Sound(mapped, np.concatenate(peaks))


def _append(copy: BinaryIO, samples: np.ndarray, path: Path) -> None:
    try:
        copy.write(samples.tobytes())
        copy.flush()
    except OSError as error:
        raise storage_error(path, error) from error


def _whole_peaks(blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """The same samples in blocks of whole peaks, except for the last block."""
    rest = np.zeros(0, np.float32)
    for block in blocks:
        block = np.concatenate([rest, block])
        n_whole = len(block) - len(block) % _PEAK_SAMPLES
        rest = block[n_whole:]
        if n_whole:
            yield block[:n_whole]
    if len(rest):
        yield rest
