"""Small networks with random weights, and corpora that a small network can learn in seconds."""

import csv
import json
from pathlib import Path

import numpy as np

from engine.alphabet import Alphabet
from engine.config import VOXFORGE, FeatureConfig, ModelConfig
from engine.model.checkpoint import Checkpoint, save_checkpoint
from engine.model.weights import initial_weights
from trainer.corpus.cache import COLUMNS

SMALL = ModelConfig(n_layers=1, n_units=16, n_stacked=2)
WORDS = ("да", "нет", "дом", "мама", "сон", "год")


def random_checkpoint(model: ModelConfig = SMALL, features: FeatureConfig = VOXFORGE, seed: int = 0) -> Checkpoint:
    """A model that was never trained."""
    alphabet = Alphabet()
    weights = initial_weights(features, model, alphabet.n_labels, np.random.default_rng(seed))
    return Checkpoint(alphabet, features, model, name="random", weights=weights)


def write_random_checkpoint(folder: Path, **changes) -> Path:
    save_checkpoint(folder, random_checkpoint(**changes))
    return folder


def letter_cepstra(text: str, rng: np.random.Generator, n_frames: int = 8) -> np.ndarray:
    """A made-up voice: each letter is a fixed vector of its own for n_frames, with a little noise."""
    book = np.random.default_rng(99).normal(0, 20, (Alphabet().n_labels, 13))
    frames = np.repeat(book[Alphabet().encode(text)], n_frames, axis=0)
    return np.clip(frames + rng.normal(0, 1, frames.shape), -127, 127)


def write_cache(
    folder: Path, n_train: int = 48, n_held: int = 8, seed: int = 0, n_words: tuple[int, int] = (3, 3)
) -> Path:
    """A feature cache whose letters are plain to hear; splits train, dev_seen_text and dev_unseen_text.

    n_words: least and most in a sentence.
    """
    rng = np.random.default_rng(seed)
    rows, parts, start = [], [], 0
    for split, n in (("train", n_train), ("dev_seen_text", n_held), ("dev_unseen_text", n_held)):
        for i in range(n):
            text = " ".join(rng.choice(WORDS, rng.integers(*n_words, endpoint=True)))
            cepstra = letter_cepstra(text, rng)
            rows.append((f"{split}-{i}", f"speaker{i % 5}", split, start, len(cepstra), text))
            parts.append(cepstra)
            start += len(cepstra)
    return write_rows(folder, rows, parts)


def write_rows(folder: Path, rows: list[tuple], cepstra: list[np.ndarray]) -> Path:
    """A feature cache. rows: as trainer.corpus.cache.COLUMNS; cepstra: of each row (n_frames, 13), -127 to 127."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "features.npy", np.round(np.concatenate(cepstra)).astype(np.int8))
    np.savez(folder / "scale.npz", scale=np.ones(13, np.float32), offset=np.zeros(13, np.float32))
    with (folder / "utterances.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return folder


def write_rates(folder: Path, **rates: float) -> None:
    """As if a model had been measured on these sets."""
    described = json.loads((folder / "model.json").read_text("utf-8"))
    described["error_rates"] = {name: {"cer": cer, "utterances": 9, "words": 90} for name, cer in rates.items()}
    (folder / "model.json").write_text(json.dumps(described), "utf-8")
