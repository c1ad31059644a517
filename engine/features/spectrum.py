"""Frames -> power spectrum."""

import numpy as np

FFT_SIZE = 512


class PowerSpectrum:
    """window: float64 (n_samples,), at most 512 samples. first, last: range of the 257 frequencies; last excluded.

    Large arrays are kept from call to call, because allocating them takes as long as filling them.
    """

    def __init__(self, window: np.ndarray, first: int = 0, last: int = FFT_SIZE // 2 + 1):
        self._window, self._first, self._last = window, first, last
        self._make_room(0)

    def _make_room(self, n_frames: int) -> None:
        self._padded = np.zeros((n_frames, FFT_SIZE))
        self._spectrum = np.empty((n_frames, FFT_SIZE // 2 + 1), np.complex128)

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """frames: float64 (n, n_samples) -> squared magnitudes, float64 (n, last - first)."""
        n_frames, n_samples = frames.shape
        if n_frames > len(self._padded):
            self._make_room(n_frames)
        padded, spectrum = self._padded[:n_frames], self._spectrum[:n_frames]
        np.multiply(frames, self._window, out=padded[:, :n_samples])
        np.fft.rfft(padded, out=spectrum)
        selected = spectrum[:, self._first : self._last]
        return selected.real**2 + selected.imag**2
