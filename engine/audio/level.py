"""The level of a recording, and whether it is too low or clipped too much for correct recognition."""

from collections import deque
from typing import Self

import numpy as np

from engine.config import SAMPLE_RATE_HZ
from engine.notes import Note

_BINS = 4096
_LOUDEST_SHARE = 0.001  # of the samples; the lowest of them is the reference level
_QUIET = 0.002  # -54 dB: below it, 16 bits hold speech with three bits of resolution
_FLAT_SHARE = 0.08  # of the samples of speech; up to 0.03 in good recordings, from 0.13 on if clipped
_FLAT, _SPEECH = 0.9, 0.1  # of the reference level
_FAINT, _DISTORTED = (
    0.0006,
    0.25,
)  # peak and flat share at which every second word is wrong: -64 dB, 17 dB over full scale
_LEAST_TOLD_S = 2.0
_MOST_BLOCKS = 64


class Level:
    """The level of a recording or a part of it, updated block by block."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS + 1, np.int64)
        self._peak = 0.0

    def push(self, samples: np.ndarray) -> None:
        """samples: float32 (n,), full scale 1."""
        loud = np.abs(samples)
        self._peak = max(self._peak, float(loud.max(initial=0.0)))
        self._counts += np.bincount((np.minimum(loud, 1.0) * _BINS).astype(np.int64), minlength=_BINS + 1)

    def add(self, other: Self) -> None:
        """Adds everything that was pushed into another Level."""
        self._peak = max(self._peak, other._peak)
        self._counts += other._counts

    @property
    def fault(self) -> str:
        """Why most words would be wrong: "quiet" or "clipped"; empty if the level is good enough."""
        if self._peak < _FAINT:
            return "quiet"
        return "clipped" if self._flat_share() > _DISTORTED else ""

    def notes(self, has_words: bool) -> tuple[Note, ...]:
        """Notes about the level; a recording without words may be any sound."""
        if 0 < self._peak < _QUIET:
            return (Note("quiet"),)
        return (Note("clipped"),) if has_words and self._flat_share() > _FLAT_SHARE else ()

    def _flat_share(self) -> float:
        """Share of the speech that is as loud as its loudest moments: clipping, even if the level was lowered later."""
        if not self._peak:
            return 0.0
        at_least = np.cumsum(self._counts[::-1])[::-1]
        loudest = int(np.flatnonzero(at_least >= max(1.0, _LOUDEST_SHARE * at_least[0]))[-1])
        speech = at_least[max(1, round(_SPEECH * loudest))]
        return float(at_least[round(_FLAT * loudest)] / max(1, speech)) if loudest > _BINS * _QUIET else 0.0


class RecordingLevel:
    """The level of a recording and of its last stretches, and how much of it gave no text."""

    def __init__(self) -> None:
        self._whole = Level()
        self._blocks: deque[tuple[float, Level]] = deque()  # end of each in seconds, and its level
        self._end_s = 0.0
        self._left_out_s: dict[str, float] = {}

    def push(self, samples: np.ndarray) -> None:
        """samples: float32 (n,), full scale 1, at the model's rate."""
        self._end_s += len(samples) / SAMPLE_RATE_HZ
        block = Level()
        block.push(samples)
        self._whole.add(block)
        self._blocks.append((self._end_s, block))
        if len(self._blocks) > _MOST_BLOCKS:
            _at_s, oldest = self._blocks.popleft()
            self._blocks[0][1].add(oldest)

    def since(self, start_s: float) -> Level:
        """The level of the blocks from start_s on; earlier ones are forgotten."""
        while len(self._blocks) > 1 and self._blocks[0][0] <= start_s:
            self._blocks.popleft()
        level = Level()
        for _end_s, block in self._blocks:
            level.add(block)
        return level

    def leave_out(self, fault: str, duration_s: float) -> None:
        """Counts sound that gave no text. fault: "quiet", "clipped", or "noise"."""
        self._left_out_s[fault] = self._left_out_s.get(fault, 0.0) + duration_s

    def notes(self, has_words: bool) -> tuple[Note, ...]:
        """Notes about the level; of two of one kind only the stronger."""
        left_out = {fault: length_s for fault, length_s in self._left_out_s.items() if length_s >= _LEAST_TOLD_S}
        of_level = [note for note in self._whole.notes(has_words) if note.name not in left_out]
        of_text = (Note(f"{fault}_left_out", left_out_s=round(length_s, 1)) for fault, length_s in left_out.items())
        return (*of_level, *of_text)
