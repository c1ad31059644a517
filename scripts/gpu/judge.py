"""Greedy letter and word errors on the held-out sets of a pack."""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from engine.alphabet import Alphabet
from engine.decode.greedy import GreedyDecoder
from scripts.gpu.batches import Heard
from scripts.gpu.network import Network
from scripts.gpu.unpack import unpack
from trainer.corpus.cache import FeatureCache
from trainer.dataset.batches import Examples, buckets, recording
from trainer.evaluation.metrics import error_rate

_BATCH_FRAMES = 100_000


class Judge:
    """Of every pack whose name begins with `held-`."""

    def __init__(self, packed: Path, folder: Path, shaper: Examples, alphabet: Alphabet, device: torch.device):
        """folder: where they are unpacked."""
        self._alphabet, self._greedy, self._device, self._sets = alphabet, GreedyDecoder(alphabet), device, {}
        for path in sorted(packed.glob("held-*.xz")):
            cache = FeatureCache(unpack(packed, path.stem, folder))
            usable = shaper.usable([recording(cache, one) for one in cache.utterances])
            shares = buckets(usable, _BATCH_FRAMES, np.random.default_rng(0), in_order=True)
            self._sets[path.stem.removeprefix("held-")] = [(some, Heard.of(shaper.batch(some))) for some in shares]

    def errors(self, network: Network) -> dict[str, tuple[float, float]]:
        """Set -> letter and word error rate."""
        network.eval()
        told = {}
        for name, shares in self._sets.items():
            rate = error_rate([pair for some, heard in shares for pair in self._pairs(network, some, heard)])
            told[name] = rate.cer, rate.wer
        network.train()
        return told

    @torch.no_grad()
    def _pairs(self, network: Network, examples, heard: Heard) -> list[tuple[str, str]]:
        logits = network(heard.steps.to(self._device).float(), heard.lengths)[0]
        log_probs = functional.log_softmax(logits.float(), dim=2).cpu().numpy()
        return [
            (examples[i].text, self._greedy.text(log_probs[: int(length), column]))
            for column, (i, length) in enumerate(zip(heard.order, heard.lengths, strict=True))
        ]
