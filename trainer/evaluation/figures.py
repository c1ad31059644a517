"""Error rates with their uncertainty: intervals by the bootstrap over utterances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.evaluation.confidence import Trust
from trainer.evaluation.metrics import ErrorRate

_RESAMPLES = 2000
_NO_WORDS = Trust()


@dataclass(frozen=True)
class Figures:
    """Error rates of one decoder on one set, with 95 % intervals. trust: the quality of its confidences."""

    total: ErrorRate
    cer_95: tuple[float, float]
    wer_95: tuple[float, float]
    trust: Trust = _NO_WORDS

    def to_dict(self) -> dict[str, object]:
        """Rates and intervals, rounded for JSON."""
        low_high = {"cer_95": self.cer_95, "wer_95": self.wer_95}
        rates = {"cer": self.total.cer, "wer": self.total.wer}
        rounded = {name: round(rate, 4) for name, rate in rates.items()}
        intervals = {name: [round(edge, 4) for edge in edges] for name, edges in low_high.items()}
        return {**rounded, **intervals, **self.trust.to_dict()}


def interval(rates: Sequence[ErrorRate], words: bool = False) -> tuple[float, float]:
    """95 % bootstrap interval of CER (or WER) over utterances (Bisani and Ney 2004)."""
    pairs = [(r.word_errors, r.words) if words else (r.letter_errors, r.letters) for r in rates]
    errors, totals = np.array(pairs, float).reshape(-1, 2).T
    rng = np.random.default_rng(11)
    drawn = rng.integers(0, max(1, len(rates)), (_RESAMPLES, len(rates)))
    each = errors[drawn].sum(axis=1) / np.maximum(1, totals[drawn].sum(axis=1))
    low, high = np.percentile(each, [2.5, 97.5])
    return float(low), float(high)


def figures(rates: Sequence[ErrorRate], trust: Trust = _NO_WORDS) -> Figures:
    """Figures from the error rates of each utterance. trust: of all words."""
    return Figures(sum(rates, ErrorRate()), interval(rates), interval(rates, words=True), trust)
