"""Error rates of a model on held-out recordings."""

from collections.abc import Callable, Sequence

import numpy as np

from engine.decode import Decoder
from trainer.dataset import Batch, Example, Examples, buckets
from trainer.events import Held
from trainer.metrics import error_rate

_BATCH_FRAMES = 60_000


def evaluate(
    split: str,
    examples: Sequence[Example],
    recognise: Callable[[list[np.ndarray]], list[np.ndarray]],
    decoder: Decoder,
    shaper: Examples,
    loss_of: Callable[[Batch], float] | None = None,
    show: int = 0,
) -> tuple[Held, list[tuple[str, str, str]]]:
    """Recognises examples as they are, in batches.

    recognise: network steps -> log-probabilities; loss_of: summed loss of a batch in nats. Returns the error rates
    with example number `show` beside its reference, and (id, reference, hypothesis) of every utterance, in order.
    """
    hypotheses: dict[str, str] = {}
    loss = 0.0
    for some in buckets(examples, _BATCH_FRAMES, np.random.default_rng(0), in_order=True):
        batch = shaper.batch(some)
        rows = [row[:length] for row, length in zip(batch.steps, batch.lengths, strict=True)]
        for example, log_probs in zip(some, recognise(rows), strict=True):
            hypotheses[example.id] = " ".join(word.text for word in decoder.decode(log_probs))
        if loss_of:
            loss += loss_of(batch)
    triples = [(e.id, e.text, hypotheses[e.id]) for e in examples]
    rate = error_rate((reference, hypothesis) for _, reference, hypothesis in triples)
    _, reference, hypothesis = triples[show % len(triples)]
    return Held(split, loss / max(1, rate.letters), rate, reference, hypothesis), triples
