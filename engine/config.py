"""Configurations that travel with a model: frozen, checked in one place, to and from JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Literal, Self

from engine.errors import ConfigError

SAMPLE_RATE_HZ = 16_000
HOP_SAMPLES = 160
HOP_S = HOP_SAMPLES / SAMPLE_RATE_HZ
FULL_SCALE = 0.999  # from this level on, a sample counts as clipped
QUIET_PEAK = 0.04  # of full scale; a voice at arm's length reaches 0.1 and more
_LARGEST = 1e12  # of any number in a configuration; infinity and NaN are refused with it
BETWEEN = "it must lie between {least} and {most}"


def _check(condition: bool, name: str, *, reason: str, **fields: object) -> None:
    """reason, fields: passed to ConfigError."""
    if not condition:
        raise ConfigError(name=name, reason=reason, **fields)


@dataclass(frozen=True)
class _Config:
    """JSON in and out; unknown or missing names and wrong types raise ConfigError."""

    def to_dict(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self:
        known = {field.name: field.type for field in fields(cls)}
        for name in values:
            _check(name in known, f"{cls.__name__}.{name}", reason="this version does not know it")
        for name, value in values.items():
            wanted = known[name]
            if wanted in (int, float):
                numbers = (int, float) if wanted is float else (int,)
                fits = isinstance(value, numbers) and not isinstance(value, bool) and abs(value) <= _LARGEST
                _check(fits, name, reason="a number is needed, not {value}", value=f"{value!r:.40}")
            elif wanted is bool:
                _check(isinstance(value, bool), name, reason="true or false is needed, not {value}", value=repr(value))
        return cls(**values)


@dataclass(frozen=True)
class FeatureConfig(_Config):
    """How samples at 16 kHz become cepstra, one frame every 10 ms.

    front_end: "classic" is `python_speech_features.mfcc` (13 MFCC, 26 filters, 50 Hz to 8 kHz, window 25 ms);
    "voxforge" is CMU Sphinx's front end as used for the VoxForge Russian features (window 25.625 ms).
    n_filters, low_hz, high_hz: the mel bank. lifter: cepstral lifter.
    n_high: bands between high_hz and 8 kHz whose log energies stand beside the cepstra (voxforge front end only).
    remove_noise, remove_silence: the voxforge front end's mel-domain noise removal and voice activity detection.
    """

    front_end: Literal["classic", "voxforge"] = "voxforge"
    n_cepstra: int = 13
    n_filters: int = 15
    low_hz: float = 200.0
    high_hz: float = 3500.0
    lifter: int = 22
    remove_noise: bool = True
    remove_silence: bool = True
    n_high: int = 0

    @property
    def width(self) -> int:
        """Number of values per frame."""
        return self.n_cepstra + self.n_high

    def to_dict(self) -> dict[str, object]:
        """Without `n_high` where it is 0, as versions before it wrote."""
        values = super().to_dict()
        if not self.n_high:
            del values["n_high"]
        return values

    def __post_init__(self) -> None:
        _check(
            self.front_end in ("classic", "voxforge"),
            "front_end",
            reason="{value} is not known",
            value=repr(self.front_end),
        )
        _check(1 <= self.n_filters <= 128, "n_filters", reason=BETWEEN, least=1, most=128)
        _check(1 <= self.n_cepstra <= self.n_filters, "n_cepstra", reason="it must lie between 1 and n_filters")
        _check(
            0 <= self.low_hz < self.high_hz <= SAMPLE_RATE_HZ / 2,
            "low_hz",
            reason="0 <= low_hz < high_hz <= 8000 must hold",
        )
        _check(0 <= self.lifter <= 1000, "lifter", reason=BETWEEN, least=0, most=1000)
        most_high = 32 if self.front_end == "voxforge" and self.high_hz < SAMPLE_RATE_HZ / 2 else 0
        _check(0 <= self.n_high <= most_high, "n_high", reason=BETWEEN, least=0, most=most_high)


VOXFORGE = FeatureConfig()
CLASSIC = FeatureConfig("classic", 13, 26, 50.0, 8000.0, 22, remove_noise=False, remove_silence=False)


@dataclass(frozen=True)
class ModelConfig(_Config):
    """Shape of the BiLSTM-CTC network.

    n_layers, n_units: bidirectional LSTM layers and units of each direction. n_stacked: neighbouring frames joined
    into one step before the first layer (the network's step is n_stacked x 10 ms). deltas: first differences over
    two frames on each side are added to the cepstra. dropout: rate between layers, in training only.
    """

    n_layers: int = 2
    n_units: int = 128
    n_stacked: int = 1
    deltas: bool = False
    dropout: float = 0.0

    def __post_init__(self) -> None:
        _check(1 <= self.n_layers <= 8, "n_layers", reason=BETWEEN, least=1, most=8)
        _check(1 <= self.n_units <= 2048, "n_units", reason=BETWEEN, least=1, most=2048)
        _check(1 <= self.n_stacked <= 8, "n_stacked", reason=BETWEEN, least=1, most=8)
        _check(0 <= self.dropout < 1, "dropout", reason=BETWEEN, least=0, most=1)


@dataclass(frozen=True)
class ConfidenceConfig(_Config):
    """Weights of the evidence for a word (see `engine.decode.confidence`), in nats of its odds.

    letters: of the mean log-probability of its letters. margin: of the nats between the best hypothesis and the best
    one without the word, 10 at most. differing: of the letters that greedy decoding got differently, as a share of its
    own. length: of the logarithm of the number of its letters. usual: of its log10 probability by itself.
    """

    bias: float = 1.7
    letters: float = 0.58
    margin: float = 0.19
    differing: float = -1.0
    length: float = 0.47
    usual: float = 0.58

    def __post_init__(self) -> None:
        for name, weight in asdict(self).items():
            _check(-100 <= weight <= 100, name, reason=BETWEEN, least=-100, most=100)


@dataclass(frozen=True)
class DecodeConfig(_Config):
    """How log-probabilities become words.

    min_confidence: segments whose mean letter confidence is below it count as noise and give no text.

    The rest is for the beam search, whose scores are in nats. lm_weight: factor on the n-grams' log10 probabilities.
    word_score: added for each word. beam_size: hypotheses kept in a step. beam_threshold: how far one of them may lie
    below the best. free_word_price, free_letter_price: what a word outside the lexicon costs beside the n-grams' score
    of an unknown word, and what each of its letters does. own_word_score: added for each of the person's own words.
    blank_price, space_price: subtracted from the blank and space in each step, because an unsure network gives them too
    often, as the commonest labels. warp: final text is from the mean of three passes, over the sound as it is and
    with the mel axis stretched by this share either way; 0: of one. confidence: what makes a word's confidence.
    """

    min_confidence: float = 0.0
    lm_weight: float = 2.5
    word_score: float = 0.0
    beam_size: int = 500
    beam_threshold: float = 14.0
    free_word_price: float = 8.0
    free_letter_price: float = 3.0
    own_word_score: float = 0.0
    blank_price: float = 2.8
    space_price: float = 2.5
    warp: float = 0.0
    confidence: ConfidenceConfig = ConfidenceConfig()

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self:
        """As in the base class. A model made before the blank and space prices existed has none, because its weights
        were never tried with one."""
        confidence = values.get("confidence", {})
        if not isinstance(confidence, Mapping):
            raise ConfigError(name="confidence", reason="names with numbers are needed")
        values_with_defaults = {
            "blank_price": 0.0,
            "space_price": 0.0,
            **values,
            "confidence": ConfidenceConfig.from_dict(confidence),
        }
        return super().from_dict(values_with_defaults)

    def __post_init__(self) -> None:
        _check(0 <= self.min_confidence < 1, "min_confidence", reason=BETWEEN, least=0, most=1)
        _check(0 <= self.lm_weight <= 20, "lm_weight", reason=BETWEEN, least=0, most=20)
        _check(1 <= self.beam_size <= 10_000, "beam_size", reason=BETWEEN, least=1, most=10_000)
        _check(0 < self.beam_threshold <= 1000, "beam_threshold", reason=BETWEEN, least=0, most=1000)
        for name in ("word_score", "own_word_score", "blank_price", "space_price"):
            _check(-100 <= getattr(self, name) <= 100, name, reason=BETWEEN, least=-100, most=100)
        _check(0 <= self.warp <= 0.3, "warp", reason=BETWEEN, least=0, most=0.3)
        for name in ("free_word_price", "free_letter_price"):
            _check(-100 <= getattr(self, name) <= 1000, name, reason=BETWEEN, least=-100, most=1000)
