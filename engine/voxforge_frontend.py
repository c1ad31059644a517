"""The front end of the VoxForge Russian features: CMU Sphinx's `sphinx_fe`, in blocks.

Formulae: sphinxbase, `fe_sigproc.c`, `fe_noise.c` and `fe_prespch_buf.c`.
The recursions over time are plain Python over one band after the other: on 15 bands that is twice as fast as
NumPy calls frame by frame. All else is done for many frames at once, row by row in the same order whatever
the number of rows, so that the size of the blocks does not change a single bit. SciPy is imported when the first
sample comes, and its signal package not at all: to import it takes a second.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from engine.config import HOP_SAMPLES, SAMPLE_RATE_HZ, FeatureConfig

WINDOW_SAMPLES = 410
INT16_SCALE = 32_768.0
_FFT_SIZE = 512
_BIN_HZ = SAMPLE_RATE_HZ / _FFT_SIZE
_LOG_FLOOR = 1e-4

_SMOOTHING = 0.7
_NEW = 1 - _SMOOTHING
_RISE, _FALL = 0.005, 0.5
_INITIAL_NOISE = 1 / 20
_MASK_DECAY, _MASK_LEVEL = 0.85, 0.2
_MAX_GAIN = 20.0
_GAIN_SPREAD_BANDS = 4
_SLOW_RISE, _SLOW_FALL = 0.9, 0.9995
_QUIET_BELOW_SLOW = 8.0

_SPEECH_RATIO = 2.0
_RING_FRAMES = 21
_FRAMES_TO_SPEECH = 10
_FRAMES_TO_SILENCE = 50


def mel_bank(n_filters: int, low_hz: float, high_hz: float) -> np.ndarray:
    """Triangular filters of unit area whose edges lie on FFT bins: float64 (n_filters, 257)."""
    low, high = 2595 * np.log10(1 + np.array([low_hz, high_hz]) / 700)
    edges_hz = 700 * (10 ** (np.linspace(low, high, n_filters + 2) / 2595) - 1)
    edges = np.floor(edges_hz / _BIN_HZ + 0.5)
    left, centre, right = (edges[i : i + n_filters, None] for i in range(3))
    bins = np.arange(_FFT_SIZE // 2 + 1)
    # Filters narrower than a bin have no slope on that side; a width of one keeps them finite.
    rising = (bins - left) / np.maximum(centre - left, 1)
    falling = (right - bins) / np.maximum(right - centre, 1)
    area = 2 / (np.maximum(right - left, 1) * _BIN_HZ)
    return np.maximum(np.minimum(rising, falling), 0) * area


def _rows_times(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """rows (n, k) times matrix (m, k) transposed; unlike BLAS, bit for bit the same for any n."""
    return np.einsum("nk,mk->nm", rows, matrix, optimize=False)


class MelCepstra:
    """Windowed samples -> mel energies -> cepstra, without memory from frame to frame."""

    def __init__(self, config: FeatureConfig):
        bank = mel_bank(config.n_filters, config.low_hz, config.high_hz)
        used = np.flatnonzero(bank.any(axis=0))
        self._first_bin, self._last_bin = (used[0], used[-1] + 1) if len(used) else (0, 1)
        self._bank = np.ascontiguousarray(bank[:, self._first_bin : self._last_bin])
        angle = 2 * np.pi * np.arange(WINDOW_SAMPLES) / (WINDOW_SAMPLES - 1)
        self._window = (0.54 - 0.46 * np.cos(angle)) * INT16_SCALE
        lifter = np.ones(config.n_cepstra)
        if config.lifter:
            order = np.arange(config.n_cepstra)
            lifter += config.lifter / 2 * np.sin(np.pi * order / config.lifter)
        from scipy.fft import dct

        transform = dct(np.eye(config.n_filters), type=2, norm="ortho", axis=0)[: config.n_cepstra]
        self._transform = np.ascontiguousarray(transform * lifter[:, None])

    def energies(self, frames: np.ndarray) -> np.ndarray:
        """frames: pre-emphasised samples in [-1, 1], (n, 410) -> mel energies float64 (n, n_filters)."""
        spectrum = np.fft.rfft(frames * self._window, _FFT_SIZE)[:, self._first_bin : self._last_bin]
        return _rows_times(spectrum.real**2 + spectrum.imag**2, self._bank)

    def cepstra(self, energies: np.ndarray) -> np.ndarray:
        """Mel energies (n, n_filters) -> liftered cepstra float32 (n, n_cepstra)."""
        return _rows_times(np.log(energies + _LOG_FLOOR), self._transform).astype(np.float32)


@dataclass
class _Band:
    """What runs through the recording in one mel band."""

    smoothed: float
    noise: float
    floor: float
    peak: float = 0.0

    def follow(self, energies: list[float]) -> tuple[list[float], ...]:
        """energies of one frame after the other -> smoothed power, noise, and signal without noise where not masked.

        Noise and floor fall quickly and rise slowly. What the last peak would mask is a fifth of that peak, but never
        below the floor. One pass: nearly all that noise removal costs is spent here.
        """
        smoothed, noise, floor, peak = self.smoothed, self.noise, self.floor, self.peak
        # As locals, an eighth faster.
        new, old, rise, fall, decay, level = _NEW, _SMOOTHING, _RISE, _FALL, _MASK_DECAY, _MASK_LEVEL
        powers, noises, masked = [], [], []
        add_power, add_noise, add_masked = powers.append, noises.append, masked.append
        for energy in energies:
            power = new * energy + smoothed
            smoothed = old * power
            add_power(power)
            distance = power - noise
            noise += rise * distance if distance >= 0 else fall * distance
            add_noise(noise)
            signal = power - noise
            if signal < 1.0:
                signal = 1.0
            distance = signal - floor
            floor += rise * distance if distance >= 0 else fall * distance
            peak *= decay
            if signal > peak:
                peak = signal
            elif signal < decay * peak:
                signal = level * peak
            add_masked(signal if signal > floor else floor)
        self.smoothed, self.noise, self.floor, self.peak = smoothed, noise, floor, peak
        return powers, noises, masked


class NoiseTracker:
    """Follows the noise in each mel band; gives the gain that removes it and whether a frame is speech."""

    def __init__(self, n_bands: int):
        self._n_bands = n_bands
        self._bands: list[_Band] = []
        self._slow = 0.0
        band = np.arange(n_bands)
        near = (np.abs(band[:, None] - band) <= _GAIN_SPREAD_BANDS).astype(float)
        self._spread = near / near.sum(axis=1, keepdims=True)

    def push(self, energies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """energies: mel energies float64 (n, n_bands) -> gain (n, n_bands), speech bool (n,)."""
        if not len(energies):
            return np.empty((0, self._n_bands)), np.empty(0, bool)
        if not self._bands:
            first = energies[0].tolist()
            self._bands = [_Band(_SMOOTHING * one, one * _INITIAL_NOISE, one * _INITIAL_NOISE) for one in first]
        followed = [band.follow(column) for band, column in zip(self._bands, energies.T.tolist(), strict=True)]
        power, noise, masked = np.array(followed).transpose(1, 2, 0)
        # Digital silence: 0 / 0 is no speech, and any gain on nothing is nothing.
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.fmax.reduce(np.log(power / noise), axis=1)
        speech = (ratio >= _SPEECH_RATIO) & ~self._quiet(np.log(np.maximum(power - noise, 1.0).sum(axis=1)))
        with np.errstate(divide="ignore", over="ignore"):
            gain = np.clip(masked / power, 1 / _MAX_GAIN, _MAX_GAIN)
        return _rows_times(gain, self._spread), speech

    def _quiet(self, loudness: np.ndarray) -> np.ndarray:
        """loudness: ln of the summed signal (n,) -> bool (n,), far below its slow average."""
        quiet, slow = [], self._slow
        for level in loudness.tolist():
            keep = _SLOW_RISE if level > slow else _SLOW_FALL
            slow = keep * slow + (1 - keep) * level
            quiet.append(slow - _QUIET_BELOW_SLOW > level)
        self._slow = slow
        return np.array(quiet)


class SilenceGate:
    """Lets speech through, with up to 21 frames before its start and 49 after its end."""

    def __init__(self, n_cepstra: int):
        self._held = np.empty((0, n_cepstra), np.float32)
        self._held_index = np.empty(0, np.int64)
        self._in_speech = False
        self._run = 0

    def push(
        self, cepstra: np.ndarray, index: np.ndarray, speech: np.ndarray, is_tail: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """cepstra float32 (n, n_cepstra), frame numbers int64 (n,), speech bool (n,) -> those let through.

        is_tail: the zero-padded frame at the end; it never brings the held ones with it.
        """
        cepstra = np.concatenate([self._held, cepstra])
        index = np.concatenate([self._held_index, index])
        ring = deque(range(len(self._held)), maxlen=_RING_FRAMES)
        kept: list[int] = []
        for position, is_speech in enumerate(speech.tolist(), start=len(ring)):
            ring.append(position)
            was_in_speech = self._in_speech
            self._advance(is_speech)
            if self._in_speech:
                kept.extend([position] if is_tail else ring)
            if self._in_speech or was_in_speech:
                ring.clear()
        self._held, self._held_index = cepstra[list(ring)], index[list(ring)]
        return cepstra[kept], index[kept]

    def _advance(self, is_speech: bool) -> None:
        """Changes state after enough consecutive frames against it."""
        self._run = self._run + 1 if is_speech != self._in_speech else 0
        if self._run == (_FRAMES_TO_SILENCE if self._in_speech else _FRAMES_TO_SPEECH):
            self._in_speech = not self._in_speech
            self._run = 0


class VoxforgeCepstra:
    """Pre-emphasised frames -> cepstra of the frames kept, with the state that runs through the recording."""

    window_samples = WINDOW_SAMPLES

    def __init__(self, config: FeatureConfig):
        self._config = config
        self._mel = MelCepstra(config)
        self._noise = NoiseTracker(config.n_filters)
        self._gate = SilenceGate(config.n_cepstra)

    def push(self, span: np.ndarray, index: np.ndarray, is_tail: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """span: pre-emphasised samples of len(index) overlapping frames, float64; index: their numbers.

        Gives cepstra float32 (n, n_cepstra) and their frame numbers int64 (n,), without the removed silence.
        """
        frames = np.lib.stride_tricks.sliding_window_view(span, WINDOW_SAMPLES)[::HOP_SAMPLES]
        energies = self._mel.energies(frames)
        if not (self._config.remove_noise or self._config.remove_silence):
            return self._mel.cepstra(energies), index
        gain, speech = self._noise.push(energies)
        cepstra = self._mel.cepstra(energies * gain if self._config.remove_noise else energies)
        return self._gate.push(cepstra, index, speech, is_tail) if self._config.remove_silence else (cepstra, index)

    @staticmethod
    def has_tail(n_pending: int, n_frames: int) -> bool:
        """Whether the n_pending samples from the start of the next frame make a zero-padded last frame."""
        return n_pending > 0
