"""One recording of a corpus, as a layout names it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Recording:
    """One file, or a stretch of one, to learn from.

    id: unlike any other of the corpus; speaker: "" if not known; text: normalised; segment: (start, end) in seconds
    where only a stretch of the file is meant; split: train, dev or test where the release says so, else "".
    """

    id: str
    path: Path
    speaker: str
    text: str
    segment: tuple[float, float] | None = None
    split: str = ""
