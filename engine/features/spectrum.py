"""Frames -> the power at each frequency."""

import numpy as np

FFT_SIZE = 512


class PowerSpectrum:
    """window: float64 (n_samples,), at most 512 samples. first, last: of the frequencies wanted, of 257; last excluded.

    Its large arrays are kept from call to call: to get them from the system anew takes as long as to fill them.
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
        wanted = spectrum[:, self._first : self._last]
        return wanted.real**2 + wanted.imag**2
