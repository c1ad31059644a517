"""A model on disk: weights, and one JSON that says all about them.

weights.npz      every weight by name (see engine.model.bilstm_ctc.weight_shapes), float32 or float16
model.json       alphabet, feature and model configuration, history, error rates, SHA-256 of weights.npz
model.next.json  the description of weights that are just being replaced; there after a kill in the midst of that

Two files cannot be replaced at once. Both descriptions name their weights, so whatever a kill leaves, the one that goes
with the weights is there: the model is the one before or the new one, whole.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.alphabet import Alphabet
from engine.config import DecodeConfig, FeatureConfig, ModelConfig
from engine.errors import (
    CheckpointDamaged,
    CheckpointError,
    CheckpointMismatch,
    CheckpointMissing,
    ConfigError,
    StorageError,
)
from engine.model.weights import weight_shapes
from engine.system.atomic_files import atomic_path, storage_error, sync, write_atomic
from engine.system.npz import read_arrays

WEIGHTS, DESCRIPTION = "weights.npz", "model.json"
_NEXT = "model.next.json"
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
    """Replaces what is there; a kill leaves the one model or the other. half: weights as float16, in half the space.

    Raises StorageError.
    """
    kind = np.float16 if half else np.float32
    _settle(folder)  # else the only description of what a kill left there would be overwritten
    try:
        with atomic_path(folder / WEIGHTS) as temporary:
            np.savez(temporary, **{name: value.astype(kind, copy=False) for name, value in checkpoint.weights.items()})
            write_atomic(folder / _NEXT, _described(checkpoint, _sha256(temporary)))
    except StorageError:
        with suppress(OSError):
            (folder / _NEXT).unlink()
        raise
    _settle(folder)


def _settle(folder: Path) -> None:
    """Puts the description of what is there now in its place. Raises StorageError."""
    try:
        if _is_next_true(folder):
            (folder / _NEXT).replace(folder / DESCRIPTION)
            sync(folder)
    except OSError as error:
        raise storage_error(folder / DESCRIPTION, error) from error


def _described(checkpoint: Checkpoint, digest: str) -> str:
    """model.json. digest: of the weights."""
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
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def load_checkpoint(folder: Path) -> Checkpoint:
    """Reads and checks a model.

    Raises CheckpointMissing, CheckpointDamaged (truncated, not readable) or CheckpointMismatch (weights, alphabet
    and configuration do not fit together).
    """
    folder = Path(folder)
    described = read_description(folder)
    try:
        alphabet = Alphabet(described["alphabet"])
        features = FeatureConfig.from_dict(described["features"])
        model = ModelConfig.from_dict(described["model"])
        decode = DecodeConfig.from_dict(described.get("decode", {}))
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointDamaged(
            path=folder, reason="{file} lacks {detail}", file=DESCRIPTION, detail=str(error)
        ) from error
    except ConfigError as error:
        raise CheckpointMismatch(path=folder, reason=error) from error
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


def read_description(folder: Path) -> dict[str, object]:
    """What stands in model.json, whose keys are those that `save_checkpoint` writes; without a look at the weights,
    unless a kill left two descriptions.

    Raises CheckpointMissing, CheckpointDamaged, CheckpointMismatch.
    """
    described = _description(folder, DESCRIPTION)
    return _description(folder, _NEXT) if _is_next_true(folder) else described


def is_checkpoint(folder: Path) -> bool:
    """Whether there is a model in a folder, as far as can be told without a look at its weights."""
    with suppress(CheckpointError, OSError):
        read_description(folder)
        return (folder / WEIGHTS).is_file()
    return False


def _is_next_true(folder: Path) -> bool:
    """Whether the weights are already those that the new description is of."""
    with suppress(CheckpointError, OSError):
        return _description(folder, _NEXT).get("weights_sha256") == _sha256(folder / WEIGHTS)
    return False


def _description(folder: Path, file: str) -> dict[str, object]:
    try:
        described = json.loads((folder / file).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CheckpointMissing(path=folder, file=file) from error
    except (OSError, ValueError) as error:
        raise CheckpointDamaged(path=folder, reason="{file} cannot be read", file=file) from error
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise CheckpointMismatch(path=folder, reason="{file} is not of format {format}", file=file, format=FORMAT)
    return described


def _weights(folder: Path, digest: object) -> dict[str, np.ndarray]:
    path = folder / WEIGHTS
    try:
        if _sha256(path) != digest:
            raise CheckpointDamaged(
                path=folder,
                reason="{file} is not the file that {description} describes",
                file=WEIGHTS,
                description=DESCRIPTION,
            )
        return {name: array.astype(np.float32) for name, array in read_arrays(path).items()}
    except FileNotFoundError as error:
        raise CheckpointMissing(path=folder, file=WEIGHTS) from error
    except (OSError, ValueError) as error:
        raise CheckpointDamaged(path=folder, reason="{file} cannot be read", file=WEIGHTS) from error


def _check_shapes(folder, weights, features, model, alphabet) -> None:
    expected = weight_shapes(features, model, alphabet.n_labels)
    for name, shape in expected.items():
        if name not in weights:
            raise CheckpointMismatch(path=folder, reason="the weight {weight} is missing", weight=name)
        if weights[name].shape != shape:
            raise CheckpointMismatch(
                path=folder,
                reason="the weight {weight} should have the shape {shape}, not {found}",
                weight=name,
                shape=shape,
                found=weights[name].shape,
            )
        if not np.isfinite(weights[name]).all():
            raise CheckpointDamaged(
                path=folder, reason="the weight {weight} holds numbers that are not finite", weight=name
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def model_name(folder: Path) -> str:
    """What a person calls the checkpoint in a folder: of a training run it is `best`, so the run's own name."""
    return folder.parent.name if folder.name in ("best", "last", "average") else folder.name
