"""Sentences that a person types, spoken by the machine: by some voices to be learned, by other voices to be measured.

The two feature caches go into `trainer.tuning.tuning` as recordings to learn and as recordings held out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.alphabet import Alphabet, normalise
from engine.config import FeatureConfig
from trainer.corpus.events import CacheReady, Extracting
from trainer.corpus.preflight import Reject, text_reject
from trainer.corpus.recording import Recording
from trainer.errors import NothingToTeach
from trainer.tuning.tuning import TuneConfig

LEARNED, HELD = "learned", "held"
_HELD_EVERY = 5  # of the voices, one is held out
_RECORDINGS = 120  # to learn from, where few sentences are typed
_FEWEST_VOICES, _MOST_VOICES = 6, 24  # of each sentence
_HELD_RECORDINGS = 40
_FEWEST_HELD_VOICES = 2


@dataclass(frozen=True)
class Lesson:
    """texts: normalised, each once; rejects: lines that cannot be spoken, and why."""

    texts: tuple[str, ...]
    rejects: tuple[Reject, ...]


@dataclass(frozen=True)
class Spoken:
    """The end. learned, held: feature caches of the same sentences in different voices."""

    learned: Path
    held: Path


def lesson(typed: str) -> Lesson:
    """Sentences as typed, one a line; empty lines do not count."""
    alphabet = Alphabet()
    texts: dict[str, None] = {}
    rejects: list[Reject] = []
    for line in filter(str.strip, typed.splitlines()):
        text = normalise(line)
        reject = text_reject(Recording("", Path(line.strip()), "", text), alphabet)
        if reject is None:
            texts[text] = None
        else:
            rejects.append(reject)
    return Lesson(tuple(texts), tuple(rejects))


def voices_each(n_sentences: int) -> int:
    """By how many voices each sentence is spoken to be learned: the fewer sentences, the more voices."""
    return min(_MOST_VOICES, max(_FEWEST_VOICES, -(-_RECORDINGS // n_sentences)))


def speak(folder: Path, lesson: Lesson, features: FeatureConfig) -> Iterator[Extracting | Spoken]:
    """Writes both caches below `folder`; ends with Spoken.

    Raises NothingToTeach, SynthesiserError, StorageError. Closing the iterator leaves no half-written cache.
    """
    from trainer.made_speech.synthesis import ESPEAK, ESPEAK_VARIANTS, installed
    from trainer.made_speech.synthetic import Plan, write_corpus

    if not lesson.texts:
        raise NothingToTeach
    held_voices = ESPEAK_VARIANTS[::_HELD_EVERY]
    other_voices = tuple(voice for voice in ESPEAK_VARIANTS if voice not in held_voices)
    n_learned = voices_each(len(lesson.texts))
    n_held = max(_FEWEST_HELD_VOICES, _HELD_RECORDINGS // len(lesson.texts))
    total = (n_learned + n_held) * len(lesson.texts)
    only_espeak = (ESPEAK,) if ESPEAK in installed() else None  # whose voices can be told apart
    done = 0
    for name, n_voices, plan in (
        (LEARNED, n_learned, Plan(features, seed=1, variants=other_voices)),
        (HELD, n_held, Plan(features, only_espeak, seed=2, variants=held_voices)),
    ):
        yield Extracting(done, total, None)
        for event in write_corpus(folder / name, lesson.texts * n_voices, plan):
            if not isinstance(event, CacheReady):
                yield Extracting(done + event.done, total, None)
        done += n_voices * len(lesson.texts)
    yield Spoken(folder / LEARNED, folder / HELD)


def settings(lesson: Lesson) -> TuneConfig:
    """Small batches, and few recordings several times in an epoch: a lesson of one sentence would have but one update
    in an epoch otherwise."""
    recordings = voices_each(len(lesson.texts)) * len(lesson.texts)
    return TuneConfig(times=max(1, round(_RECORDINGS / recordings)), batch_frames=4000, learning_rate=1e-3)
