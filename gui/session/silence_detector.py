"""When a person has stopped speaking, told from how loud it is. Knows no Qt."""

from collections import deque

_LOUDER = 3.0  # times the noise of the room: about 10 dB
_LEAST_RMS = 0.002  # -54 dB of full scale; below it nobody speaks
_ROOM_S = 5.0  # the quietest moment of the last seconds is the room
_BEFORE_SPEECH_S = 10.0  # a person who has not begun yet is given at least this


class Silence:
    """limit_s: seconds without speech after which `is_over`; 0 for never."""

    def __init__(self, limit_s: float):
        self._limit_s = limit_s
        self._recent: deque[tuple[float, float]] = deque()
        self._heard_at_s: float | None = None
        self.is_over = False

    def hear(self, now_s: float, rms: float) -> None:
        """How loud it was just before now_s, seconds from the recording's start; rms: 0 to 1."""
        self._recent.append((now_s, rms))
        while self._recent[0][0] < now_s - _ROOM_S:
            self._recent.popleft()
        room = min(level for _at_s, level in self._recent)
        if rms > max(_LOUDER * room, _LEAST_RMS):
            self._heard_at_s = now_s
        silent_s = now_s - (self._heard_at_s or 0.0)
        limit_s = self._limit_s if self._heard_at_s is not None else max(self._limit_s, _BEFORE_SPEECH_S)
        self.is_over = self._limit_s > 0 and silent_s >= limit_s
