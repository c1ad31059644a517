"""What the making of a feature cache tells whoever listens."""

from dataclasses import dataclass
from pathlib import Path

from trainer.corpus.preflight import Report


@dataclass(frozen=True)
class Found:
    """Recordings with a usable text, and how many were rejected for theirs."""

    recordings: int
    rejects: int


@dataclass(frozen=True)
class Extracting:
    """How far the computing of features is. left_s: None until it can be told."""

    done: int
    total: int
    left_s: float | None


@dataclass(frozen=True)
class CacheReady:
    """The end. reused: it was there already, made of the same recordings in the same way."""

    folder: Path
    report: Report
    reused: bool


CorpusEvent = Found | Extracting | CacheReady
