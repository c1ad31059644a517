"""Tuning: a model that knows many voices learns one more, or new words, and forgets nothing else.

Four things keep what the model knew: the person's recordings are mixed with other people's speech where there is
some; the weights are pulled back to where they began; of all means between the old model and the tuned one the best
is taken; and one that reads other people worse is not.

The run's folder, beside what `trainer.training.run` keeps there:

    tuning.json      what is learned from, as a digest: a run on other recordings begins anew
    result.json      what came of it, once it is done
    tuned/           the tuned model, once it is done
"""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.config import BETWEEN, _check, _Config
from engine.decode.beam_loader import NO_LANGUAGE, Language, load_beam
from engine.errors import DiktovkaError
from engine.system.atomic_files import write_atomic
from trainer.devices import PROCESSOR
from trainer.settings import TrainConfig
from trainer.training.run import STATE, locked
from trainer.tuning.events import OWN, RESULT, BeforeAfter, Hearing, Split, Stage, load_result, save_result

if TYPE_CHECKING:
    from engine.model.checkpoint import Checkpoint
    from trainer.dataset.batches import Example
    from trainer.tuning.interpolate import Judge

log = logging.getLogger(__name__)
TUNED, MADE_OF = "tuned", "tuning.json"


@dataclass(frozen=True)
class TuneConfig(_Config):
    """How a model is tuned.

    own_share: of an epoch's recordings that are the person's own, where there are others to mix in; times: how often
    each of them comes in an epoch. pull: see TrainConfig. most_general_rise: of the letter error rate on other people.
    """

    seed: int = 1
    epochs: int = 8
    times: int = 6
    own_share: float = 0.4
    learning_rate: float = 5e-4
    pull: float = 5.0
    batch_frames: int = 8000
    most_general_rise: float = 0.01

    def __post_init__(self) -> None:
        for name in ("epochs", "times", "learning_rate", "batch_frames"):
            _check(getattr(self, name) > 0, name, reason="it must be above zero")
        _check(0 < self.own_share <= 1, "own_share", reason=BETWEEN, least=0, most=1)
        for name in ("pull", "most_general_rise"):
            _check(getattr(self, name) >= 0, name, reason="it may not be negative")

    def of_training(self) -> TrainConfig:
        """The same as settings of a training."""
        return TrainConfig(
            seed=self.seed,
            epochs=self.epochs,
            batch_frames=self.batch_frames,
            learning_rate=self.learning_rate,
            pull=self.pull,
            warm_up=0.5,
            averaging=0.98,
            per_sentence=4,
            short_first=0,
            save_every=20,
        )


@dataclass(frozen=True)
class TuneRequest:
    """By paths alone, so that it can be sent to another process.

    out: folder of the run; one found there goes on if it learns from the same. model: checkpoint to begin with.
    own: folders of recordings with their texts, or feature caches, to learn. held: the same, to measure the learning
    by; where none are named, a fifth of `own` is held out. corpora: feature caches of other people's speech to mix
    in; general: more of it, only to measure by. language: what the held-out recordings are written with in the end,
    as dictation will; without a model in it they are told as the letters are heard. without: names of own recordings
    that are left out.
    """

    out: Path
    model: Path
    own: tuple[Path, ...]
    held: tuple[Path, ...] = ()
    corpora: tuple[Path, ...] = ()
    general: tuple[Path, ...] = ()
    settings: TuneConfig = field(default_factory=TuneConfig)
    threads: int | None = None
    language: Language = NO_LANGUAGE
    without: frozenset[str] = frozenset()


def tune(request: TuneRequest) -> Generator[object, None, None]:
    """Hearing, Stage, Split, events of a training, Judged, and at last BeforeAfter; run it with TrainingProcess.

    Closing the iterator saves the state; the same request goes on from there. Raises CheckpointError, CorpusError,
    TooFewOwn, TrainingNotInstalled, MemoryMissing, TrainingError (RunInUse where another process is at it) and
    StorageError. Nothing but `request.out` is written to.
    """
    from trainer.network.device import use_device

    use_device(PROCESSOR)
    from trainer.network.threads import use_threads

    use_threads(request.threads or os.cpu_count() or 1)
    yield from tuned(request)


def tuned(request: TuneRequest) -> Iterator[object]:
    """As `tune`, with the threads that TensorFlow has."""
    from engine.model.checkpoint import load_checkpoint
    from trainer.tuning.interpolate import Judge
    from trainer.tuning.material import others

    start = load_checkpoint(request.model)
    train, held, n_rejects = yield from _own(request, start)
    yield Stage("others")
    more, general = others(request.corpora, request.general, start, request.settings.seed)
    general.pop(OWN, None)
    yield Split(len(train), len(held), len(more), sum(map(len, general.values())), n_rejects)
    judge = Judge(start, {OWN: held, **general})
    with locked(request.out) as lock:
        yield from lock.watched(_in_its_folder(request, start, train, held, more, judge))


def _in_its_folder(
    request: TuneRequest,
    start: "Checkpoint",
    train: Sequence["Example"],
    held: Sequence["Example"],
    more: Sequence["Example"],
    judge: "Judge",
) -> Generator[object, None, None]:
    _begin(request, start, [*train, *held])
    if load_result(request.out) is None:
        after = yield from _trained(request, start, train, held, more)
        yield from _concluded(request, start, after, judge)
    yield load_result(request.out)


def _own(
    request: TuneRequest, start: "Checkpoint"
) -> Generator[Hearing, None, tuple[list["Example"], list["Example"], int]]:
    """Returns learned and held-out examples, and how many recordings were rejected."""
    from trainer.tuning.material import hear_own, split_own

    train, rejects = yield from hear_own(request.own, start, request.without)
    if request.held:
        held, more = yield from hear_own(request.held, start)
        return train, held, len(rejects) + len(more)
    return *split_own(train, request.settings.seed), len(rejects)


def _begin(request: TuneRequest, start: "Checkpoint", own: Sequence["Example"]) -> None:
    """Leaves a run that is there only if it is the same one."""
    digest = hashlib.sha256(json.dumps(request.settings.to_dict(), sort_keys=True).encode())
    digest.update(repr([str(path) for path in (*request.corpora, *request.general)]).encode())
    for name, weight in start.weights.items():
        digest.update(name.encode() + weight.tobytes())
    for example in own:
        digest.update(f"{example.id}\t{example.text}\t{example.frames}\n".encode())
    made_of = json.dumps({"made_of": digest.hexdigest()}) + "\n"
    before = None
    with suppress(OSError, UnicodeDecodeError):
        before = (request.out / MADE_OF).read_text(encoding="utf-8")
    if before != made_of:
        for name in (STATE, RESULT):
            (request.out / name).unlink(missing_ok=True)
        shutil.rmtree(request.out / TUNED, ignore_errors=True)
        write_atomic(request.out / MADE_OF, made_of)


def _trained(
    request: TuneRequest,
    start: "Checkpoint",
    train: Sequence["Example"],
    held: Sequence["Example"],
    more: Sequence["Example"],
) -> Generator[object, None, dict[str, np.ndarray]]:
    """The weights that came of it."""
    from trainer.dataset.training_data import Material
    from trainer.training.loop import Training
    from trainer.tuning.material import Mixture

    settings = request.settings
    n_own = settings.times * len(train)
    n_others = round(n_own * (1 - settings.own_share) / settings.own_share) if more else 0
    mix = Mixture(tuple(train), settings.times, n_others)
    material = Material(more or train, {OWN: held}, (OWN,), mix=mix)
    yield Stage("network")
    training = Training(request.out, material, start.features, start.model, settings.of_training(), start)
    ended = False
    try:
        yield from training.events()
        ended = True
    finally:
        if not ended:
            training.save()
    return training.checkpoint().weights


def _concluded(
    request: TuneRequest, start: "Checkpoint", after: Mapping[str, np.ndarray], judge: "Judge"
) -> Iterator[object]:
    """Judged for every blend; the best one is written, and then the result."""
    from engine.model.checkpoint import save_checkpoint
    from trainer.tuning.interpolate import best_blend, blended, judged

    blends = []
    for blend in judged(judge, start.weights, after):
        blends.append(blend)
        yield blend
    before, best = blends[0].verdict, best_blend(blends, request.settings.most_general_rise)
    weights = blended(start.weights, after, best.share)
    rates: dict[str, object] = {
        name: {"cer": round(rate.cer, 4), "wer": round(rate.wer, 4), "utterances": rate.utterances, "words": rate.words}
        for name, rate in best.verdict.rates.items()
    }
    training = request.settings.to_dict() | {"tuned_share": best.share}
    save_checkpoint(request.out / TUNED, replace(start, weights=weights, error_rates=rates, training=training))
    result = BeforeAfter(
        request.out / TUNED,
        before.own,
        best.verdict.own,
        before.general,
        best.verdict.general,
        best.share,
        _beside(before.texts, best.verdict.texts),
    )
    result = yield from _written(result, request.language, start, judge, weights)
    save_result(result, request.out)


def _beside(
    before: Sequence[tuple[str, str, str]], after: Sequence[tuple[str, str, str]]
) -> tuple[tuple[str, str, str], ...]:
    """(reference, before, after) of two readings of the same utterances."""
    return tuple((reference, was, now) for (_, reference, was), (_, _, now) in zip(before, after, strict=True))


def _written(
    result: BeforeAfter, language: Language, start: "Checkpoint", judge: "Judge", weights: Mapping[str, np.ndarray]
) -> Generator[Stage, None, BeforeAfter]:
    """Returns the result with what the search with the language model writes, where there is one that can be used."""
    yield Stage("writing", 0, 3)
    try:
        decoder, _own = load_beam(start, language)
    except DiktovkaError as error:
        log.warning("the language model cannot be used to tell what came of the tuning", exc_info=error)
        return result
    if decoder is None:
        return result
    yield Stage("writing", 1, 3)
    before, was = judge.written(start.weights, decoder)
    yield Stage("writing", 2, 3)
    after, now = judge.written(weights, decoder)
    return replace(result, texts=_beside(was, now), written_before=before, written_after=after)
