"""The front end of the VoxForge Russian features: CMU Sphinx's `sphinx_fe`, in blocks.

Formulae: sphinxbase, `fe_sigproc.c` and `fe_prespch_buf.c`; see noise_tracker for the rest of them.
Frames are computed in batches, row by row in the same order whatever the number of rows, so that the size of the
blocks does not change a single bit.
"""

from collections import deque

import numpy as np

from engine.config import HOP_SAMPLES, SAMPLE_RATE_HZ, FeatureConfig
from engine.features.noise_tracker import NoiseTracker, follow_together, rows_times
from engine.features.spectrum import FFT_SIZE, PowerSpectrum

WINDOW_SAMPLES = 410
INT16_SCALE = 32_768.0
_BIN_HZ = SAMPLE_RATE_HZ / FFT_SIZE
_LOG_FLOOR = 1e-4
_HAMMING, _HANN = (0.54, 0.46), (0.5, 0.5)  # through a Hamming window, loud low sounds leak into the high bands
# Of a band above high_hz: about the energy of rounding to 16 bits. Anything below was never recorded.
_HIGH_FLOOR = 10.0

_RING_FRAMES = 21
_FRAMES_TO_SPEECH = 10
_FRAMES_TO_SILENCE = 50


def mel_bank(n_filters: int, low_hz: float, high_hz: float) -> np.ndarray:
    """Triangular filters of unit area whose edges lie on FFT bins: float64 (n_filters, 257)."""
    low, high = 2595 * np.log10(1 + np.array([low_hz, high_hz]) / 700)
    edges_hz = 700 * (10 ** (np.linspace(low, high, n_filters + 2) / 2595) - 1)
    edges = np.floor(edges_hz / _BIN_HZ + 0.5)
    left, centre, right = (edges[i : i + n_filters, None] for i in range(3))
    bins = np.arange(FFT_SIZE // 2 + 1)
    # Filters narrower than a bin have no slope on that side; a width of one bin keeps them finite.
    rising = (bins - left) / np.maximum(centre - left, 1)
    falling = (right - bins) / np.maximum(right - centre, 1)
    area = 2 / (np.maximum(right - left, 1) * _BIN_HZ)
    return np.maximum(np.minimum(rising, falling), 0) * area


def cosine_transform(n: int) -> np.ndarray:
    """The orthonormal DCT-II as a matrix (n, n). SciPy's would take as long to import as everything else."""
    order = np.arange(n)[:, None]
    transform = np.sqrt(2 / n) * np.cos(np.pi * order * (2 * np.arange(n) + 1) / (2 * n))
    transform[0] /= np.sqrt(2)
    return transform


class _Bands:
    """Frames -> energies of mel bands. window: coefficients of a cosine window."""

    def __init__(self, n: int, low_hz: float, high_hz: float, window: tuple[float, float]):
        bank = mel_bank(n, low_hz, high_hz)
        used = np.flatnonzero(bank.any(axis=0))
        first, last = (used[0], used[-1] + 1) if len(used) else (0, 1)
        self._bank = np.ascontiguousarray(bank[:, first:last])
        angle = 2 * np.pi * np.arange(WINDOW_SAMPLES) / (WINDOW_SAMPLES - 1)
        self._spectrum = PowerSpectrum((window[0] - window[1] * np.cos(angle)) * INT16_SCALE, first, last)

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        return rows_times(self._spectrum(frames), self._bank)


class MelCepstra:
    """Windowed samples -> mel energies -> cepstra, without state from frame to frame."""

    def __init__(self, config: FeatureConfig):
        self._n_filters, self._n_high = config.n_filters, config.n_high
        self._low = _Bands(config.n_filters, config.low_hz, config.high_hz, _HAMMING)
        self._high = _Bands(config.n_high, config.high_hz, SAMPLE_RATE_HZ / 2, _HANN)
        lifter = np.ones(config.n_cepstra)
        if config.lifter:
            order = np.arange(config.n_cepstra)
            lifter += config.lifter / 2 * np.sin(np.pi * order / config.lifter)
        transform = cosine_transform(config.n_filters)[: config.n_cepstra]
        self._transform = np.ascontiguousarray(transform * lifter[:, None])

    def energies(self, frames: np.ndarray) -> np.ndarray:
        """frames: pre-emphasised samples in [-1, 1], (n, 410) -> mel energies float64 (n, n_filters + n_high)."""
        low = self._low(frames)
        return np.concatenate([low, self._high(frames)], axis=1) if self._n_high else low

    def cepstra(self, energies: np.ndarray, gain: np.ndarray | None = None) -> np.ndarray:
        """Energies as above -> liftered cepstra and log energies of the high bands, float32 (n, width).

        gain: of each filter, float64 (n, n_filters); the high bands have none.
        """
        low, high = energies[:, : self._n_filters], energies[:, self._n_filters :]
        if gain is not None:
            low = low * gain
        cepstra = rows_times(np.log(low + _LOG_FLOOR), self._transform).astype(np.float32)
        if not self._n_high:
            return cepstra
        return np.concatenate([cepstra, np.log(high + _HIGH_FLOOR).astype(np.float32)], axis=1)


class SilenceGate:
    """Passes speech through, with up to 21 frames before its start and 49 after its end."""

    def __init__(self, width: int):
        self._held = np.empty((0, width), np.float32)
        self._held_index = np.empty(0, np.int64)
        self._in_speech = False
        self._run = 0

    def push(
        self, cepstra: np.ndarray, index: np.ndarray, speech: np.ndarray, is_tail: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """cepstra float32 (n, width), frame numbers int64 (n,), speech bool (n,) -> those that pass.

        is_tail: the zero-padded frame at the end, which never releases held frames.
        """
        cepstra = np.concatenate([self._held, cepstra])
        index = np.concatenate([self._held_index, index])
        ring = deque(range(len(self._held)), maxlen=_RING_FRAMES)
        passed: list[int] = []
        for position, is_speech in enumerate(speech.tolist(), start=len(ring)):
            ring.append(position)
            was_in_speech = self._in_speech
            self._advance(is_speech)
            if self._in_speech:
                passed.extend([position] if is_tail else ring)
            if self._in_speech or was_in_speech:
                ring.clear()
        self._held, self._held_index = cepstra[list(ring)], index[list(ring)]
        return cepstra[passed], index[passed]

    def _advance(self, is_speech: bool) -> None:
        """Changes state after enough consecutive frames against it."""
        self._run = self._run + 1 if is_speech != self._in_speech else 0
        if self._run == (_FRAMES_TO_SILENCE if self._in_speech else _FRAMES_TO_SPEECH):
            self._in_speech = not self._in_speech
            self._run = 0


class VoxforgeCepstra:
    """Pre-emphasised frames -> cepstra of the kept frames, with the state of the recording."""

    window_samples = WINDOW_SAMPLES

    def __init__(self, config: FeatureConfig):
        self.width = config.width
        self._config = config
        self._follows = config.remove_noise or config.remove_silence
        self._mel = MelCepstra(config)
        self._noise = NoiseTracker(config.n_filters)
        self._gate = SilenceGate(config.width)

    def rows(self, span: np.ndarray) -> np.ndarray:
        """The part that depends on single frames: mel energies, float64 (n, n_filters + n_high).

        span: pre-emphasised samples of n overlapping frames, float64.
        """
        return self._mel.energies(np.lib.stride_tricks.sliding_window_view(span, WINDOW_SAMPLES)[::HOP_SAMPLES])

    def follow(self, rows_of_each: list[np.ndarray]) -> list[np.ndarray | None]:
        """Tracks noise through whole recordings, given by their rows, at once; for `finish`."""
        if not self._follows:
            return [None] * len(rows_of_each)
        energies = [np.ascontiguousarray(rows[:, : self._config.n_filters]) for rows in rows_of_each]
        return [*follow_together(energies)]

    def finish(
        self, rows: np.ndarray, index: np.ndarray, is_tail: bool = False, followed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Cepstra float32 (n, width) and frame numbers int64 (n,) without the removed silence.

        rows, index: the next rows of the recording and their frame numbers, int64 (n,). followed: the result of
        `follow` for these rows, if known.
        """
        if not self._follows:
            return self._mel.cepstra(rows), index
        gain, speech = self._noise.push(rows[:, : self._config.n_filters], followed)
        cepstra = self._mel.cepstra(rows, gain if self._config.remove_noise else None)
        return self._gate.push(cepstra, index, speech, is_tail) if self._config.remove_silence else (cepstra, index)

    @staticmethod
    def has_tail(n_pending: int, n_frames: int) -> bool:
        """Whether the n_pending samples from the start of the next frame form a zero-padded last frame."""
        return n_pending > 0
