"""A model on disk: weights, and one JSON that says all about them.

weights.npz      every weight by name (see engine.model.weight_shapes), float32 or float16
model.json       alphabet, feature and model configuration, history, error rates, SHA-256 of weights.npz
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.alphabet import Alphabet
from engine.arrays import read_arrays
from engine.config import DecodeConfig, FeatureConfig, ModelConfig
from engine.errors import CheckpointDamaged, CheckpointMismatch, CheckpointMissing, ConfigError
from engine.shapes import weight_shapes
from engine.storage import atomic_path, write_atomic

WEIGHTS, DESCRIPTION = "weights.npz", "model.json"
FORMAT = 1


@dataclass(frozen=True)
class Checkpoint:
    """weights: name -> float32 array. history: one dict an epoch. error_rates: set -> {cer, wer, ...}."""

    weights: dict[str, np.ndarray]
    alphabet: Alphabet
    features: FeatureConfig
    model: ModelConfig
    decode: DecodeConfig = field(default_factory=DecodeConfig)
    name: str = ""
    training: dict[str, object] = field(default_factory=dict)
    history: list[dict[str, object]] = field(default_factory=list)
    error_rates: dict[str, object] = field(default_factory=dict)


def save_checkpoint(folder: Path, checkpoint: Checkpoint, half: bool = False) -> None:
    """Writes both files, each whole or not at all. half: weights as float16, in half the space. Raises StorageError.

    The weights come first: a kill between the two leaves a pair that does not match, which `load_checkpoint` refuses.
    """
    kind = np.float16 if half else np.float32
    with atomic_path(folder / WEIGHTS) as temporary:
        np.savez(temporary, **{name: value.astype(kind, copy=False) for name, value in checkpoint.weights.items()})
        digest = _sha256(temporary)
    described = {
        "format": FORMAT,
        "name": checkpoint.name,
        "alphabet": checkpoint.alphabet.letters,
        "features": checkpoint.features.to_dict(),
        "model": checkpoint.model.to_dict(),
        "decode": checkpoint.decode.to_dict(),
        "weights_sha256": digest,
        "training": checkpoint.training,
        "error_rates": checkpoint.error_rates,
        "history": checkpoint.history,
    }
    write_atomic(folder / DESCRIPTION, json.dumps(described, ensure_ascii=False, indent=1) + "\n")


def load_checkpoint(folder: Path) -> Checkpoint:
    """Reads and checks a model.

    Raises CheckpointMissing, CheckpointDamaged (truncated, not readable) or CheckpointMismatch (weights, alphabet
    and configuration do not fit together).
    """
    folder = Path(folder)
    described = _description(folder)
    try:
        alphabet = Alphabet(described["alphabet"])
        features = FeatureConfig.from_dict(described["features"])
        model = ModelConfig.from_dict(described["model"])
        decode = DecodeConfig.from_dict(described.get("decode", {}))
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointDamaged(path=folder, reason=f"{DESCRIPTION} lacks {error}") from error
    except ConfigError as error:
        raise CheckpointMismatch(path=folder, reason=str(error)) from error
    weights = _weights(folder, described.get("weights_sha256"))
    _check_shapes(folder, weights, features, model, alphabet)
    return Checkpoint(
        weights,
        alphabet,
        features,
        model,
        decode,
        described.get("name", ""),
        described.get("training", {}),
        described.get("history", []),
        described.get("error_rates", {}),
    )


def _description(folder: Path) -> dict:
    path = folder / DESCRIPTION
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CheckpointMissing(path=folder, file=DESCRIPTION) from error
    except (OSError, ValueError) as error:
        raise CheckpointDamaged(path=folder, reason=f"{DESCRIPTION} cannot be read") from error
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise CheckpointMismatch(path=folder, reason=f"{DESCRIPTION} is not of format {FORMAT}")
    return described


def _weights(folder: Path, digest: object) -> dict[str, np.ndarray]:
    path = folder / WEIGHTS
    try:
        if _sha256(path) != digest:
            raise CheckpointDamaged(path=folder, reason=f"{WEIGHTS} is not the file that {DESCRIPTION} describes")
        return {name: array.astype(np.float32) for name, array in read_arrays(path).items()}
    except FileNotFoundError as error:
        raise CheckpointMissing(path=folder, file=WEIGHTS) from error
    except (OSError, ValueError) as error:
        raise CheckpointDamaged(path=folder, reason=f"{WEIGHTS} cannot be read") from error


def _check_shapes(folder, weights, features, model, alphabet) -> None:
    expected = weight_shapes(features, model, alphabet.n_labels)
    for name, shape in expected.items():
        if name not in weights:
            raise CheckpointMismatch(path=folder, reason=f"the weight {name} is missing")
        if weights[name].shape != shape:
            raise CheckpointMismatch(
                path=folder,
                reason=f"the weight {name} should have the shape {shape}, not {weights[name].shape}",
            )
        if not np.isfinite(weights[name]).all():
            raise CheckpointDamaged(path=folder, reason=f"the weight {name} holds numbers that are not finite")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
