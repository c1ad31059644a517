"""Recordings -> the examples of an epoch -> padded batches with true lengths."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from engine.alphabet import SPACE, Alphabet, fewest_steps
from engine.config import FeatureConfig, ModelConfig
from engine.features.network_input import as_wide_as, network_input, normalise
from trainer.corpus.cache import FeatureCache, Utterance
from trainer.dataset.augment import augmented
from trainer.errors import TrainingError
from trainer.settings import TrainConfig

SYNTHETIC = "synthetic "  # how the names of speakers that are none begin
_AHEAD = 4  # batches prepared while the network works


class Rows:
    """Features in memory, in the place of a feature cache: float32 (n_frames, n_cepstra)."""

    def __init__(self, cepstra: np.ndarray):
        self._cepstra = cepstra

    def rows(self, start: int, frames: int) -> np.ndarray:
        """Any stretch, not normalised."""
        return self._cepstra[start : start + frames]


@dataclass(frozen=True)
class Example:
    """Some rows of feature caches, one after another, and what is said in them; an empty text: no words.

    corpus: number of the corpus that it is from, in the order in which they were named.
    """

    id: str
    text: str
    speaker: str
    pieces: tuple[tuple[FeatureCache | Rows, int, int], ...]
    corpus: int = 0

    @property
    def frames(self) -> int:
        """Frames of all its pieces together."""
        return sum(frames for _, _, frames in self.pieces)

    def cepstra(self) -> np.ndarray:
        """float32 (frames, width), not normalised; without high bands where one of the pieces has none."""
        pieces = [cache.rows(start, frames) for cache, start, frames in self.pieces]
        width = min(piece.shape[1] for piece in pieces)
        return np.concatenate([piece[:, :width] for piece in pieces])


def recording(cache: FeatureCache, utterance: Utterance) -> Example:
    """A whole utterance of a cache."""
    return Example(utterance.id, utterance.text, utterance.speaker, ((cache, utterance.start, utterance.frames),))


@dataclass(frozen=True)
class Batch:
    """steps: float32 (batch, n_steps, n_inputs), padded on the right; lengths: int32 (batch,), true steps;
    label_indices: int64 (n, 2) and labels: int32 (n,), sparse as TensorFlow's CTC wants them. weight: 0 where it
    only stands in for an empty share of a batch."""

    ids: tuple[str, ...]
    steps: np.ndarray
    lengths: np.ndarray
    label_indices: np.ndarray
    labels: np.ndarray
    weight: float = 1.0


def pad(inputs: Sequence[np.ndarray], labels: Sequence[np.ndarray], ids: Sequence[str]) -> Batch:
    """Joins network inputs (n_steps, n_inputs) and their labels into a batch."""
    lengths = np.array([len(steps) for steps in inputs], np.int32)
    padded = np.zeros((len(inputs), int(lengths.max()), inputs[0].shape[1]), np.float32)
    for row, steps in zip(padded, inputs, strict=True):
        row[: len(steps)] = steps
    indices = [(i, j) for i, letters in enumerate(labels) for j in range(len(letters))]
    return Batch(
        tuple(ids),
        padded,
        lengths,
        np.array(indices, np.int64).reshape(-1, 2),
        np.concatenate(labels).astype(np.int32),
    )


class Examples:
    """Turns examples into network inputs and labels, as one model's configuration wants them."""

    def __init__(self, alphabet: Alphabet, features: FeatureConfig, model: ModelConfig):
        self._alphabet, self._features, self._model = alphabet, features, model

    def usable(self, examples: Iterable[Example]) -> list[Example]:
        """Those with text, within the alphabet, and with the steps that CTC needs."""
        return [e for e in examples if e.text and not self._alphabet.foreign(e.text) and self._fits(e)]

    def _fits(self, example: Example) -> bool:
        return example.frames >= self.fewest_frames(example)

    def fewest_frames(self, example: Example) -> int:
        """Fewest frames in which the text can be said, for CTC."""
        return fewest_steps(self._alphabet.encode(example.text)) * self._model.n_stacked

    def batch(self, examples: Sequence[Example]) -> Batch:
        """As they are, for evaluation."""
        whole = [as_wide_as(self._features, e.cepstra()) for e in examples]
        inputs = [network_input(normalise(rows, self._features.n_high), self._model) for rows in whole]
        return self._padded(examples, inputs)

    def augmented_batch(
        self, examples: Sequence[Example], settings: TrainConfig, seeds: Sequence[Sequence[int]]
    ) -> Batch:
        """Changed at random, for training; seeds: one for each example, so that a batch may be shared out.

        With `consistency` the batch has all examples twice: other changes at the same speed, in the same order.
        """
        copies = range(2 if settings.consistency else 1)
        whole = [(example.cepstra(), self.fewest_frames(example)) for example in examples]
        inputs = []
        for copy in copies:
            for (cepstra, fewest), seed in zip(whole, seeds, strict=True):
                rngs = np.random.default_rng([*seed, copy]), np.random.default_rng(seed)
                changed = augmented(cepstra, self._features, settings, fewest, *rngs)
                inputs.append(network_input(changed, self._model))
        return self._padded([*examples] * len(copies), inputs)

    def _padded(self, examples: Sequence[Example], inputs: list[np.ndarray]) -> Batch:
        # TensorFlow's CTC refuses an empty label sequence; a lone space reads as no words too.
        return pad(inputs, [self._alphabet.encode(e.text or SPACE) for e in examples], [e.id for e in examples])


def draw(
    examples: Sequence[Example], most: int, rng: np.random.Generator, of: Callable[[Example], str] = attrgetter("text")
) -> list[Example]:
    """At most so many recordings of each sentence, or of whatever `of` gives, at random; 0 means all."""
    if not most:
        return list(examples)
    groups = defaultdict(list)
    for example in examples:
        groups[of(example)].append(example)
    drawn = []
    for group in groups.values():
        chosen = rng.permutation(len(group))[:most]
        drawn.extend(group[i] for i in sorted(chosen))
    return drawn


def shared_out(examples: Sequence[Example], shares: Sequence[float], rng: np.random.Generator) -> list[Example]:
    """So many recordings of each corpus that their speech is as `shares`, in frames; none comes twice.

    Raises TrainingError where there are not as many shares as corpora.
    """
    if not shares:
        return list(examples)
    if max(example.corpus for example in examples) >= len(shares):
        raise TrainingError(reason="there are more corpora than shares; give one for each")
    corpora = [[e for e in examples if e.corpus == n] for n in range(len(shares))]
    frames = [sum(e.frames for e in corpus) for corpus in corpora]
    scale = min(n / share for n, share in zip(frames, shares, strict=True) if n)
    return [
        example for corpus, share in zip(corpora, shares, strict=True) for example in within(corpus, scale * share, rng)
    ]


def within(examples: Sequence[Example], frames: float, rng: np.random.Generator) -> list[Example]:
    """Examples in a random order, as long as there is room for the next one."""
    taken = []
    for i in rng.permutation(len(examples)):
        frames -= examples[i].frames
        if frames < 0:
            break
        taken.append(examples[i])
    return taken


def draw_epoch(
    examples: Sequence[Example], settings: TrainConfig, epoch: int, rng: np.random.Generator
) -> list[Example]:
    """The recordings of an epoch (from 0): drawn by sentence, and so much synthetic speech among them as is wanted.

    The last `real_at_end` epochs have none.
    """
    spoken = [e for e in examples if not e.speaker.startswith(SYNTHETIC)]
    synthetic = [e for e in examples if e.speaker.startswith(SYNTHETIC)]
    drawn = draw(spoken or synthetic, settings.per_sentence, rng)
    drawn = draw(drawn, settings.per_speaker, rng, of=attrgetter("speaker"))
    drawn = shared_out(drawn, settings.corpus_shares, rng)
    if not spoken or epoch >= settings.epochs - settings.real_at_end:
        return drawn
    return drawn + within(synthetic, settings.synthetic * sum(e.frames for e in drawn), rng)


def buckets(
    examples: Sequence[Example], batch_frames: int, rng: np.random.Generator, in_order: bool = False
) -> list[list[Example]]:
    """Batches of like length that hold at most batch_frames, padding included; shuffled unless in_order."""
    blurred = [example.frames * rng.uniform(0.9, 1.1) for example in examples]
    batches: list[list[Example]] = [[]]
    longest = 0
    for i in np.argsort(blurred, kind="stable"):
        longest = max(longest, examples[i].frames)
        if batches[-1] and longest * (len(batches[-1]) + 1) > batch_frames:
            batches.append([])
            longest = examples[i].frames
        batches[-1].append(examples[i])
    if not in_order:
        batches = [batches[i] for i in rng.permutation(len(batches))]
    return [batch for batch in batches if batch]


def prepared(make, plans: Sequence, n_threads: int = 1) -> Iterator:
    """make(plan) for each plan in order, a few of them ahead on a thread."""
    with ThreadPoolExecutor(n_threads, thread_name_prefix="batches") as pool:
        waiting: deque = deque()
        try:
            for plan in plans:
                waiting.append(pool.submit(make, plan))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
