"""Whether a microphone is too loud, too quiet or in noise while it records, by the level of each block. Knows no Qt."""

from collections import deque
from enum import Enum, auto

from engine.config import FULL_SCALE

_OVERDRIVEN_RMS = 0.4  # of a block that reaches full scale; unclipped speech is rarely half as strong as its peak
_SHOWN_S = 3.0  # a warning is to be read
_QUIET_PEAK = 0.004  # -48 dB; see trainer.own_voice.take_check
_QUIET_FOR_S = 6.0  # so long nobody speaks, or nobody is heard
# Of the blocks of some seconds, the quiet ones are the room and the loud ones the voice. At a signal-to-noise ratio of
# 5 dB nine of ten such stretches of real speech are below this ratio, at 10 dB one of forty, at 20 dB none.
_NOISE_OF_S = 6.0
_NOISE_RMS, _VOICE_TO_NOISE = 0.003, 5.0  # -50 dB; 14 dB


class Loudness(Enum):
    GOOD = auto()
    OVERDRIVEN = auto()
    QUIET = auto()
    NOISY = auto()


def is_overdriven(peak: float, rms: float) -> bool:
    """peak, rms: of a block, 0 to 1."""
    return peak >= FULL_SCALE and rms >= _OVERDRIVEN_RMS


class LoudnessWatch:
    """Of one recording, block by block."""

    def __init__(self) -> None:
        self._overdriven_at_s: float | None = None
        self._noisy_at_s: float | None = None
        self._loudest = 0.0
        self._recent: deque[tuple[float, float]] = deque()

    def hear(self, now_s: float, peak: float, rms: float) -> Loudness:
        """now_s: the block's end, seconds from the recording's start."""
        self._loudest = max(self._loudest, peak)
        if is_overdriven(peak, rms):
            self._overdriven_at_s = now_s
        if self._is_noisy(now_s, rms):
            self._noisy_at_s = now_s
        if self._overdriven_at_s is not None and now_s - self._overdriven_at_s < _SHOWN_S:
            return Loudness.OVERDRIVEN
        if now_s > _QUIET_FOR_S and self._loudest < _QUIET_PEAK:
            return Loudness.QUIET
        is_noisy = self._noisy_at_s is not None and now_s - self._noisy_at_s < _SHOWN_S
        return Loudness.NOISY if is_noisy else Loudness.GOOD

    def _is_noisy(self, now_s: float, rms: float) -> bool:
        """Whether for some seconds the room was never much quieter than the voice."""
        self._recent.append((now_s, rms))
        is_long = now_s - self._recent[0][0] >= _NOISE_OF_S
        while self._recent[0][0] < now_s - _NOISE_OF_S:
            self._recent.popleft()
        levels = sorted(level for _at_s, level in self._recent)
        room, voice = levels[len(levels) // 10], levels[len(levels) * 19 // 20]
        return is_long and room > _NOISE_RMS and voice < _VOICE_TO_NOISE * room
