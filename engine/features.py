"""Samples -> cepstra, block by block, and which moment of the audio each frame stands for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.config import HOP_S, HOP_SAMPLES, SAMPLE_RATE_HZ, FeatureConfig
from engine.frames import normalise
from engine.voxforge_frontend import VoxforgeCepstra

__all__ = ["Frames", "FrontEnd", "extract", "join", "normalise"]

PRE_EMPHASIS = 0.97
# Bounds the memory of a push of any length; a second's frames still fit the processor's cache.
_MAX_SAMPLES_AT_ONCE = SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Frames:
    """The frames kept of a stretch of audio.

    cepstra: float32 (n, n_cepstra), not normalised. index: int64 (n,), the number of each frame in the audio,
    from 0, rising; numbers are left out where silence was removed. window_s: length of a frame in seconds.
    """

    cepstra: np.ndarray
    index: np.ndarray
    window_s: float

    def __len__(self) -> int:
        return len(self.index)

    @property
    def times_s(self) -> np.ndarray:
        """float64 (n,): centre of each frame in seconds from the start of the audio."""
        return self.index * HOP_S + self.window_s / 2


def join(parts: Sequence[Frames]) -> Frames:
    """At least one stretch, in the order of time -> the frames of all of them."""
    cepstra = np.concatenate([part.cepstra for part in parts])
    return Frames(cepstra, np.concatenate([part.index for part in parts]), parts[0].window_s)


class ClassicCepstra:
    """`python_speech_features.mfcc` with the published parameters and that library's defaults for the rest.

    These are: rectangular window, and the first cepstrum replaced with the log of the frame's energy.
    """

    window_samples = 400

    def __init__(self, config: FeatureConfig):
        self._config = config

    def push(self, span: np.ndarray, index: np.ndarray, is_tail: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Same as VoxforgeCepstra.push; no frame is ever removed."""
        import python_speech_features  # brings all of scipy.signal along

        cepstra = python_speech_features.mfcc(
            span,
            samplerate=SAMPLE_RATE_HZ,
            winlen=self.window_samples / SAMPLE_RATE_HZ,
            winstep=HOP_S,
            numcep=self._config.n_cepstra,
            nfilt=self._config.n_filters,
            nfft=512,
            lowfreq=self._config.low_hz,
            highfreq=self._config.high_hz,
            preemph=0,  # done before, across the borders of blocks
            ceplifter=self._config.lifter,
        )
        return cepstra.astype(np.float32), index

    @classmethod
    def has_tail(cls, n_pending: int, n_frames: int) -> bool:
        """As `python_speech_features`: only samples that no full frame covers make a last, padded frame."""
        return n_pending > (cls.window_samples - HOP_SAMPLES if n_frames else 0)


class FrontEnd:
    """Cepstra of one recording, given in blocks of any size; the sizes do not change the result.

    Frames come as soon as they can be told; with `remove_silence` those before a word are held back until it
    is clear that speech has begun.
    """

    def __init__(self, config: FeatureConfig):
        self._stage = VoxforgeCepstra(config) if config.front_end == "voxforge" else ClassicCepstra(config)
        self._pending = np.empty(0)  # pre-emphasised, from the start of the next frame
        self._last_sample = 0.0
        self._n_frames = 0
        self._ended = False
        self._none = self._frames(np.empty((0, config.n_cepstra), np.float32), np.empty(0, np.int64))

    def push(self, samples: np.ndarray) -> Frames:
        """samples: float (n,), in [-1, 1], 16 kHz, finite -> the frames that became known.

        Raises ValueError for samples of another shape or of an integer type, and after flush().
        """
        samples = np.asarray(samples)
        if samples.ndim != 1 or samples.dtype.kind != "f":
            raise ValueError(f"samples must be float (n,), not {samples.dtype} {samples.shape}")
        if self._ended:
            raise ValueError("the recording has ended; a new one needs a new FrontEnd")
        return join([self._none, *self._pushed(samples)])

    def flush(self) -> Frames:
        """The end of the recording: its last, zero-padded frame, if any. A second flush gives none."""
        n_pending = 0 if self._ended else len(self._pending)
        self._ended = True
        if not self._stage.has_tail(n_pending, self._n_frames):
            return self._none
        tail = np.zeros(self._stage.window_samples)
        tail[:n_pending] = self._pending
        return self._frames(*self._stage.push(tail, np.array([self._n_frames]), is_tail=True))

    def _pushed(self, samples: np.ndarray) -> Iterator[Frames]:
        window = self._stage.window_samples
        for start in range(0, len(samples), _MAX_SAMPLES_AT_ONCE):
            block = samples[start : start + _MAX_SAMPLES_AT_ONCE].astype(np.float64)
            before = np.concatenate(([self._last_sample], block[:-1]))
            self._last_sample = block[-1]
            pending = np.concatenate((self._pending, block - PRE_EMPHASIS * before))
            n_new = max(0, (len(pending) - window) // HOP_SAMPLES + 1)
            self._pending = pending[n_new * HOP_SAMPLES :]
            if n_new:
                index = np.arange(self._n_frames, self._n_frames + n_new)
                self._n_frames += n_new
                yield self._frames(*self._stage.push(pending[: window + (n_new - 1) * HOP_SAMPLES], index))

    def _frames(self, cepstra: np.ndarray, index: np.ndarray) -> Frames:
        return Frames(cepstra, index, self._stage.window_samples / SAMPLE_RATE_HZ)


def extract(samples: np.ndarray, config: FeatureConfig) -> Frames:
    """All frames of one recording; samples as for FrontEnd.push."""
    front_end = FrontEnd(config)
    return join([front_end.push(samples), front_end.flush()])
