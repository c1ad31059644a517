"""The front end of the published project: `python_speech_features.mfcc` with that project's parameters.

Filters and lifter come from the library. Its own `mfcc` makes filters, frame numbers and a window of ones again for
each block, which takes twice as long as everything else.
"""

import numpy as np

from engine.config import HOP_SAMPLES, SAMPLE_RATE_HZ, FeatureConfig
from engine.features.spectrum import FFT_SIZE, PowerSpectrum

WINDOW_SAMPLES = 400
_SMALLEST = np.finfo(float).eps  # replaces 0, whose logarithm is not finite


class ClassicCepstra:
    """MFCC with the library's defaults: a rectangular window, and the log energy of the frame as first cepstrum."""

    window_samples = WINDOW_SAMPLES

    def __init__(self, config: FeatureConfig):
        import python_speech_features  # imports all of scipy.signal
        from scipy.fft import dct

        self.width = config.n_cepstra
        self._spectrum = PowerSpectrum(np.ones(WINDOW_SAMPLES))
        filters = python_speech_features.get_filterbanks(
            config.n_filters, FFT_SIZE, SAMPLE_RATE_HZ, config.low_hz, config.high_hz
        )
        self._bank = filters.T / FFT_SIZE
        transform = dct(np.eye(config.n_filters), type=2, norm="ortho", axis=0)[: config.n_cepstra]
        self._transform = python_speech_features.lifter(transform.T, config.lifter)

    def rows(self, span: np.ndarray) -> np.ndarray:
        """As VoxforgeCepstra.rows, but cepstra float64 (n, n_cepstra)."""
        frames = np.lib.stride_tricks.sliding_window_view(span, WINDOW_SAMPLES)[::HOP_SAMPLES]
        power = self._spectrum(frames)
        energy = power.sum(axis=1) / FFT_SIZE
        cepstra = np.log(_above_zero(power @ self._bank)) @ self._transform
        cepstra[:, 0] = np.log(_above_zero(energy))
        return cepstra

    def follow(self, rows_of_each: list[np.ndarray]) -> list[np.ndarray | None]:
        """This front end has no state from frame to frame."""
        return [None] * len(rows_of_each)

    def finish(
        self, rows: np.ndarray, index: np.ndarray, is_tail: bool = False, followed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """As VoxforgeCepstra.finish; no frame is ever removed."""
        return rows.astype(np.float32), index

    @staticmethod
    def has_tail(n_pending: int, n_frames: int) -> bool:
        """As in `python_speech_features`, only samples beyond the full frames make a last, padded frame."""
        return n_pending > (WINDOW_SAMPLES - HOP_SAMPLES if n_frames else 0)


def _above_zero(energies: np.ndarray) -> np.ndarray:
    return np.where(energies == 0, _SMALLEST, energies)
