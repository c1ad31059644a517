"""Examples -> batches in PyTorch, without end and changed at random, by the trainer's own code."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from trainer.dataset.align import Alignment
from trainer.dataset.batches import Batch, Example, Examples, buckets, draw_epoch
from trainer.dataset.splice import spliced
from trainer.settings import TrainConfig

_SHORTEST = 30  # frames


@dataclass(frozen=True)
class Material:
    """train: usable examples; sounds: those without words; unsure: ids of those that are left out towards the end."""

    train: list[Example]
    sounds: list[Example]
    alignment: Alignment
    unsure: frozenset[str]


@dataclass(frozen=True)
class Heard:
    """A batch. steps: float16 (batch, n_steps, n_inputs), longest first; lengths, n_labels: int64 (batch,);
    labels: int64, one after another; order: where each row was before."""

    steps: torch.Tensor
    lengths: torch.Tensor
    labels: torch.Tensor
    n_labels: torch.Tensor
    order: np.ndarray

    @classmethod
    def of(cls, batch: Batch) -> "Heard":
        order = np.argsort(-batch.lengths, kind="stable")
        counts = np.bincount(batch.label_indices[:, 0], minlength=len(order))
        labels = np.split(batch.labels, np.cumsum(counts)[:-1])
        return cls(
            torch.as_tensor(batch.steps[order]).half(),
            torch.as_tensor(batch.lengths[order].astype(np.int64)),
            torch.as_tensor(np.concatenate([labels[i] for i in order]).astype(np.int64)),
            torch.as_tensor(counts[order]),
            order,
        )

    def pin_memory(self) -> "Heard":
        """What PyTorch's loader calls."""
        return Heard(self.steps.pin_memory(), self.lengths, self.labels.pin_memory(), self.n_labels, self.order)


class Stream(IterableDataset):
    """Batches for ever: each worker draws epochs of its own."""

    def __init__(self, material: Material, shaper: Examples, settings: TrainConfig, sure_only):
        """sure_only: a value shared by all processes; once it is true, unsure examples are left out."""
        self._material, self._shaper, self._settings, self._sure_only = material, shaper, settings, sure_only

    def __iter__(self) -> Iterator[Heard]:
        torch.set_num_threads(1)
        number, epoch = get_worker_info().id, 0
        while True:
            yield from self._epoch(np.random.default_rng([self._settings.seed, number, epoch]))
            epoch += 1

    def _epoch(self, rng: np.random.Generator) -> Iterator[Heard]:
        own, settings = self._material, self._settings
        left_out = own.unsure if self._sure_only.value else frozenset()
        drawn = draw_epoch([e for e in own.train if e.id not in left_out], settings, 0, rng)
        mixed = spliced(drawn, own.alignment, settings.splice, settings.syllables, rng)
        n_sounds = int(settings.nonspeech * len(drawn))
        mixed += [own.sounds[i] for i in rng.integers(len(own.sounds), size=n_sounds)]
        for some in buckets([e for e in mixed if self._fits(e)], settings.batch_frames, rng):
            seeds = [rng.integers(2**31, size=2).tolist() for _ in some]
            yield Heard.of(self._shaper.augmented_batch(some, settings, seeds))

    def _fits(self, example: Example) -> bool:
        return example.frames >= max(_SHORTEST, self._shaper.fewest_frames(example))
