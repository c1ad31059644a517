"""Made-up voices that say the same letters differently, and a small model that knows one of them."""

from pathlib import Path

import numpy as np

from engine.alphabet import Alphabet
from engine.config import VOXFORGE, ModelConfig
from engine.model.checkpoint import Checkpoint, save_checkpoint
from tests.helpers.models import WORDS, write_cache, write_rows
from trainer.dataset.training_data import material
from trainer.settings import TrainConfig
from trainer.training.loop import Training

MODEL = ModelConfig(n_layers=1, n_units=24, n_stacked=2)
_LEARNING = TrainConfig(epochs=12, batch_frames=1500, learning_rate=0.02, averaging=0.9, per_sentence=0, nonspeech=0)


def write_voice(folder: Path, n: int = 24, accent: float = 1.2, seed: int = 5) -> Path:
    """A feature cache of one speaker. accent: how far each letter lies from where the voices of `write_cache` have it,
    as a share of its own length."""
    rng = np.random.default_rng(seed)
    usual, strange = (np.random.default_rng(i).normal(0, 20, (Alphabet().n_labels, 13)) for i in (99, 7))
    rows, parts, start = [], [], 0
    for i in range(n):
        text = " ".join(rng.choice(WORDS, 4))
        frames = np.repeat((usual + accent * strange)[Alphabet().encode(text)], 8, axis=0)
        parts.append(np.clip(frames + rng.normal(0, 1, frames.shape), -127, 127))
        rows.append((f"me-{i}", "me", "train", start, len(frames), text))
        start += len(frames)
    return write_rows(folder, rows, parts)


def write_learned(folder: Path) -> tuple[Path, Path]:
    """A model that has learned the voices of a cache, and that cache. Takes seconds."""
    corpus = write_cache(folder / "corpus")
    found = material([corpus], [], VOXFORGE)
    training = Training(folder / "run", found, VOXFORGE, MODEL, _LEARNING)
    list(training.events())
    learned: Checkpoint = training.checkpoint()
    save_checkpoint(folder / "model", learned)
    return folder / "model", corpus
