"""Aligned recordings as the voice model learns from them: all of them on the device, stretches drawn by chance."""

import lzma
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from scripts.gpu import segments as seg
from scripts.gpu.unpack import unpack
from scripts.gpu.voice_network import CONTEXT, told_of
from trainer.corpus.cache import FeatureCache
from trainer.dataset.align import Alignment

CROP = 256  # frames
_LEAST_SCORE = -1.0  # nats a step; below it the recording hardly says its text
_FEWEST_FRAMES = 30


@dataclass
class Corpus:
    """Everything on one device. cepstra: (frames, 13), normalised by recording; segment: of each frame; elapsed:
    frames since that segment's start; symbols, stresses, lasting: of all segments; start, frames, speaker, statistics:
    of each recording (statistics: mean and deviation of its cepstra, standardised)."""

    cepstra: torch.Tensor
    segment: torch.Tensor
    elapsed: torch.Tensor
    symbols: torch.Tensor
    stresses: torch.Tensor
    lasting: torch.Tensor
    start: torch.Tensor
    frames: torch.Tensor
    speaker: torch.Tensor
    statistics: torch.Tensor


def read_stress(packed: Path) -> dict[str, int]:
    rows = lzma.decompress((packed / "stress.xz").read_bytes()).decode().splitlines()
    return {word: int(n) for word, n in (row.split("\t") for row in rows)}


@dataclass
class Recordings:
    """Of all corpora that have an alignment: cepstra, segments, speakers; mean and deviation of each."""

    cepstra: list[np.ndarray]
    segments: list[seg.Segments]
    speakers: list[str]
    statistics: np.ndarray


def recordings(packed: Path, names: list[str], folder: Path, stress: dict[str, int]) -> Recordings:
    """Reads the packs of these names."""
    alignment = Alignment.load(packed / "alignment.npz")
    cepstra, found, speakers, statistics = [], [], [], []
    for name in names:
        cache = FeatureCache(unpack(packed, name, folder))
        for one in cache.utterances:
            if alignment.score.get(one.id, -9) < _LEAST_SCORE or one.frames < _FEWEST_FRAMES:
                continue
            raw = cache.cepstra(one)
            mean, deviation = raw.mean(axis=0), np.maximum(raw.std(axis=0), 1e-3)
            cepstra.append(((raw - mean) / deviation).astype(np.float16))
            found.append(seg.aligned(one.text, alignment.frames[one.id], one.frames, stress))
            speakers.append(one.speaker)
            statistics.append(np.concatenate([mean, deviation]))
    return Recordings(cepstra, found, speakers, np.array(statistics, np.float32))


def on_device(found: Recordings, numbers: dict[str, int], scale: tuple[np.ndarray, np.ndarray], device) -> Corpus:
    """numbers: speaker -> row of the embedding; scale: mean and deviation of the statistics."""
    symbols, stresses, lasting, firsts = seg.joined(found.segments, CONTEXT + 1)
    segment, elapsed = [], []
    for first, one in zip(firsts, found.segments, strict=True):
        own, since = one.by_frame()
        segment.append(first + own)
        elapsed.append(since)
    frames = np.array([len(one) for one in found.cepstra])

    def tensor(array, kind):
        return torch.as_tensor(np.ascontiguousarray(array), device=device).to(kind)

    return Corpus(
        tensor(np.concatenate(found.cepstra), torch.float16),
        tensor(np.concatenate(segment), torch.int32),
        tensor(np.concatenate(elapsed), torch.int16),
        tensor(symbols, torch.int64),
        tensor(stresses, torch.int64),
        tensor(lasting, torch.float32),
        tensor(np.cumsum(frames) - frames, torch.int64),
        tensor(frames, torch.int64),
        tensor([numbers[name] for name in found.speakers], torch.int64),
        tensor((found.statistics - scale[0]) / scale[1], torch.float32),
    )


def crops(corpus: Corpus, n: int):
    """n stretches of CROP frames, by chance: cepstra (n, CROP, 13), mask, and what the network is told."""
    device = corpus.start.device
    total = len(corpus.cepstra)
    middle = torch.randint(total, (n,), device=device)
    which = torch.searchsorted(corpus.start, middle, right=True) - 1
    room = (corpus.frames[which] - CROP).clamp(min=0)
    begin = torch.minimum((middle - corpus.start[which] - CROP // 2).clamp(min=0), room)
    at = begin[:, None] + torch.arange(CROP, device=device)
    mask = at < corpus.frames[which][:, None]
    rows = (corpus.start[which][:, None] + at).clamp(max=total - 1)
    segment, elapsed = corpus.segment[rows].long(), corpus.elapsed[rows].float()
    told = told_of(segment, elapsed, corpus.symbols, corpus.stresses, corpus.lasting)
    return corpus.cepstra[rows].float(), mask, told, corpus.speaker[which], corpus.statistics[which]
