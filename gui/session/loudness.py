"""Whether a microphone is too loud or too quiet while it records, judged from the level of each block. Knows no Qt."""

from enum import Enum, auto

from engine.config import FULL_SCALE

_OVERDRIVEN_RMS = 0.4  # of a block that reaches full scale; unclipped speech is rarely half as strong as its peak
_SHOWN_S = 3.0  # a warning is to be read
_QUIET_PEAK = 0.004  # -48 dB; see trainer.own_voice.take_check
_QUIET_FOR_S = 6.0  # so long nobody speaks, or nobody is heard


class Loudness(Enum):
    GOOD = auto()
    OVERDRIVEN = auto()
    QUIET = auto()


def is_overdriven(peak: float, rms: float) -> bool:
    """peak, rms: of a block, 0 to 1."""
    return peak >= FULL_SCALE and rms >= _OVERDRIVEN_RMS


class LoudnessWatch:
    """Of one recording, block by block."""

    def __init__(self) -> None:
        self._overdriven_at_s: float | None = None
        self._loudest = 0.0

    def hear(self, now_s: float, peak: float, rms: float) -> Loudness:
        """now_s: the block's end, seconds from the recording's start."""
        self._loudest = max(self._loudest, peak)
        if is_overdriven(peak, rms):
            self._overdriven_at_s = now_s
        if self._overdriven_at_s is not None and now_s - self._overdriven_at_s < _SHOWN_S:
            return Loudness.OVERDRIVEN
        return Loudness.QUIET if now_s > _QUIET_FOR_S and self._loudest < _QUIET_PEAK else Loudness.GOOD
