"""A recording that is still being written -> float32 mono blocks at the model's rate."""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Self, cast

import numpy as np

from engine.audio.mono_resampler import DAMAGED, MonoResampler, audio_error, open_ordinary, unless_empty
from engine.audio.wav_header import WavHeader, read_header
from engine.config import SAMPLE_RATE_HZ
from engine.errors import AudioEmpty, AudioError, AudioUnreadable

POLL_S = 0.1


class FollowedRecording:
    """A 16 bit PCM WAV that is still being written: a context manager that reads until the writer has ended.

    ended: polled before every read; once it returns True, the rest of the file is read and the blocks end. wait:
    called between two reads. The length in the header is ignored. While nothing is written, nothing is yielded; to
    stop early, let `ended` return True. Raises as open_audio does.
    """

    duration_s = None
    notes = ()

    def __init__(
        self,
        path: str | os.PathLike[str],
        rate_hz: int = SAMPLE_RATE_HZ,
        *,
        ended: Callable[[], bool],
        wait: Callable[[], object] = lambda: time.sleep(POLL_S),
    ):
        self._path, self._rate_hz, self._ended, self._wait = Path(path), rate_hz, ended, wait
        # Unbuffered, because a buffer would keep bytes that have changed since.
        self._file = open_ordinary(self._path, cast(Callable[..., BinaryIO], partial(open, buffering=0)))
        self._header: WavHeader | None = None
        self._position = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self._file.close()

    def blocks(self, block_s: float = 1.0) -> Iterator[np.ndarray]:
        """float32 (n,) in [-1, 1], mono, at the requested rate, block_s seconds at most. Single use.

        Together they equal those of open_audio for the finished file. Raises AudioError if the file shrinks or
        vanishes, AudioUnreadable if it is not a 16 bit PCM WAV, AudioEmpty if it ended without a sample.
        """
        mono = None
        while True:
            is_last = self._ended()
            header = self._header or self._find_header()
            if header:
                mono = mono or MonoResampler(header.rate_hz, self._rate_hz)
                for samples in self._available(header, block_s):
                    yield from unless_empty(mono.push(samples))
            if is_last:
                break
            self._wait()
        if not mono and self._length():
            raise AudioUnreadable(path=self._path, reason=DAMAGED)
        if not mono or not mono.n_values:
            raise AudioEmpty(path=self._path)
        yield from unless_empty(mono.flush())

    def _find_header(self) -> WavHeader | None:
        """Reads the header; None while it is incomplete."""
        self._length()
        try:
            self._header = read_header(self._file)
        except OSError as error:
            raise audio_error(self._path, error) from error
        except ValueError as error:
            raise AudioUnreadable(path=self._path, reason=str(error)) from error
        if self._header is None:
            return None
        if not self._header.is_pcm or self._header.bits != 16:
            raise AudioUnreadable(path=self._path, reason="a recording in progress must be 16 bit PCM")
        self._position = self._header.data_start
        return self._header

    def _available(self, header: WavHeader, block_s: float) -> Iterator[np.ndarray]:
        """Samples that were written since the last read, whole frames only: float32 (n, n_channels)."""
        frame_bytes = 2 * header.n_channels
        n_at_once = max(1, round(block_s * header.rate_hz)) * frame_bytes
        while n_bytes := min(n_at_once, (self._length() - self._position) // frame_bytes * frame_bytes):
            try:
                self._file.seek(self._position)
                raw = self._file.read(n_bytes)
            except OSError as error:
                raise audio_error(self._path, error) from error
            raw = raw[: len(raw) // frame_bytes * frame_bytes]
            self._position += len(raw)
            yield np.frombuffer(raw, "<i2").reshape(-1, header.n_channels) / np.float32(32_768)

    def _length(self) -> int:
        """Length of the file in bytes now."""
        if not self._path.exists():
            raise AudioError(path=self._path, reason="it vanished while it was written")
        length = os.fstat(self._file.fileno()).st_size
        if length < self._position:
            raise AudioError(path=self._path, reason="it became shorter while it was written")
        return length
