"""Paths of corpora -> examples, by split."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.audio.file import open_audio
from engine.config import FeatureConfig
from engine.features.front_end import FrontEnd, join
from trainer.corpus.cache import FeatureCache
from trainer.corpus.transcripts import TRANSCRIPTS, read_transcripts
from trainer.dataset.align import Alignment
from trainer.dataset.batches import Example, Rows, recording
from trainer.errors import CorpusError

TRAIN = "train"
SEEN_TEXT = "_seen_text"


@dataclass(frozen=True)
class Material:
    """Training and held-out examples.

    choose_on: names of the held-out sets whose mean CER decides; alignment: for splicing; mix: examples drawn from
    `train` -> examples of the epoch.
    """

    train: Sequence[Example]
    held: Mapping[str, Sequence[Example]]
    choose_on: tuple[str, ...]
    alignment: Alignment | None = None
    mix: Callable[[list[Example], np.random.Generator], list[Example]] | None = None


def examples_by_split(path: Path, features: FeatureConfig) -> dict[str, list[Example]]:
    """All recordings of a feature cache, by split; or of a folder with transcripts, as one split with its name."""
    if (Path(path) / TRANSCRIPTS).exists():
        return {Path(path).name: list(examples(path, features))}
    cache = FeatureCache(path)
    cache.require(features)
    splits: dict[str, list[Example]] = {}
    for utterance in cache.utterances:
        splits.setdefault(utterance.split, []).append(recording(cache, utterance))
    return splits


def material(corpora: Sequence[Path], held_out: Sequence[Path], features: FeatureConfig) -> Material:
    """Trains on every `train` split of the corpora and holds out every `dev` split and all of held_out.

    Test splits are never touched. The best epoch is chosen on sets of unseen sentences, if there are any.
    """
    train: list[Example] = []
    held: dict[str, list[Example]] = {}
    for number, path in enumerate(corpora):
        for split, examples_of_split in examples_by_split(path, features).items():
            if split == TRAIN:
                train += [replace(example, corpus=number) for example in examples_of_split]
            elif split.startswith("dev"):
                held.setdefault(split, []).extend(examples_of_split)
    for path in held_out:
        for split, examples_of_split in examples_by_split(path, features).items():
            held.setdefault(split, []).extend(examples_of_split)
    if not train:
        raise CorpusError(path=", ".join(map(str, corpora)), reason="it has no split {split}", split=TRAIN)
    unseen = tuple(name for name in held if not name.endswith(SEEN_TEXT))
    return Material(told_apart(train), held, unseen or tuple(held))


def told_apart(examples: Sequence[Example]) -> list[Example]:
    """The same examples; if two corpora share an id, the later ones get a number appended.

    An alignment knows recordings by their ids.
    """
    met: Counter[str] = Counter()
    apart = []
    for example in examples:
        met[example.id] += 1
        again = met[example.id] > 1
        apart.append(replace(example, id=f"{example.id} ({met[example.id]})") if again else example)
    return apart


def examples(folder: Path, features: FeatureConfig) -> Iterator[Example]:
    """The folder's recordings as examples; computes their features. Raises AudioError, CorpusError."""
    for transcript in read_transcripts(folder):
        front_end = FrontEnd(features)
        with open_audio(transcript.path) as audio:
            frames = join([*(front_end.push(block) for block in audio.blocks()), front_end.flush()])
        pieces = ((Rows(frames.cepstra), 0, len(frames)),)
        yield Example(transcript.path.name, transcript.text, transcript.speaker, pieces)
