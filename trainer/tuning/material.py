"""A person's own recordings -> what is learned and what is held out, and which other speech goes with it."""

from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.alphabet import fold_yo
from engine.model.checkpoint import Checkpoint
from trainer.corpus.cache import FEATURES
from trainer.corpus.corpus import find_recordings
from trainer.corpus.preflight import Reject, Rules, hear_all
from trainer.corpus.splits import shuffled
from trainer.dataset.batches import Example, Examples, Rows
from trainer.dataset.training_data import TRAIN, examples_by_split
from trainer.errors import TooFewOwn
from trainer.tuning.events import Hearing

FEWEST_OWN = 10  # recordings; with fewer, neither the learning nor the figures would mean anything
_FEWEST_HELD = 5
_HELD_SHARE = 0.2
_MOST_GENERAL = 200  # held-out recordings of others in one set; more would cost time and tell no more


def hear_own(
    paths: Sequence[Path], checkpoint: Checkpoint, without: frozenset[str] = frozenset()
) -> Generator[Hearing, None, tuple[list[Example], list[Reject]]]:
    """Yields Hearing, and returns the examples and the rejects.

    paths: folders in any layout that `trainer.corpus.corpus` knows, or feature caches. without: names of files in the
    folders that are left out. Raises CorpusError.
    """
    shaper = Examples(checkpoint.alphabet, checkpoint.features, checkpoint.model)
    rules = Rules(checkpoint.features, checkpoint.model.n_stacked, checkpoint.alphabet)
    caches = [path for path in paths if (path / FEATURES).is_file()]
    examples = [e for path in caches for split in examples_by_split(path, checkpoint.features).values() for e in split]
    folders = [path for path in paths if path not in caches]
    rejects: list[Reject] = []
    if folders:
        corpus = find_recordings(folders, checkpoint.alphabet)
        rejects += corpus.rejects
        wanted = [recording for recording in corpus.recordings if recording.path.name not in without]
        for done, recording in enumerate(wanted):
            yield Hearing(done, len(wanted))
            (heard,) = hear_all([recording], rules)
            if isinstance(heard, Reject):
                rejects.append(heard)
            else:
                pieces = ((Rows(heard.cepstra.astype(np.float32)), 0, len(heard.cepstra)),)
                examples.append(Example(recording.id, recording.text, recording.speaker, pieces))
    return shaper.usable(examples), rejects


def split_own(examples: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """What is learned, and what is held out: a fifth, and five at least, by sentence, so that none is in both.

    Equal seeds give equal splits in any order, and what is added later leaves the rest where it was. Raises TooFewOwn.
    """
    by_text: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_text[fold_yo(example.text)].append(example)
    wanted = max(_FEWEST_HELD, round(_HELD_SHARE * len(examples)))
    train: list[Example] = []
    held: list[Example] = []
    for text in shuffled(by_text, seed):
        (held if len(held) < wanted else train).extend(by_text[text])
    if len(examples) < FEWEST_OWN or len(train) < FEWEST_OWN - _FEWEST_HELD:
        raise TooFewOwn(n=len(examples), fewest=FEWEST_OWN)
    return train, held


@dataclass(frozen=True)
class Mixture:
    """An epoch: each own recording `times` times, and so many recordings of others, drawn anew each time."""

    own: tuple[Example, ...]
    times: int
    n_others: int

    def __call__(self, drawn: list[Example], rng: np.random.Generator) -> list[Example]:
        """Own recordings, repeated, with others drawn for this epoch."""
        others = [drawn[i] for i in rng.permutation(len(drawn))[: self.n_others]] if self.n_others else []
        return [*self.own] * self.times + others


def others(
    corpora: Sequence[Path], general: Sequence[Path], checkpoint: Checkpoint, seed: int
) -> tuple[list[Example], dict[str, list[Example]]]:
    """Other people's recordings to mix in, and held-out ones by the name of their set. Raises CorpusError.

    Of the corpora the split `train` and all whose names begin with `dev`; of `general` everything.
    """
    shaper = Examples(checkpoint.alphabet, checkpoint.features, checkpoint.model)
    train: list[Example] = []
    held: dict[str, list[Example]] = defaultdict(list)
    for path in corpora:
        for split, examples in examples_by_split(path, checkpoint.features).items():
            if split == TRAIN:
                train += examples
            elif split.startswith("dev"):
                held[split] += examples
    for path in general:
        for split, examples in examples_by_split(path, checkpoint.features).items():
            held[split] += examples
    rng = np.random.default_rng([seed, 7])
    drawn: dict[str, list[Example]] = {}
    for split, examples in held.items():
        usable = shaper.usable(examples)
        drawn[split] = [usable[i] for i in sorted(rng.permutation(len(usable))[:_MOST_GENERAL])]
    return shaper.usable(train), {split: examples for split, examples in drawn.items() if examples}
