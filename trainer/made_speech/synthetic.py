"""Synthetic speech: sentences spoken by the machine's synthesisers, written as an ordinary feature cache.

For sentences that a corpus lacks. Each has its own voice, speed, pitch and simulated room, and goes through the same
front end as real speech. All of it is `train`; its speakers' names begin with `trainer.dataset.batches.SYNTHETIC`, by
which the trainer limits its share.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing.util import Finalize
from pathlib import Path

import numpy as np

from engine.alphabet import fold_yo
from engine.config import SAMPLE_RATE_HZ, FeatureConfig
from engine.features.front_end import extract
from trainer.corpus.cache_writer import Collector, summary, whole_folder, write_report
from trainer.corpus.events import CacheReady, Extracting
from trainer.corpus.preflight import Heard, Reject
from trainer.corpus.process_pool import process_pool
from trainer.corpus.recording import Recording
from trainer.corpus.room_echo import in_a_room
from trainer.corpus.splits import TRAIN
from trainer.dataset.batches import SYNTHETIC
from trainer.errors import CorpusError, SynthesiserFailed, SynthesiserMissing
from trainer.language_model.corpus_sentences import held_out_sentences
from trainer.language_model.leakage_filter import RUN
from trainer.language_model.sentence_reader import is_word, lines_of, sentences
from trainer.made_speech.synthesis import ESPEAK, ESPEAK_VARIANTS, Speakers, Voice, installed, random_voice

NOT_SPOKEN = "the synthesiser did not speak it"
_AT_ONCE = 25  # sentences per task of a process
_AHEAD = 32  # tasks in progress or waiting
_LONGEST = 14  # words


@dataclass(frozen=True)
class Plan:
    """What to synthesise.

    synthesisers: None means all installed ones. rooms: whether sentences are placed in simulated rooms. variants:
    espeak-ng's voices.
    """

    features: FeatureConfig
    synthesisers: tuple[str, ...] | None = None
    rooms: bool = True
    seed: int = 1
    processes: int | None = None
    variants: tuple[str, ...] = ESPEAK_VARIANTS


class Avoided:
    """Sentences that must not be spoken: those of test and development sets, or with six of their words in a row."""

    def __init__(self, corpora: Sequence[Path]):
        """Raises CorpusError."""
        held_out = [fold_yo(text).split() for path in corpora for text in held_out_sentences(path)]
        self._whole = {tuple(words) for words in held_out}
        self._runs = {run for words in held_out for run in _runs(words)}

    def __contains__(self, sentence: object) -> bool:
        words = fold_yo(str(sentence)).split()
        return tuple(words) in self._whole or any(run in self._runs for run in _runs(words))


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))


def chosen_sentences(texts: Sequence[Path], n: int, avoided: Avoided, seed: int) -> list[str]:
    """n different sentences (or all, if there are fewer), equally many from each text; long ones are cut.

    Raises CorpusError.
    """
    rng = np.random.default_rng([seed, 1])
    chosen: dict[str, None] = {}
    for i, path in enumerate(texts):
        candidates = [
            cut for line in lines_of(path) for sentence in sentences(line) if (cut := _speakable(sentence, rng))
        ]
        n_wanted = len(chosen) + -(-(n - len(chosen)) // (len(texts) - i))
        for index in rng.permutation(len(candidates)):
            if len(chosen) >= n_wanted:
                break
            if candidates[index] not in avoided:
                chosen[candidates[index]] = None
    if not chosen:
        raise CorpusError(path=", ".join(map(str, texts)), reason="it holds no sentence that can be spoken")
    return list(chosen)


def _speakable(sentence: str, rng: np.random.Generator) -> str | None:
    """The sentence if it has three pronounceable words or more; of a long one a run of 4 to 14 words."""
    words = sentence.split()
    if len(words) > _LONGEST:
        n = int(rng.integers(4, _LONGEST + 1))
        start = int(rng.integers(len(words) - n + 1))
        words = words[start : start + n]
    return " ".join(words) if len(words) > 2 and all(map(is_word, words)) else None


def write_corpus(folder: Path, texts: Sequence[str], plan: Plan) -> Iterator[Extracting | CacheReady]:
    """Speaks each text once and writes the feature cache atomically.

    texts: normalised. Yields Extracting meanwhile and CacheReady at the end. Raises SynthesiserMissing if none
    is installed, CacheFolderTaken, DiskFull, NotWritable, CorpusError.
    """
    available = plan.synthesisers or installed()
    if not available:
        raise SynthesiserMissing(program=ESPEAK)
    rejects: list[Reject] = []
    with whole_folder(folder) as building:
        collector, started_s = Collector(building, plan.features.width), time.monotonic()
        try:
            for done, (text, voice, outcome) in enumerate(_all_heard(texts, available, plan), start=1):
                if outcome is None:
                    rejects.append(Reject(text, NOT_SPOKEN))
                    continue
                recording = Recording(f"synthetic-{done:06}", Path(text), SYNTHETIC + voice.name, text)
                collector.add(recording, outcome)
                if done % _AT_ONCE == 0:
                    passed_s = time.monotonic() - started_s
                    yield Extracting(done, len(texts), passed_s / done * (len(texts) - done))
            if not collector.rows:
                raise SynthesiserFailed(program=", ".join(available), reason=NOT_SPOKEN)
            splits = [TRAIN] * len(collector.rows)
            collector.write_features(splits)
        finally:
            collector.close()
        report = summary(collector.rows, splits, rejects, ())
        made_of = {"texts": len(texts), "synthesisers": list(available), "rooms": plan.rooms, "seed": plan.seed}
        write_report(building, plan.features.to_dict(), made_of, report)
    yield CacheReady(folder, report, reused=False)


def _all_heard(texts: Sequence[str], available: Sequence[str], plan: Plan) -> Iterator[tuple[str, Voice, Heard | None]]:
    """Each text with its voice and its cepstra, in order, computed on all processors."""
    portions = [(n, texts[n : n + _AT_ONCE]) for n in range(0, len(texts), _AT_ONCE)]
    n_most = min(len(portions), plan.processes or len(portions))
    pool = process_pool(n_most)
    queue: deque[Future[list[tuple[str, Voice, Heard | None]]]] = deque()
    try:
        for n, portion in portions:
            queue.append(pool.submit(_heard_portion, n, portion, tuple(available), plan))
            if len(queue) > _AHEAD:
                yield from queue.popleft().result()
        while queue:
            yield from queue.popleft().result()
    except BrokenProcessPool as error:
        raise SynthesiserFailed(program=", ".join(available), reason="a process ended unexpectedly") from error
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def _speakers() -> Speakers:
    """The synthesisers of this process."""
    speakers = Speakers()
    Finalize(speakers, speakers.close, exitpriority=10)
    return speakers


def _heard_portion(
    first: int, texts: Sequence[str], available: tuple[str, ...], plan: Plan
) -> list[tuple[str, Voice, Heard | None]]:
    return [
        _heard(text, np.random.default_rng([plan.seed, 2, first + i]), available, plan) for i, text in enumerate(texts)
    ]


def _heard(
    text: str, rng: np.random.Generator, available: tuple[str, ...], plan: Plan
) -> tuple[str, Voice, Heard | None]:
    voice = random_voice(str(rng.choice(available)), rng, plan.variants)
    try:
        samples = _speakers().speak(text, voice)
    except SynthesiserFailed:
        return text, voice, None
    change = partial(in_a_room, rng=rng) if plan.rooms else _with_quiet
    samples = change(samples)
    cepstra = extract(samples, plan.features).cepstra
    return text, voice, Heard(cepstra, len(samples) / SAMPLE_RATE_HZ) if len(cepstra) else None


def _with_quiet(samples: np.ndarray) -> np.ndarray:
    return np.pad(samples, SAMPLE_RATE_HZ // 4)
