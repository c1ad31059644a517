"""A stream of frames -> stretches short enough to be recognised at once, cut at pauses."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.config import HOP_S
from engine.features.front_end import Frames, join

_SMOOTHING_FRAMES = 15


@dataclass(frozen=True)
class Lengths:
    """When a stretch ends, in seconds of kept frames.

    A pause (frames removed as silence) of pause_s ends it if it has shortest_s, one of long_pause_s if it has fewest_s,
    because normalisation needs some speech. At longest_s it is cut where it is quietest.
    """

    pause_s: float = 0.05
    shortest_s: float = 6.0
    long_pause_s: float = 1.5
    fewest_s: float = 2.0
    longest_s: float = 20.0


class Segmenter:
    """Collects frames and yields complete stretches, whatever the size of the pushes."""

    def __init__(self, lengths: Lengths | None = None):
        self._lengths = lengths or Lengths()
        self._open: Frames | None = None

    @property
    def open(self) -> Frames | None:
        """The frames of the open stretch, if any."""
        return self._open

    def push(self, frames: Frames) -> Iterator[Frames]:
        """Takes frames in order; yields each stretch that they complete."""
        if not len(frames):
            return
        self._open = join([self._open, frames]) if self._open is not None else frames
        while (cut := self._cut(self._open)) is not None:
            yield self._take(self._open, cut)

    def flush(self) -> Iterator[Frames]:
        """Yields the open stretch at the end of the audio."""
        if self._open is not None and len(self._open):
            yield self._take(self._open, len(self._open))

    def _take(self, frames: Frames, cut: int) -> Frames:
        stretch = Frames(frames.cepstra[:cut], frames.index[:cut], frames.window_s)
        self._open = Frames(frames.cepstra[cut:], frames.index[cut:], frames.window_s)
        return stretch

    def _cut(self, frames: Frames) -> int | None:
        """The index of the frame to cut at, if any."""
        lengths = self._lengths
        gaps_s = (np.diff(frames.index) - 1) * HOP_S
        lengths_s = np.arange(1, len(frames)) * HOP_S
        pauses = (gaps_s >= lengths.pause_s) & (lengths_s >= lengths.shortest_s)
        pauses |= (gaps_s >= lengths.long_pause_s) & (lengths_s >= lengths.fewest_s)
        longest = round(lengths.longest_s / HOP_S)
        places = np.flatnonzero(pauses)
        if len(places) and places[0] < longest:
            return int(places[0]) + 1
        return self._quietest(frames, longest) if len(frames) > longest else None

    def _quietest(self, frames: Frames, longest: int) -> int:
        """The middle of the quietest stretch in the second half; the first cepstrum follows the loudness."""
        loudness = frames.cepstra[longest // 2 : longest, 0]
        window = np.ones(_SMOOTHING_FRAMES) / _SMOOTHING_FRAMES
        smooth = np.convolve(loudness, window, mode="valid")
        return longest // 2 + int(smooth.argmin()) + _SMOOTHING_FRAMES // 2
