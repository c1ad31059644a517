"""One made-up batch for every library that is compared, and corpora of any size."""

import csv
from pathlib import Path

import numpy as np

from engine.config import FeatureConfig, ModelConfig
from engine.model.checkpoint import load_checkpoint
from engine.paths import shipped_checkpoint
from trainer.presets import PRESETS

THREADS, WARM_UP = 2, 2
N_UTTERANCES, N_FRAMES, N_LETTERS = 32, 500, 60  # five seconds each, at the pace of VoxForge's sentences
FRAMES_A_SECOND = 100
SECONDS = N_UTTERANCES * N_FRAMES / FRAMES_A_SECOND


def shape_of(name: str) -> tuple[FeatureConfig, ModelConfig]:
    """Of the shipped model or of the preset; dropout off, so that all libraries do the same."""
    if name == "shipped":
        checkpoint = load_checkpoint(shipped_checkpoint())
        features, model = checkpoint.features, checkpoint.model
    else:
        features, model = PRESETS[name]
    return features, ModelConfig.from_dict(model.to_dict() | {"dropout": 0.0})


def batch(n_inputs: int, n_stacked: int, n_labels: int) -> tuple[np.ndarray, np.ndarray]:
    """steps: float32 (batch, n_steps, n_inputs); labels: int32 (batch, n_letters), without the blank, none twice in
    a row."""
    rng = np.random.default_rng(0)
    steps = rng.standard_normal((N_UTTERANCES, N_FRAMES // n_stacked, n_inputs), np.float32)
    rises = rng.integers(1, n_labels - 1, (N_UTTERANCES, N_LETTERS))
    return steps, (np.cumsum(rises, axis=1) % (n_labels - 1)).astype(np.int32)


def write_corpus(folder: Path, hours: float) -> Path:
    """A feature cache of noise, in utterances of five seconds."""
    n = round(hours * 3600 * FRAMES_A_SECOND / N_FRAMES)
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    cepstra = np.lib.format.open_memmap(folder / "features.npy", "w+", np.int8, (n * N_FRAMES, 13))
    for start in range(0, len(cepstra), 100 * N_FRAMES):
        part = cepstra[start : start + 100 * N_FRAMES]
        part[:] = rng.integers(-99, 100, part.shape, np.int8)
    cepstra.flush()
    np.savez(folder / "scale.npz", scale=np.full(13, 0.1, np.float32), offset=np.zeros(13, np.float32))
    letters = list("абвгдежзик")
    with (folder / "utterances.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("id", "speaker", "split", "start", "frames", "text"))
        for i in range(n):
            text = " ".join("".join(rng.choice(letters, 5)) for _ in range(8))
            writer.writerow((f"u{i}", f"s{i % 50}", "train", i * N_FRAMES, N_FRAMES, text))
    return folder
