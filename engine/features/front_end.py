"""Samples -> cepstra, block by block, with the time of each frame."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.config import HOP_S, HOP_SAMPLES, SAMPLE_RATE_HZ, FeatureConfig
from engine.features.classic import ClassicCepstra
from engine.features.network_input import normalise
from engine.features.voxforge import VoxforgeCepstra

__all__ = ["Frames", "FrontEnd", "Listener", "extract", "extract_together", "join", "normalise"]

_Stage = VoxforgeCepstra | ClassicCepstra

PRE_EMPHASIS = 0.97
# Bounds the memory of a long push; a second of frames fits into the processor's cache.
_MAX_SAMPLES_AT_ONCE = SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Frames:
    """The frames of a stretch of audio that were kept.

    cepstra: float32 (n, width), not normalised. index: int64 (n,), the number of each frame in the audio,
    from 0, increasing; with gaps where silence was removed. window_s: length of a frame in seconds.
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
    """The frames of consecutive stretches, at least one, as one stretch."""
    cepstra = np.concatenate([part.cepstra for part in parts])
    return Frames(cepstra, np.concatenate([part.index for part in parts]), parts[0].window_s)


class _Framer:
    """The samples of one recording -> spans of whole frames, pre-emphasised across block borders."""

    def __init__(self, stage: _Stage):
        self._stage = stage
        self._pending = np.empty(0)  # pre-emphasised, from the start of the next frame
        self._last_sample = 0.0
        self._n_frames = 0
        self._ended = False

    def push(self, samples: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """samples as for FrontEnd.push -> (span, numbers of its frames), float64 and int64."""
        samples = np.asarray(samples)
        if samples.ndim != 1 or samples.dtype.kind != "f":
            raise ValueError(f"samples must be float (n,), not {samples.dtype} {samples.shape}")
        if self._ended:
            raise ValueError("the recording has ended; a new one needs a new FrontEnd")
        window = self._stage.window_samples
        for start in range(0, len(samples), _MAX_SAMPLES_AT_ONCE):
            block = samples[start : start + _MAX_SAMPLES_AT_ONCE].astype(np.float64)
            previous = np.concatenate(([self._last_sample], block[:-1]))
            self._last_sample = block[-1]
            pending = np.concatenate((self._pending, block - PRE_EMPHASIS * previous))
            n_new = max(0, (len(pending) - window) // HOP_SAMPLES + 1)
            self._pending = pending[n_new * HOP_SAMPLES :]
            if n_new:
                index = np.arange(self._n_frames, self._n_frames + n_new)
                self._n_frames += n_new
                yield pending[: window + (n_new - 1) * HOP_SAMPLES], index

    def flush(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The span of the last, zero-padded frame, if any. A second flush gives none."""
        n_pending = 0 if self._ended else len(self._pending)
        self._ended = True
        if self._stage.has_tail(n_pending, self._n_frames):
            tail = np.zeros(self._stage.window_samples)
            tail[:n_pending] = self._pending
            yield tail, np.array([self._n_frames])


class FrontEnd:
    """Cepstra of one recording, pushed in blocks of any size; the sizes do not change the result.

    Frames are returned as soon as they are known; with `remove_silence` those before a word are held back until
    speech has begun.
    """

    def __init__(self, config: FeatureConfig):
        self._stage = _stage(config)
        self._framer = _Framer(self._stage)

    def push(self, samples: np.ndarray) -> Frames:
        """samples: float (n,), in [-1, 1], 16 kHz, finite -> the frames that became known.

        Raises ValueError for samples of another shape or of an integer type, and after flush().
        """
        stage = self._stage
        return _joined(stage, [stage.finish(stage.rows(span), index) for span, index in self._framer.push(samples)])

    def flush(self) -> Frames:
        """The end of the recording: its last, zero-padded frame, if any. A second flush gives none."""
        stage = self._stage
        return _joined(stage, [stage.finish(stage.rows(span), index, True) for span, index in self._framer.flush()])


class Listener:
    """Collects a whole recording in blocks of any size; `extract_together` computes the cepstra of several.

    For finished recordings: several together take half the time that a FrontEnd takes for each.
    """

    def __init__(self, config: FeatureConfig):
        self.config = config
        self.stage = _stage(config)
        self._framer = _Framer(self.stage)
        self._rows = [self.stage.rows(np.zeros(self.stage.window_samples))[:0]]

    def push(self, samples: np.ndarray) -> None:
        """samples, errors: as for FrontEnd.push."""
        self._rows += [self.stage.rows(span) for span, _index in self._framer.push(samples)]

    def end(self) -> tuple[np.ndarray, int]:
        """Ends the recording -> the rows of its frames, and how many of them are not the padded tail.

        Raises ValueError if it is called twice.
        """
        self.push(np.empty(0))
        n_whole = sum(map(len, self._rows))
        self._rows += [self.stage.rows(span) for span, _index in self._framer.flush()]
        return np.concatenate(self._rows), n_whole


def extract_together(listeners: Sequence[Listener]) -> list[Frames]:
    """Ends recordings with the same configuration -> all frames of each, equal to those of `extract`.

    Raises ValueError if the configurations differ, or if a recording has already ended.
    """
    if len({listener.config for listener in listeners}) > 1:
        raise ValueError("recordings of one configuration only can be extracted together")
    if not listeners:
        return []
    rows_of_each = [listener.end() for listener in listeners]
    followed_of_each = listeners[0].stage.follow([rows for rows, _n_whole in rows_of_each])
    frames = []
    for listener, (rows, n_whole), followed in zip(listeners, rows_of_each, followed_of_each, strict=True):
        parts = []
        for start, end, is_tail in ((0, n_whole, False), (n_whole, len(rows), True)):
            followed_part = None if followed is None else followed[:, start:end]
            parts.append(listener.stage.finish(rows[start:end], np.arange(start, end), is_tail, followed_part))
        frames.append(_joined(listener.stage, parts))
    return frames


def extract(samples: np.ndarray, config: FeatureConfig) -> Frames:
    """All frames of one recording; samples as for FrontEnd.push."""
    front_end = FrontEnd(config)
    return join([front_end.push(samples), front_end.flush()])


def _stage(config: FeatureConfig) -> _Stage:
    return VoxforgeCepstra(config) if config.front_end == "voxforge" else ClassicCepstra(config)


def _joined(stage: _Stage, parts: Iterable[tuple[np.ndarray, np.ndarray]]) -> Frames:
    empty = np.empty((0, stage.width), np.float32), np.empty(0, np.int64)
    return join([Frames(*part, stage.window_samples / SAMPLE_RATE_HZ) for part in (empty, *parts)])
