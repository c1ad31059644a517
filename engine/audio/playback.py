"""Plays a recording from any moment at half to double speed, and reports its position."""

import math
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from engine.audio.mono_resampler import MonoResampler
from engine.audio.portaudio import open_loudspeaker
from engine.audio.sound_on_disk import Sound
from engine.audio.time_stretch import Tempo
from engine.errors import LoudspeakerLost

SLOWEST, FASTEST = 0.5, 2.0
_TOLD_EVERY_S = 0.04
_NEAR_S = 0.1


class Output(Protocol):
    """An open loudspeaker that requests samples until it is closed; latency_s: until a sample is heard."""

    latency_s: float

    def close(self) -> None:
        """Stops at once and closes the loudspeaker."""


OpenOutput = Callable[[int, Callable[[int, int], bytes], Callable[[], None]], Output]


class Playback:
    """Plays one recording. All methods but `run` return at once and may be called from any thread.

    open_output(rate_hz, fill, on_end): requests rate_hz and may get another; fill(n, rate_hz) returns n 16-bit samples,
    fewer at the end, on the output's own thread; on_end() is called after the last sample, or if the output fails.
    """

    def __init__(self, sound: Sound, open_output: OpenOutput = open_loudspeaker):
        self.sound = sound
        self._open_output = open_output
        self._tempo = Tempo(sound.samples, sound.rate_hz)
        self._lock = threading.Lock()
        self._resampler: MonoResampler | None = None
        self._converted = np.zeros(0, np.float32)
        self._until_s = sound.duration_s
        self._latency_s = 0.0
        self._silent = True

    @property
    def position_s(self) -> float:
        """The present position in the recording."""
        with self._lock:
            late_s = 0.0 if self._silent else self._latency_s * self._tempo.speed
            return max(0.0, self._tempo.position_s - late_s)

    def seek(self, position_s: float) -> None:
        """Continues from that second to the end of the recording."""
        with self._lock:
            self._tempo.seek(position_s)
            self._until_s = self.sound.duration_s
            self._converted = np.zeros(0, np.float32)

    def stop_at(self, until_s: float) -> None:
        """Stops at that second; the next `seek` removes the limit."""
        with self._lock:
            self._until_s = until_s

    def set_speed(self, speed: float) -> None:
        """Sets the speed, 0.5 to 2, with the same pitch. Raises ValueError outside that range."""
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"speed must be from {SLOWEST} to {FASTEST}, not {speed}")
        with self._lock:
            self._tempo.speed = speed

    def silence(self) -> None:
        """Silences the output at once; `run` ends when it is closed."""
        with self._lock:
            position_s = max(0.0, self._tempo.position_s - (0.0 if self._silent else self._latency_s))
            self._silent = True
            self._tempo.seek(position_s)

    def run(self) -> Iterator[float]:
        """Plays from the present position, and yields it some 25 times a second until the end.

        Raises PlaybackError or PortAudioMissing.
        """
        ended = threading.Event()
        with self._lock:
            self._silent, self._resampler, self._converted = False, None, np.zeros(0, np.float32)
        try:
            output = self._open_output(self.sound.rate_hz, self._fill, ended.set)
        except BaseException:
            self._silent = True
            raise
        try:
            self._latency_s = output.latency_s
            while not ended.wait(_TOLD_EVERY_S):
                yield self.position_s
            self._check_end()
            yield self.position_s
        finally:
            self._silent = True
            output.close()

    def _check_end(self) -> None:
        """Raises LoudspeakerLost if the output stopped before the end."""
        with self._lock:
            was_silent, self._silent = self._silent, True
            if not was_silent and self._tempo.position_s < self._until_s - _NEAR_S:
                raise LoudspeakerLost()

    def _fill(self, n: int, rate_hz: int) -> bytes:
        with self._lock:
            if self._silent:
                return bytes(2 * n)
            left_s = max(0.0, self._until_s - self._tempo.position_s) / self._tempo.speed
            n_left = math.ceil(left_s * self.sound.rate_hz)
            is_same_rate = rate_hz == self.sound.rate_hz
            block = self._tempo.read(min(n, n_left)) if is_same_rate else self._resampled(n, rate_hz, n_left)
            return (block.clip(-1.0, 1.0) * 32767).astype("<i2").tobytes()

    def _resampled(self, n: int, rate_hz: int, n_left: int) -> np.ndarray:
        if self._resampler is None:
            self._resampler = MonoResampler(self.sound.rate_hz, rate_hz)
        while len(self._converted) < n and self._resampler is not None:
            block = self._tempo.read(min(n_left, 512))
            n_left -= len(block)
            converted = self._resampler.push(block[:, None]) if len(block) else self._resampler.flush()
            self._resampler = self._resampler if len(block) else None
            self._converted = np.concatenate([self._converted, converted])
        block, self._converted = self._converted[:n], self._converted[n:]
        return block
