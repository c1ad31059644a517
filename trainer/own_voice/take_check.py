"""Checks whether a take can be used for training, and what to do better if not."""

from enum import Enum, auto
from pathlib import Path

import numpy as np

from engine.audio.file import open_audio
from engine.config import FULL_SCALE, QUIET_PEAK, SAMPLE_RATE_HZ
from engine.errors import AudioError

_CLIPPED_SHARE = 0.001  # of the samples at full scale: shouting, or too high a microphone level
_SILENT_PEAK = 0.004
_FEWEST_S_A_LETTER = 0.03  # nobody speaks faster than some thirty letters a second
_MOST_S_A_LETTER = 0.6
_SHORTEST_S = 0.5
_LONGEST_S = 20.0


class Verdict(Enum):
    """The verdict on a take. All but GOOD and QUIET should be read again."""

    GOOD = auto()
    QUIET = auto()
    CLIPPED = auto()
    SILENT = auto()
    TOO_SHORT = auto()
    TOO_LONG = auto()
    UNREADABLE = auto()

    @property
    def can_be_kept(self) -> bool:
        """Whether a model can learn from the take."""
        return self in (Verdict.GOOD, Verdict.QUIET)


def judge(path: Path, text: str) -> Verdict:
    """The verdict on a recording of a normalised text."""
    peak, n_samples, n_clipped = 0.0, 0, 0
    try:
        with open_audio(path) as audio:
            for block in audio.blocks():
                loud = np.abs(block)
                peak = max(peak, float(loud.max(initial=0.0)))
                n_clipped += int(np.count_nonzero(loud >= FULL_SCALE))
                n_samples += len(block)
    except AudioError:
        return Verdict.UNREADABLE
    duration_s = n_samples / SAMPLE_RATE_HZ
    if peak < _SILENT_PEAK:
        return Verdict.SILENT
    if duration_s < max(_SHORTEST_S, _FEWEST_S_A_LETTER * len(text)):
        return Verdict.TOO_SHORT
    if duration_s > min(_LONGEST_S, 3 + _MOST_S_A_LETTER * len(text)):
        return Verdict.TOO_LONG
    if n_clipped > _CLIPPED_SHARE * n_samples:
        return Verdict.CLIPPED
    return Verdict.QUIET if peak < QUIET_PEAK else Verdict.GOOD
