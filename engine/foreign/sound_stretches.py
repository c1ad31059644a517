"""Samples -> stretches of speech with their sound: models of others hear sound, not our cepstra."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.config import HOP_S, HOP_SAMPLES, SAMPLE_RATE_HZ, FeatureConfig
from engine.features.front_end import Frames
from engine.features.segmenter import Lengths
from engine.features.stretches import Stretches

# Such models were trained on whole sentences. Nothing waits for more speech behind a long pause: the sound of a pause
# between two words would be heard as well.
_LENGTHS = Lengths(pause_s=0.2, shortest_s=10.0, long_pause_s=1.0, fewest_s=0.0, longest_s=20.0)
_AROUND_FRAMES = 15  # of the sound around what counts as speech
_FEWEST_FRAMES = 12  # less is a click
_HELD_BACK_FRAMES = 200  # more than the front end keeps until it is clear that speech has begun
_OVER_FRAMES = round(_LENGTHS.long_pause_s / HOP_S) + _HELD_BACK_FRAMES


@dataclass(frozen=True)
class SoundStretch(Frames):
    """samples: float32 (n,), 16 kHz, of its frames, which here have no gaps."""

    samples: np.ndarray


class SoundStretches(Stretches):
    """Of SoundStretch; the same whatever the size of the pushes."""

    def __init__(self, config: FeatureConfig):
        super().__init__(config, _LENGTHS)
        self._samples, self._first = np.empty(0, np.float32), 0  # of which frame the first sample is
        self._taken = 0  # frames up to here belong to stretches that were given

    def push(self, samples: np.ndarray) -> list[SoundStretch]:
        """samples: float (n,), 16 kHz -> the stretches that they complete."""
        self._samples = np.concatenate([self._samples, samples.astype(np.float32)])
        done = list(self._complete(self._segmenter.push(self._front_end.push(samples))))
        waiting = self._segmenter.open
        if waiting is not None and len(waiting) and self._n_frames - int(waiting.index[-1]) > _OVER_FRAMES:
            done += self._complete(self._segmenter.flush())
        self._forget()
        return done

    def flush(self) -> list[SoundStretch]:
        """What is left at the end of the recording."""
        done = list(self._complete(self._segmenter.push(self._front_end.flush())))
        return [*done, *self._complete(self._segmenter.flush())]

    @property
    def open(self) -> SoundStretch | None:
        """What belongs to no complete stretch yet."""
        waiting = self._segmenter.open
        return self._with_sound(waiting, self._n_frames) if waiting is not None and len(waiting) else None

    @property
    def _n_frames(self) -> int:
        return self._first + len(self._samples) // HOP_SAMPLES

    def _complete(self, stretches: Iterator[Frames]) -> Iterator[SoundStretch]:
        for stretch in stretches:
            following = self._segmenter.open
            end = int(following.index[0]) if following is not None and len(following) else self._n_frames
            whole = self._with_sound(stretch, end)
            self._taken = int(whole.index[-1]) + 1
            if len(stretch) >= _FEWEST_FRAMES:
                yield whole

    def _with_sound(self, stretch: Frames, end: int) -> SoundStretch:
        """end: the frame behind the last that may belong to it."""
        first = max(self._taken, self._first, int(stretch.index[0]) - _AROUND_FRAMES)
        last = int(stretch.index[-1]) + 1
        index = np.arange(first, max(last, min(end, last + _AROUND_FRAMES)))
        at = (index[0] - self._first) * HOP_SAMPLES
        behind = (index[-1] + 1 - self._first) * HOP_SAMPLES + round(stretch.window_s * SAMPLE_RATE_HZ) - HOP_SAMPLES
        nothing = np.empty((len(index), 0), np.float32)
        return SoundStretch(nothing, index, stretch.window_s, self._samples[at:behind])

    def _forget(self) -> None:
        """Drops samples that no stretch can have any more."""
        waiting = self._segmenter.open
        needed = int(waiting.index[0]) - _AROUND_FRAMES if waiting is not None and len(waiting) else self._n_frames
        n_frames = min(needed, self._n_frames - _HELD_BACK_FRAMES) - self._first
        if n_frames > 0:
            self._samples, self._first = self._samples[n_frames * HOP_SAMPLES :].copy(), self._first + n_frames
