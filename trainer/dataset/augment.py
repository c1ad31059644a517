"""Changes to cepstra that leave the words alone, so that a model hears more voices than it was given.

All take cepstra, with high bands behind them or without (n_frames, n_cepstra or width), and a random generator; equal
generators give equal results.
"""

import numpy as np

from engine.config import HOP_S, FeatureConfig
from engine.features.network_input import as_wide_as, normalise
from engine.features.warp import to_log_mel, warped
from trainer.settings import TrainConfig

_WARPS = 41
_TAIL_AFTER = 2  # frames
_SILENT = 1e-6


def warp(cepstra: np.ndarray, features: FeatureConfig, most: float, rng: np.random.Generator) -> np.ndarray:
    """Stretches the mel axis by up to `most` either way."""
    return warped(cepstra, features, most * (2 * int(rng.integers(_WARPS)) / (_WARPS - 1) - 1))


def _log_mel(rows: np.ndarray, features: FeatureConfig) -> np.ndarray:
    """Log energies of all bands, those above high_hz last."""
    to_mel, _ = to_log_mel(features)
    return np.concatenate([rows[:, : features.n_cepstra] @ to_mel, rows[:, features.n_cepstra :]], axis=1)


def _changed(rows: np.ndarray, change: np.ndarray, features: FeatureConfig) -> np.ndarray:
    """Rows whose bands are changed by so many nats."""
    _, from_mel = to_log_mel(features)
    cepstra = change[:, : features.n_filters] @ from_mel
    return rows + np.concatenate([cepstra, change[:, features.n_filters :]], axis=1)


def add_noise(cepstra: np.ndarray, features: FeatureConfig, rng: np.random.Generator) -> np.ndarray:
    """Adds steady noise of a random tilt, 5 to 30 dB below the speech, to the mel energies."""
    log_mel = _log_mel(cepstra, features)
    speech = np.percentile(log_mel, 80, axis=0)
    below_db = rng.uniform(5, 30)
    tilt = np.linspace(-1, 1, log_mel.shape[1]) * rng.uniform(-1.5, 1.5)
    level = speech.mean() + 0.5 * (speech - speech.mean()) + tilt - below_db / 10 * np.log(10)
    noise = level + rng.normal(0, 0.5, log_mel.shape)
    return _changed(cepstra, np.logaddexp(log_mel, noise) - log_mel, features)


def add_reverberation(cepstra: np.ndarray, features: FeatureConfig, rng: np.random.Generator) -> np.ndarray:
    """Smears the mel energies in time as a room does whose sound dies away within 0.2 to 0.9 s.

    The diffuse tail's energy falls off exponentially (Lebart et al. 2001), by 60 dB in that time; it begins 20 ms after
    the sound and is 2 to 15 dB weaker in all. High bands die away sooner.
    """
    from scipy.signal import lfilter  # the window imports this module

    log_mel = _log_mel(cepstra, features)
    seconds = rng.uniform(0.2, 0.9) * np.linspace(1, rng.uniform(0.6, 1), log_mel.shape[1])
    decay = 10 ** (-6 * HOP_S / seconds)
    heard = np.pad(np.exp(log_mel), ((_TAIL_AFTER, 0), (0, 0)))[: len(log_mel)]
    tail = np.stack([lfilter([1.0], [1.0, -d], band) for d, band in zip(decay, heard.T, strict=True)], axis=1)
    weaker = (1 - decay) * 10 ** (-rng.uniform(2, 15) / 10)
    return _changed(cepstra, np.logaddexp(log_mel, np.log(weaker * tail + _SILENT)) - log_mel, features)


def mask_bands(cepstra: np.ndarray, features: FeatureConfig, widest: int, rng: np.random.Generator) -> np.ndarray:
    """Flattens up to `widest` neighbouring mel bands to their mean over the utterance (Park et al. 2019)."""
    log_mel = _log_mel(cepstra, features)
    n_bands = log_mel.shape[1]
    width = int(rng.integers(min(widest, n_bands) + 1))
    first = int(rng.integers(n_bands - width + 1))
    change = np.zeros_like(log_mel)
    masked = slice(first, first + width)
    change[:, masked] = log_mel[:, masked].mean(axis=0) - log_mel[:, masked]
    return _changed(cepstra, change, features)


def change_speed(cepstra: np.ndarray, factor: float) -> np.ndarray:
    """Resamples the frames linearly; factor 1.1 is a tenth faster."""
    n = max(1, round(len(cepstra) / factor))
    wanted = np.linspace(0, len(cepstra) - 1, n)
    below = np.minimum(wanted.astype(int), max(0, len(cepstra) - 2))
    share = (wanted - below)[:, None].astype(np.float32)
    above = np.minimum(below + 1, len(cepstra) - 1)
    return cepstra[below] * (1 - share) + cepstra[above] * share


def mask_time(cepstra: np.ndarray, n_masks: int, longest: int, rng: np.random.Generator) -> np.ndarray:
    """Sets up to n_masks stretches to the mean, 0 (Park et al. 2019); at most a tenth of the utterance each."""
    cepstra = cepstra.copy()
    longest = min(longest, len(cepstra) // 10)
    for _ in range(n_masks):
        width = int(rng.integers(longest + 1))
        start = int(rng.integers(len(cepstra) - width + 1))
        cepstra[start : start + width] = 0
    return cepstra


def augmented(
    cepstra: np.ndarray,
    features: FeatureConfig,
    settings: TrainConfig,
    fewest_frames: int,
    rng: np.random.Generator,
    pace: np.random.Generator,
) -> np.ndarray:
    """Cepstra as they come from the cache, changed as the settings say, then normalised.

    fewest_frames: what CTC needs for the text; no change of speed goes below it. pace: what the speed is drawn from;
    copies of equal pace have equal frames.
    """
    if settings.warp:
        cepstra = warp(cepstra, features, settings.warp, rng)
    if rng.random() < settings.reverberation:  # what the room does to the voice, and then its noise
        cepstra = add_reverberation(cepstra, features, rng)
    if rng.random() < settings.noise:
        cepstra = add_noise(cepstra, features, rng)
    if settings.band_mask:
        cepstra = mask_bands(cepstra, features, settings.band_mask, rng)
    if settings.speed:
        fastest = len(cepstra) / max(1, fewest_frames)
        factor = min(pace.uniform(1 - settings.speed, 1 + settings.speed), fastest)
        cepstra = change_speed(cepstra, factor)
    if features.n_high and rng.random() < settings.no_high:
        cepstra = cepstra[:, : features.n_cepstra]
    cepstra = normalise(as_wide_as(features, cepstra), features.n_high)
    if settings.jitter:
        cepstra = cepstra + rng.normal(0, settings.jitter, cepstra.shape).astype(np.float32)
    return mask_time(cepstra, settings.time_masks, settings.time_mask_frames, rng)
