"""Events of building a feature cache."""

from dataclasses import dataclass
from pathlib import Path

from trainer.corpus.preflight import Report


@dataclass(frozen=True)
class Found:
    """Number of recordings with a usable text, and of those rejected for their text."""

    recordings: int
    rejects: int


@dataclass(frozen=True)
class Extracting:
    """Progress of the feature extraction. left_s: None while unknown."""

    done: int
    total: int
    left_s: float | None


@dataclass(frozen=True)
class CacheReady:
    """The last event. reused: the cache existed already, made from the same recordings in the same way."""

    folder: Path
    report: Report
    reused: bool


CorpusEvent = Found | Extracting | CacheReady
