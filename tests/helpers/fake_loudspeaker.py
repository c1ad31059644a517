"""A loudspeaker that plays when the test says so."""

import threading

import numpy as np

from engine.errors import PlaybackError


class FakeLoudspeaker:
    """rate_hz: what it plays at, None: what is asked. failure: raised at opening. heard: what it has played."""

    def __init__(self, rate_hz: int | None = None, failure: PlaybackError | None = None, latency_s: float = 0.0):
        self.rate_hz, self.failure, self.latency_s = rate_hz, failure, latency_s
        self.opened = threading.Event()
        self.n_open = 0
        self.heard = np.zeros(0, np.float32)
        self._rate_hz = 0

    def open(self, rate_hz, fill, on_end) -> "FakeLoudspeaker":
        if self.failure is not None:
            raise self.failure
        self._rate_hz, self._fill, self._on_end = self.rate_hz or rate_hz, fill, on_end
        self.n_open += 1
        self.opened.set()
        return self

    def play(self, seconds: float) -> None:
        """Asks for so much in blocks of 50 ms, and ends where the sound does."""
        n_block = round(0.05 * self._rate_hz)
        for _ in range(round(seconds / 0.05)):
            block = np.frombuffer(self._fill(n_block, self._rate_hz), "<i2")
            self.heard = np.concatenate([self.heard, block / np.float32(32768)])
            if len(block) < n_block:
                self._on_end()
                return

    def stop(self) -> None:
        """As if somebody pulled it out."""
        self._on_end()

    def close(self) -> None:
        self.n_open -= 1
        self.opened.clear()
