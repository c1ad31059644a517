"""How loud a recording is, and whether that is too little or too much for its words to be right."""

import numpy as np

from engine.notes import Note

_BINS = 4096
_LOUDEST_SHARE = 0.001  # of the samples; the least of them is the level that the others are compared with
_QUIET = 0.002  # -54 dB: below it, 16 bits hold speech no better than a telephone of three bits
_FLAT_SHARE = 0.08  # of the samples of speech are that loud; up to 0.03 in good recordings, from 0.13 on if clipped
_FLAT, _SPEECH = 0.9, 0.1  # of the loudest level


class Level:
    """Of a whole recording, block by block."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS + 1, np.int64)
        self._peak = 0.0

    def push(self, samples: np.ndarray) -> None:
        """samples: float32 (n,), full scale 1."""
        loud = np.abs(samples)
        self._peak = max(self._peak, float(loud.max(initial=0.0)))
        self._counts += np.bincount((np.minimum(loud, 1.0) * _BINS).astype(np.int64), minlength=_BINS + 1)

    def notes(self, has_words: bool) -> tuple[Note, ...]:
        """What a person is to know of it; a recording without words may be any sound."""
        if 0 < self._peak < _QUIET:
            return (Note("quiet"),)
        return (Note("clipped"),) if has_words and self._flat_share() > _FLAT_SHARE else ()

    def _flat_share(self) -> float:
        """How much of the speech is as loud as its loudest moments: clipping, even where it was turned down later."""
        if not self._peak:
            return 0.0
        at_least = np.cumsum(self._counts[::-1])[::-1]
        loudest = int(np.flatnonzero(at_least >= max(1.0, _LOUDEST_SHARE * at_least[0]))[-1])
        speech = at_least[max(1, round(_SPEECH * loudest))]
        return float(at_least[round(_FLAT * loudest)] / max(1, speech)) if loudest > _BINS * _QUIET else 0.0
