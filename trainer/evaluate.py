"""Error rates of a model on held-out recordings."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from engine.checkpoint import Checkpoint
from engine.decode import Decoder, GreedyDecoder
from engine.errors import CorpusError
from engine.model import Recogniser
from engine.transcribe import Transcriber
from trainer.dataset import Batch, Example, Examples, buckets
from trainer.events import Held
from trainer.material import TRAIN, examples_by_split
from trainer.metrics import error_rate
from trainer.transcripts import read_transcripts

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


def evaluate_cache(path: Path, checkpoint: Checkpoint, splits: Sequence[str] | None) -> Iterator[Held]:
    """The named splits of a feature cache, or all but `train`. Raises CorpusError for a split it lacks."""
    found = examples_by_split(path, checkpoint.features)
    missing = set(splits or ()) - found.keys()
    if missing:
        raise CorpusError(
            path=path, reason=f"it has no split {', '.join(sorted(missing))}, only {', '.join(sorted(found))}"
        )
    recognise = Recogniser(checkpoint.model, checkpoint.weights)
    shaper = Examples(checkpoint.alphabet, checkpoint.features, checkpoint.model)
    decoder = GreedyDecoder(checkpoint.alphabet)
    for name in splits or [name for name in found if name != TRAIN]:
        yield evaluate(name, found[name], recognise, decoder, shaper)[0]


def evaluate_folder(path: Path, checkpoint: Checkpoint) -> Held:
    """Recordings the whole way from the file, as a person would have them transcribed. Raises AudioError."""
    transcriber = Transcriber(checkpoint)
    pairs = []
    for transcript in read_transcripts(path):
        *_, finished = transcriber.transcribe(transcript.path)
        pairs.append((transcript.text, finished.text.replace("\n", " ")))
    return Held(Path(path).name, float("nan"), error_rate(pairs), *pairs[0])
