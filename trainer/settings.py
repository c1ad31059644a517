"""All that can be set about a training run."""

import re
from dataclasses import dataclass, field, fields
from typing import Any

from engine.config import BETWEEN, _check, _Config

_SHARES = re.compile(r"(\s*\d{1,6}(\.\d{1,6})?(?=\s|$))*\s*", re.ASCII)


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"help": meaning})


@dataclass(frozen=True)
class TrainConfig(_Config):
    """Settings of a run; saved with its state. The command line's options are made from these fields."""

    seed: int = _setting(1, "seed of everything random")
    epochs: int = _setting(40, "passes over the (drawn) recordings")
    batch_frames: int = _setting(20_000, "frames of 10 ms in a batch, padding included")
    learning_rate: float = _setting(2e-3, "highest learning rate of Adam")
    warm_up: float = _setting(1.0, "epochs in which the learning rate rises from zero")
    weight_decay: float = _setting(0.0, "decoupled weight decay")
    pull: float = _setting(0.0, "pull back to the weights that the run began with, per unit of learning rate")
    gradient_clip: float = _setting(1.0, "greatest norm of the gradient")
    averaging: float = _setting(0.998, "decay of the moving average of the weights")
    per_sentence: int = _setting(12, "most recordings of one sentence in an epoch, drawn anew each time; 0: all")
    per_speaker: int = _setting(0, "most recordings of one speaker in an epoch, drawn anew each time; 0: all")
    shares: str = _setting("", "how much speech each corpus gives, in their order: 2 1; empty: as large as they are")
    short_first: int = _setting(1, "epochs in which batches go from short to long")
    speed: float = _setting(0.1, "speed perturbation: greatest relative change")
    time_masks: int = _setting(2, "stretches blanked out in an utterance")
    time_mask_frames: int = _setting(20, "greatest length of a blanked stretch, in frames")
    band_mask: int = _setting(0, "most neighbouring mel bands flattened in an utterance")
    warp: float = _setting(0.1, "vocal-tract-like warping of the spectrum: greatest relative change")
    noise: float = _setting(0.3, "share of utterances that get noise in their spectrum")
    reverberation: float = _setting(0.0, "share of utterances whose spectrum is smeared as by a room")
    no_high: float = _setting(0.2, "share of utterances heard without their bands above the cepstra")
    jitter: float = _setting(0.1, "deviation of Gaussian noise on the normalised cepstra")
    splice: float = _setting(0.0, "share of utterances joined from words of one speaker (needs an alignment)")
    syllables: float = _setting(0.0, "share of these that are cut at syllables instead of words")
    synthetic: float = _setting(1.0, "most synthetic speech in an epoch, for each hour of real speech")
    real_at_end: int = _setting(0, "last epochs without synthetic speech")
    nonspeech: float = _setting(0.03, "sounds without words, as a share of an epoch's recordings")
    intermediate: float = _setting(0.0, "share of the loss that is CTC on the middle layer")
    consistency: float = _setting(0.0, "weight of agreement between two changed copies of each recording; 0: one copy")
    patience: int = _setting(0, "epochs without a better error on unseen sentences before stopping; 0: never")
    save_every: int = _setting(100, "steps between saved states")

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_frames", "save_every"):
            _check(getattr(self, name) > 0, name, reason="it must be above zero")
        for name in ("learning_rate", "gradient_clip"):
            _check(getattr(self, name) > 0, name, reason="it must be above zero")
        for name in ("speed", "warp"):
            _check(0 <= getattr(self, name) <= 0.3, name, reason=BETWEEN, least=0, most=0.3)
        for name in (
            "noise",
            "reverberation",
            "no_high",
            "splice",
            "syllables",
            "nonspeech",
            "averaging",
            "intermediate",
            "synthetic",
            "consistency",
        ):
            _check(0 <= getattr(self, name) <= 1, name, reason=BETWEEN, least=0, most=1)
        masks = "time_masks", "time_mask_frames", "band_mask"
        for name in (*masks, "per_sentence", "per_speaker", "patience", "short_first", "real_at_end", "pull"):
            _check(getattr(self, name) >= 0, name, reason="it may not be negative")
        fit = _SHARES.fullmatch(self.shares) is not None and all(self.corpus_shares)
        _check(fit, "shares", reason="numbers above zero are needed, such as 2 1")

    @property
    def corpus_shares(self) -> tuple[float, ...]:
        """Of each corpus, in the order in which they are named; empty: as large as they are."""
        return tuple(map(float, self.shares.split()))


def described() -> list[tuple[str, Any, object, str]]:
    """Name, type, default and meaning of every setting."""
    return [(f.name, f.type, f.default, f.metadata["help"]) for f in fields(TrainConfig)]
