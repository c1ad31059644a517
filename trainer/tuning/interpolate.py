"""Between the model as it was and as it was tuned: the mean of their weights that reads best, by held-out speech.

Averaging a tuned model with the one it began as keeps most of what it learned and loses little of what it knew
(Wortsman et al. 2022, robust fine-tuning).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.decode.greedy import Decoder, GreedyDecoder
from engine.model.checkpoint import Checkpoint
from engine.model.recogniser import Recogniser, recogniser
from trainer.dataset.batches import Batch, Example, Examples
from trainer.evaluation.evaluate import evaluate
from trainer.evaluation.metrics import ErrorRate
from trainer.network.ctc_loss import summed_loss
from trainer.network.threads import threads
from trainer.tuning.events import OWN, Judged, Verdict

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
# Without other speech, harm cannot be measured. On twenty sentences of a speaker, half of the tuned weights bring
# three quarters of the gain and a sixth of the harm (docs/tuning.md).
MOST_UNSEEN = 0.5
Weights = Mapping[str, np.ndarray]


class Judge:
    """Reads the same held-out sets with one set of weights after the other."""

    def __init__(self, checkpoint: Checkpoint, held: Mapping[str, Sequence[Example]]):
        """held: by name; the set OWN must be there."""
        self._checkpoint = checkpoint
        self._shaper = Examples(checkpoint.alphabet, checkpoint.features, checkpoint.model)
        self._decoder = GreedyDecoder(checkpoint.alphabet)
        self._held = held

    def __call__(self, weights: Weights) -> Verdict:
        """Measures a model with these weights."""
        recognise = self._recogniser(weights)
        rates: dict[str, ErrorRate] = {}
        texts: tuple[tuple[str, str, str], ...] = ()
        loss = 0.0
        for name, examples in self._held.items():
            loss_of = self._loss_of if name == OWN else None
            held, read = evaluate(name, examples, recognise, self._decoder, self._shaper, loss_of)
            rates[name] = held.rate
            if name == OWN:
                texts, loss = tuple(read), held.loss
        return Verdict(rates, loss, texts)

    def written(self, weights: Weights, decoder: Decoder) -> tuple[ErrorRate, list[tuple[str, str, str]]]:
        """The set OWN read with another decoder: its error rate, and (id, reference, hypothesis) of each utterance."""
        held, texts = evaluate(OWN, self._held[OWN], self._recogniser(weights), decoder, self._shaper)
        return held.rate, texts

    def _recogniser(self, weights: Weights) -> Recogniser:
        return recogniser(replace(self._checkpoint, weights=dict(weights)), threads())

    @staticmethod
    def _loss_of(batch: Batch, log_probs: Sequence[np.ndarray]) -> float:
        return summed_loss(log_probs, batch.label_indices, batch.labels)


def blended(before: Weights, after: Weights, share: float) -> dict[str, np.ndarray]:
    """(1 - share) of each weight as it was, and share as it was tuned."""
    return {name: ((1 - share) * before[name] + share * after[name]).astype(np.float32) for name in before}


def judged(judge: Judge, before: Weights, after: Weights) -> Iterator[Judged]:
    """Every blend in SHARES, from the old model to the tuned one."""
    for done, share in enumerate(SHARES, start=1):
        yield Judged(share, judge(blended(before, after, share)), done, len(SHARES))


def best_blend(blends: Sequence[Judged], most_general_rise: float) -> Judged:
    """The one that reads the person's own held-out sentences best.

    blends: the old model first. Left out are those with which the letter error rate on other people's speech rises
    by more than `most_general_rise`; where there is none, those of more than MOST_UNSEEN. Of equals the one with the
    lowest loss, then the one nearest the old model.
    """
    before = blends[0].verdict.general
    if before is None:
        harmless = [blend for blend in blends if blend.share <= MOST_UNSEEN]
    else:
        harmless = [
            blend for blend in blends if (rate := blend.verdict.general) and rate.cer <= before.cer + most_general_rise
        ]
    return min(harmless, key=lambda blend: (blend.verdict.own.letter_errors, blend.verdict.own_loss, blend.share))
