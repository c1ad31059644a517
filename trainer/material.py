"""Paths that a person names -> examples, by split."""

from collections.abc import Sequence
from pathlib import Path

from engine.errors import CorpusError
from trainer.cache import FeatureCache
from trainer.dataset import Example, recording
from trainer.loop import Material

TRAIN = "train"
CHOSEN_ON = ("dev_unseen_text", "common_voice")


def examples_by_split(path: Path) -> dict[str, list[Example]]:
    """All recordings of a feature cache, by split."""
    cache = FeatureCache(path)
    splits: dict[str, list[Example]] = {}
    for utterance in cache.utterances:
        splits.setdefault(utterance.split, []).append(recording(cache, utterance))
    return splits


def material(corpora: Sequence[Path]) -> Material:
    """Trains on every `train` split, holds out every `dev` split and `common_voice`; never touches a test split."""
    train: list[Example] = []
    held: dict[str, list[Example]] = {}
    for path in corpora:
        for split, examples in examples_by_split(path).items():
            if split == TRAIN:
                train += examples
            elif split.startswith("dev") or split in CHOSEN_ON:
                held.setdefault(split, []).extend(examples)
    if not train:
        raise CorpusError(path=", ".join(map(str, corpora)), reason=f"it has no split {TRAIN}")
    return Material(train, held, tuple(name for name in CHOSEN_ON if name in held) or tuple(held))
