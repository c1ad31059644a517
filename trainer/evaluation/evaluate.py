"""Error rates of a model on held-out recordings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.alphabet import normalise
from engine.decode.greedy import Decoder, GreedyDecoder
from engine.errors import AudioError
from engine.events import Finished, Word
from engine.features.network_input import hearings
from engine.model.checkpoint import Description
from engine.model.recogniser import Recogniser, mean_of
from engine.transcribe.transcribe import Transcriber
from trainer.corpus.preflight import NO_TEXT, OTHER_TEXT, UNREADABLE, Reject
from trainer.corpus.transcripts import read_transcripts
from trainer.dataset.batches import Batch, Example, Examples, buckets
from trainer.dataset.training_data import TRAIN, examples_by_split
from trainer.errors import CorpusError
from trainer.evaluation.confidence import Trust, trust
from trainer.evaluation.metrics import ErrorRate, Held, error_rate

_BATCH_FRAMES = 60_000


def evaluate(
    split: str,
    examples: Sequence[Example],
    recognise: Callable[[list[np.ndarray]], list[np.ndarray]],
    decoder: Decoder,
    shaper: Examples,
    loss_of: Callable[[Batch, Sequence[np.ndarray]], float] | None = None,
    show: int = 0,
) -> tuple[Held, list[tuple[str, str, str]]]:
    """Recognises examples as they are, in batches.

    recognise: network steps -> log-probabilities; loss_of: summed loss of a batch in nats, by these
    log-probabilities. Returns the error rates
    with example number `show` beside its reference, and (id, reference, hypothesis) of every utterance, in order.
    """
    hypotheses = [""] * len(examples)
    loss = 0.0
    numbered = [
        replace(example, id=str(place)) for place, example in enumerate(examples)
    ]  # because two corpora may share ids
    for bucket, batch, log_probs in recognised(numbered, recognise, shaper):
        for example, matrix in zip(bucket, log_probs, strict=True):
            hypotheses[int(example.id)] = " ".join(word.text for word in decoder.decode(matrix))
        if loss_of:
            loss += loss_of(batch, log_probs)
    triples = [(e.id, e.text, hypothesis) for e, hypothesis in zip(examples, hypotheses, strict=True)]
    rate = error_rate((reference, hypothesis) for _, reference, hypothesis in triples)
    _, reference, hypothesis = triples[show % len(triples)]
    return Held(split, loss / max(1, rate.letters), rate, reference, hypothesis), triples


def recognised(
    examples: Sequence[Example], recognise: Callable[[list[np.ndarray]], list[np.ndarray]], shaper: Examples
) -> Iterator[tuple[list[Example], Batch, list[np.ndarray]]]:
    """Examples in batches of similar length, with the log-probabilities of each, (n_steps, n_labels)."""
    for bucket in buckets(examples, _BATCH_FRAMES, np.random.default_rng(0), in_order=True):
        batch = shaper.batch(bucket)
        rows = [row[:length] for row, length in zip(batch.steps, batch.lengths, strict=True)]
        yield bucket, batch, recognise(rows)


@dataclass(frozen=True)
class Scored:
    """Error counts of one set: for each decoder those of every utterance, and the quality of its confidences.

    left_out: rows that could not be scored, with the reason.
    """

    name: str
    rates: dict[str, list[ErrorRate]]
    trusts: dict[str, Trust]
    left_out: tuple[Reject, ...] = ()


def score_cache(
    path: Path,
    model: Description,
    recognise: Recogniser,
    splits: Sequence[str] | None,
    decoders: dict[str, Decoder],
) -> Iterator[Scored]:
    """The named splits of a feature cache, or all but `train`. Raises CorpusError for a split it lacks."""
    examples_of_split = examples_by_split(path, model.features)
    missing = set(splits or ()) - examples_of_split.keys()
    if missing:
        raise CorpusError(
            path=path,
            reason="it has no split {split}; it has {others}",
            split=", ".join(sorted(missing)),
            others=", ".join(sorted(examples_of_split)),
        )
    is_greedy = {name: isinstance(decoder, GreedyDecoder) for name, decoder in decoders.items()}
    warp = 0.0 if all(is_greedy.values()) else model.decode.warp
    for name in splits or [name for name in examples_of_split if name != TRAIN]:
        rates: dict[str, list[ErrorRate]] = {decoder: [] for decoder in decoders}
        trusts = dict.fromkeys(decoders, Trust())
        for example in examples_of_split[name]:
            log_probs = recognise(hearings(example.cepstra(), model.features, model.model, warp))
            for decoder, rates_of_decoder in rates.items():
                words = decoders[decoder].decode(log_probs[0] if is_greedy[decoder] else mean_of(log_probs))
                rates_of_decoder.append(error_rate([(example.text, " ".join(word.text for word in words))]))
                trusts[decoder] += trust(example.text, words)
        yield Scored(name, rates, trusts)


def score_folder(path: Path, transcriber: Transcriber, decoders: dict[str, Decoder]) -> Scored:
    """Scores a folder of recordings, transcribed from the file as for a person.

    Marks and capitals are ignored. Raises CorpusError if no recording can be scored.
    """
    rates: dict[str, list[ErrorRate]] = {decoder: [] for decoder in decoders}
    trusts = dict.fromkeys(decoders, Trust())
    left_out: list[Reject] = []
    texts: dict[Path, str] = {}
    for transcript in read_transcripts(path):
        if not transcript.text:
            left_out.append(Reject(str(transcript.path), reason=NO_TEXT))
            continue
        if texts.setdefault(transcript.path, transcript.text) != transcript.text:
            left_out.append(Reject(str(transcript.path), reason=OTHER_TEXT))
            continue
        try:
            for decoder, rates_of_decoder in rates.items():
                transcriber.decoder = decoders[decoder]
                finished = [e for e in transcriber.transcribe(transcript.path) if isinstance(e, Finished)]
                words = [bare for segment in finished[-1].segments for word in segment.words for bare in _bare(word)]
                rates_of_decoder.append(error_rate([(transcript.text, " ".join(word.text for word in words))]))
                trusts[decoder] += trust(transcript.text, words)
        except AudioError as error:
            left_out.append(Reject(str(transcript.path), reason=UNREADABLE, detail=str(error)))
    if not any(rates.values()):
        raise CorpusError(path=path, reason="none of its recordings can be scored")
    return Scored(Path(path).name, rates, trusts, tuple(left_out))


def _bare(word: Word) -> Iterator[Word]:
    """A word normalised like references: nothing for a single mark, two words for one with a hyphen."""
    for text in normalise(word.text).split():
        yield replace(word, text=text)
