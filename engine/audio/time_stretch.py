"""Speech faster or slower at the same pitch: waveform similarity overlap-add (Verhelst and Roelands 1993, WSOLA).

Pieces of 32 ms overlap by half. Each piece may be taken up to 10 ms earlier or later, where it continues the previous
one best.
"""

import numpy as np

_HOP_S = 0.016
_TOLERANCE_S = 0.01
_QUIETEST = 1e-3  # energy below which all positions are equally good


class Tempo:
    """Reads a sound at a speed that may change at any moment.

    samples: int16 (n,), mono, possibly on disk. Not thread-safe.
    """

    def __init__(self, samples: np.ndarray, rate_hz: int, speed: float = 1.0):
        self._samples, self._rate_hz, self.speed = samples, rate_hz, speed
        self._hop, self._tolerance = round(_HOP_S * rate_hz), round(_TOLERANCE_S * rate_hz)
        angle = np.pi * (np.arange(2 * self._hop) + 0.5) / self._hop
        self._window = (0.5 - 0.5 * np.cos(angle)).astype(np.float32)
        self.seek(0.0)

    def seek(self, position_s: float) -> None:
        """Continues at that second."""
        self._wanted = min(max(0.0, position_s * self._rate_hz), float(len(self._samples)))
        self._natural: int | None = None
        self._tail = np.zeros(0, np.float32)
        self._ready = np.zeros(0, np.float32)

    @property
    def position_s(self) -> float:
        """Position of the next sample in the source, in seconds."""
        n_ahead = len(self._ready) * self.speed
        return min(max(0.0, self._wanted - n_ahead), len(self._samples)) / self._rate_hz

    def read(self, n: int) -> np.ndarray:
        """float32 (n,) in [-1, 1]; fewer at the end."""
        while len(self._ready) < n and self._wanted < len(self._samples):
            self._ready = np.concatenate([self._ready, self._next_hop()])
        block, self._ready = self._ready[:n], self._ready[n:]
        return block

    def _next_hop(self) -> np.ndarray:
        position = round(self._wanted)
        if self._natural is None:
            start, tail = position, self._piece(position, self._hop) * self._window[self._hop :]
        else:
            start, tail = self._best_start(position, self._natural), self._tail
        piece = self._piece(start, 2 * self._hop) * self._window
        self._tail, self._natural = piece[self._hop :], start + self._hop
        self._wanted += self._hop * self.speed
        return tail + piece[: self._hop]

    def _best_start(self, position: int, natural: int) -> int:
        """The start near `position` where the samples are most like those that would have followed."""
        if abs(position - natural) <= 1:
            return natural
        target = self._piece(natural, 2 * self._hop)
        near = self._piece(position - self._tolerance, 2 * (self._hop + self._tolerance))
        energy = np.cumsum(np.concatenate([[0.0], near * near]))
        energy = energy[2 * self._hop :] - energy[: -2 * self._hop]
        alike = np.correlate(near, target) / np.sqrt(energy + _QUIETEST)
        return position - self._tolerance + int(alike.argmax())

    def _piece(self, start: int, n: int) -> np.ndarray:
        """float32 (n,), silence beyond the edges."""
        piece = np.zeros(n, np.float32)
        first, end = max(0, start), min(len(self._samples), start + n)
        if first < end:
            piece[first - start : end - start] = self._samples[first:end].astype(np.float32) / 32768
        return piece
