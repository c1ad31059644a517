"""One recording of a corpus, as listed by its layout."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Recording:
    """One file, or a stretch of one, to learn from.

    id: unique in the corpus; speaker: "" if unknown; text: normalised; segment: (start, end) in seconds if only a
    stretch of the file is meant; split: train, dev or test if the release has one, else "".
    """

    id: str
    path: Path
    speaker: str
    text: str
    segment: tuple[float, float] | None = None
    split: str = ""
