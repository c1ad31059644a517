"""The feature cache: a corpus as quantised cepstra, read through a memory map.

features.npy     int8, (total_frames, width)      x = int8 * scale + offset
scale.npz        float32 scale (width,), offset (width,)
utterances.tsv   id, speaker, split, start, frames, text   (header line, tab separated, UTF-8)
config.json      the FeatureConfig it was made with, and more; only in caches made by this program
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.alphabet import normalise
from engine.config import FeatureConfig
from engine.errors import ConfigError
from engine.system.json_text import read_json
from engine.system.npz import map_array, read_arrays
from engine.system.table import read_table
from trainer.errors import CorpusError

FEATURES, SCALE, UTTERANCES, CONFIG = "features.npy", "scale.npz", "utterances.tsv", "config.json"
_MOST_DIGITS = 12
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
    """A folder as described above. Raises CorpusError if files are missing or do not fit together.

    config: the FeatureConfig it was made with, None if unknown.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        try:
            self._features = map_array(self.folder / FEATURES, np.int8, (None, None))
            self._scale, self._offset = _read_scale(self.folder / SCALE, self._features.shape[1])
            self.utterances = _read_utterances(self.folder / UTTERANCES)
            self.config = _read_config(self.folder / CONFIG)
        except (OSError, ValueError, KeyError, TypeError, ConfigError) as error:
            raise CorpusError(
                path=folder, reason="it is no whole feature cache ({detail})", detail=str(error)
            ) from error
        self._check()

    def _check(self) -> None:
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
        """Raises CorpusError if a model with these features cannot be trained on it.

        Either of them may lack the high bands of the other.
        """
        wide = features.n_high or (self.config.n_high if self.config else 0)
        fitting = [replace(features, n_high=n_high) for n_high in (wide, 0)]
        made_for = [self.config] if self.config else fitting
        if not any(config in fitting and config.width == self.width for config in made_for):
            raise CorpusError(
                path=self.folder,
                reason="it was made for another front end than the model's; make it anew with the model's preset",
            )

    @property
    def width(self) -> int:
        """Number of values per frame: cepstra, and high bands if it has them."""
        return self._features.shape[1]

    def cepstra(self, utterance: Utterance) -> np.ndarray:
        """The utterance's cepstra, not normalised: float32 (frames, width)."""
        return self.rows(utterance.start, utterance.frames)

    def rows(self, start: int, frames: int) -> np.ndarray:
        """Any stretch of the cache, not normalised: float32 (frames, width)."""
        return self._features[start : start + frames].astype(np.float32) * self._scale + self._offset

    def split(self, name: str) -> list[Utterance]:
        """The utterances of one split. Raises CorpusError if there are none."""
        utterances = [u for u in self.utterances if u.split == name]
        if not utterances:
            names = ", ".join(sorted({u.split for u in self.utterances}))
            raise CorpusError(
                path=self.folder, reason="it has no split {split}; it has {others}", split=name, others=names
            )
        return utterances


def _read_config(path: Path) -> FeatureConfig | None:
    if not path.exists():
        return None
    return FeatureConfig.from_dict(read_json(path)["features"])


def _read_scale(path: Path, width: int) -> tuple[np.ndarray, np.ndarray]:
    arrays = read_arrays(path, {"scale": (width,), "offset": (width,)})
    scale, offset = (arrays[name].astype(np.float32) for name in ("scale", "offset"))
    if not (np.isfinite(scale).all() and np.isfinite(offset).all()):
        raise ValueError("its scale is not finite")
    return scale, offset


def _count(text: str) -> int:
    """A number of frames in a table. Raises ValueError."""
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise ValueError(f"{text[:40]!r} is no number of frames")
    return int(text)


def _read_utterances(path: Path) -> list[Utterance]:
    return [
        Utterance(
            row["id"],
            row["speaker"],
            row["split"],
            _count(row["start"]),
            _count(row["frames"]),
            normalise(row["text"]),
        )
        for row in read_table(path, COLUMNS)
    ]
