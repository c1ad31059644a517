"""Samples -> stretches of speech, as frames."""

from collections.abc import Sequence

import numpy as np

from engine.config import FeatureConfig
from engine.features.front_end import Frames, FrontEnd
from engine.features.segmenter import Lengths, Segmenter


class Stretches:
    """The stretches of one recording, pushed in blocks of any size."""

    def __init__(self, config: FeatureConfig, lengths: Lengths | None = None):
        self._front_end, self._segmenter = FrontEnd(config), Segmenter(lengths)

    def push(self, samples: np.ndarray) -> Sequence[Frames]:
        """samples: float (n,), 16 kHz -> the stretches that they complete."""
        return list(self._segmenter.push(self._front_end.push(samples)))

    def flush(self) -> Sequence[Frames]:
        """The open stretch at the end of the recording."""
        return [*self._segmenter.push(self._front_end.flush()), *self._segmenter.flush()]

    @property
    def open(self) -> Frames | None:
        """The frames of the open stretch, if any."""
        return self._segmenter.open
