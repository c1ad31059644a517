"""The feature cache: a corpus as quantised cepstra, read through a memory map.

features.npy     int8, (total_frames, n_cepstra)      x = int8 * scale + offset
scale.npz        float32 scale (n_cepstra,), offset (n_cepstra,)
utterances.tsv   id, speaker, split, start, frames, text   (header line, tab separated, UTF-8)
config.json      the FeatureConfig it was made with, and more; only where it was made here
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.alphabet import normalise
from engine.config import FeatureConfig
from engine.errors import ConfigError
from engine.system.npz import read_arrays
from trainer.errors import CorpusError

FEATURES, SCALE, UTTERANCES, CONFIG = "features.npy", "scale.npz", "utterances.tsv", "config.json"
COLUMNS = ("id", "speaker", "split", "start", "frames", "text")


@dataclass(frozen=True)
class Utterance:
    """One recording: rows `start` to `start + frames` of the cache; text is normalised."""

    id: str
    speaker: str
    split: str
    start: int
    frames: int
    text: str


class FeatureCache:
    """A folder as described above. Raises CorpusError where files are missing or do not fit together.

    config: the FeatureConfig it was made with, None where it is not told.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        try:
            self._features = np.load(self.folder / FEATURES, mmap_mode="r", allow_pickle=False)
            scale = read_arrays(self.folder / SCALE)
            self._scale, self._offset = scale["scale"], scale["offset"]
            self.utterances = _read_utterances(self.folder / UTTERANCES)
            self.config = _read_config(self.folder / CONFIG)
        except (OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, ConfigError) as error:
            raise CorpusError(
                path=folder, reason="it is no whole feature cache ({detail})", detail=str(error)
            ) from error
        self._check()

    def _check(self) -> None:
        if self._features.ndim != 2 or self._features.dtype != np.int8:
            raise CorpusError(
                path=self.folder,
                reason="{file} must be int8 (frames, cepstra), not {kind}",
                file=FEATURES,
                kind=self._features.dtype,
            )
        end = max((u.start + u.frames for u in self.utterances), default=0)
        if end > len(self._features):
            raise CorpusError(
                path=self.folder,
                reason="{file} ends at frame {n_frames}, utterances at {end}",
                file=FEATURES,
                n_frames=len(self._features),
                end=end,
            )

    def require(self, features: FeatureConfig) -> None:
        """Raises CorpusError where a model that hears with `features` cannot be trained on it."""
        if self.config not in (None, features) or self.n_cepstra != features.n_cepstra:
            raise CorpusError(
                path=self.folder,
                reason="it was made for another front end than the model's; make it anew with the model's preset",
            )

    @property
    def n_cepstra(self) -> int:
        return self._features.shape[1]

    def cepstra(self, utterance: Utterance) -> np.ndarray:
        """The utterance's cepstra, not normalised: float32 (frames, n_cepstra)."""
        return self.rows(utterance.start, utterance.frames)

    def rows(self, start: int, frames: int) -> np.ndarray:
        """Any stretch of the cache, not normalised: float32 (frames, n_cepstra)."""
        return self._features[start : start + frames].astype(np.float32) * self._scale + self._offset

    def split(self, name: str) -> list[Utterance]:
        """The utterances of one split. Raises CorpusError if there are none."""
        found = [u for u in self.utterances if u.split == name]
        if not found:
            names = ", ".join(sorted({u.split for u in self.utterances}))
            raise CorpusError(
                path=self.folder, reason="it has no split {split}; it has {others}", split=name, others=names
            )
        return found


def _read_config(path: Path) -> FeatureConfig | None:
    if not path.exists():
        return None
    return FeatureConfig.from_dict(json.loads(path.read_text("utf-8"))["features"])


def _read_utterances(path: Path) -> list[Utterance]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Utterance(
                row["id"],
                row["speaker"],
                row["split"],
                int(row["start"]),
                int(row["frames"]),
                normalise(row["text"] or ""),
            )
            for row in rows
        ]
