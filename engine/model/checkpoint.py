"""A model on disk: weights, the network made from them, and one JSON file that describes both.

weights.npz      every weight by name (see engine.model.weights.weight_shapes), float32 or float16; training continues
                 from them
network.onnx     the network that recognition runs (see engine.model.network_graph)
model.json       alphabet, feature and model configuration, history, error rates, SHA-256 of both
model.next.json  the description of weights that are being replaced; left by a kill during that

Several files cannot be replaced at once. Both descriptions have the checksum of their weights, so after a kill the one
that matches the weights counts: the model is either the old or the new one, complete. The network follows from the
weights: if it is missing, or does not match its description, it is made again.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from engine.alphabet import Alphabet
from engine.config import DecodeConfig, FeatureConfig, ModelConfig
from engine.errors import (
    CheckpointDamaged,
    CheckpointError,
    CheckpointForeign,
    CheckpointMismatch,
    CheckpointMissing,
    ConfigError,
    StorageError,
)
from engine.model.network_graph import network_graph
from engine.model.weights import weight_shapes
from engine.paths import CHECKPOINT_FILE, FOREIGN_FILE, NETWORK_FILE, refuse_shipped
from engine.system.atomic_files import atomic_path, storage_error, sync, write_atomic
from engine.system.bounded_read import file_of, read_bounded, sha256_of
from engine.system.json_text import read_json
from engine.system.npz import WrongShape, read_arrays

WEIGHTS, NETWORK, DESCRIPTION = "weights.npz", NETWORK_FILE, CHECKPOINT_FILE
_WEIGHTS_SUM, _NETWORK_SUM = "weights_sha256", "network_sha256"
_NEXT = "model.next.json"
FORMAT = 1
_MOST_WEIGHT_BYTES = 2**32
_MOST_GRAPH_BYTES = 2**22  # of a network beside its weights


@dataclass(frozen=True)
class Description:
    """A model without its weights. history: one dict per epoch. error_rates: set -> {cer, wer, ...}."""

    alphabet: Alphabet
    features: FeatureConfig
    model: ModelConfig
    decode: DecodeConfig = field(default_factory=DecodeConfig)
    name: str = ""
    training: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    error_rates: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkpoint(Description):
    """weights: name -> float32 array."""

    weights: dict[str, np.ndarray] = field(kw_only=True)

    @property
    def description(self) -> Description:
        """The model without its weights."""
        return Description(**{field.name: getattr(self, field.name) for field in fields(Description)})


def save_checkpoint(folder: Path, checkpoint: Checkpoint, half: bool = False) -> None:
    """Replaces the model in the folder; a kill leaves the old or the new one.

    half: weights as float16, half the size.

    Raises StorageError, CheckpointDamaged for weights that are not finite, before anything is written.
    """
    kind = np.float16 if half else np.float32
    weights = {name: value.astype(kind, copy=False) for name, value in checkpoint.weights.items()}
    _check_finite(folder, weights)
    graph = network_graph(checkpoint.model, {name: value.astype(np.float32) for name, value in weights.items()})
    _settle(folder)  # otherwise the only description of weights left by a kill would be overwritten
    try:
        with atomic_path(folder / WEIGHTS) as temporary:
            np.savez(temporary, **weights)  # type: ignore[arg-type]
            sums = {_WEIGHTS_SUM: _sha256(temporary), _NETWORK_SUM: hashlib.sha256(graph).hexdigest()}
            write_atomic(folder / _NEXT, _described(checkpoint, sums))
            _write_network(folder, graph)
    except StorageError:
        with suppress(OSError):
            (folder / _NEXT).unlink()
        raise
    _settle(folder)


def _write_network(folder: Path, graph: bytes) -> None:
    with atomic_path(folder / NETWORK) as temporary:
        temporary.write_bytes(graph)


def _settle(folder: Path) -> None:
    """Moves the new description into place. Raises StorageError."""
    try:
        if _is_next_true(folder):
            (folder / _NEXT).replace(folder / DESCRIPTION)
            sync(folder)
    except OSError as error:
        raise storage_error(folder / DESCRIPTION, error) from error


def _described(checkpoint: Description, sums: dict[str, str]) -> str:
    """The text of model.json. sums: checksums of the weights and the network."""
    fields_of_model = {
        "format": FORMAT,
        "name": checkpoint.name,
        "alphabet": checkpoint.alphabet.letters,
        "features": checkpoint.features.to_dict(),
        "model": checkpoint.model.to_dict(),
        "decode": checkpoint.decode.to_dict(),
        **sums,
        "training": checkpoint.training,
        "error_rates": checkpoint.error_rates,
        "history": checkpoint.history,
    }
    return _json(fields_of_model)


def _json(fields_of_model: dict[str, object]) -> str:
    return json.dumps(fields_of_model, ensure_ascii=False, indent=1) + "\n"


def load_checkpoint(folder: Path) -> Checkpoint:
    """Reads and checks a model.

    Raises CheckpointMissing, CheckpointDamaged (truncated, not readable) or CheckpointMismatch (weights, alphabet
    and configuration do not fit together).
    """
    folder = Path(folder)
    fields_of_model = read_description(folder)
    description = _parsed(folder, fields_of_model)
    shapes = weight_shapes(description.features, description.model, description.alphabet.n_labels)
    weights = _weights(folder, fields_of_model.get(_WEIGHTS_SUM), shapes)
    for name in shapes:
        if name not in weights:
            raise CheckpointMismatch(path=folder, reason="the weight {weight} is missing", weight=name)
    _check_finite(folder, weights)
    return Checkpoint(**vars(description), weights=weights)


def load_network(folder: Path) -> tuple[Description, bytes]:
    """The description and the network of a model: see `engine.model.recogniser.load_recogniser`.

    A missing or mismatched network is made from the weights, and saved unless the folder is not writable or came with
    the program. Raises CheckpointError.
    """
    folder = Path(folder)
    fields_of_model = read_description(folder)
    description = _parsed(folder, fields_of_model)
    graph = _network(folder, fields_of_model.get(_NETWORK_SUM), _most_network_bytes(description))
    if graph is not None:
        return description, graph
    checkpoint = load_checkpoint(folder)
    graph = network_graph(checkpoint.model, checkpoint.weights)
    with suppress(StorageError):
        refuse_shipped(folder)
        _keep_network(folder, graph, fields_of_model)
    return checkpoint.description, graph


def _most_network_bytes(description: Description) -> int:
    """An upper bound: the weights as float32, though most are stored in 8 bits, and the graph around them."""
    shapes = weight_shapes(description.features, description.model, description.alphabet.n_labels).values()
    return _MOST_GRAPH_BYTES + 4 * sum(map(math.prod, shapes))


def _network(folder: Path, digest: object, most_bytes: int) -> bytes | None:
    """The network, if it has the checksum of the description."""
    with suppress(OSError, ValueError):
        content = read_bounded(file_of(folder, NETWORK), most_bytes)
        if hashlib.sha256(content).hexdigest() == digest:
            return content
    return None


def _keep_network(folder: Path, graph: bytes, fields_of_model: dict[str, object]) -> None:
    """Saves the network with a model that has not changed since. Raises StorageError."""
    _settle(folder)
    _write_network(folder, graph)
    with_sum = fields_of_model | {_NETWORK_SUM: hashlib.sha256(graph).hexdigest()}
    if with_sum != fields_of_model and read_description(folder) == fields_of_model:
        write_atomic(folder / DESCRIPTION, _json(with_sum))


def _parsed(folder: Path, fields_of_model: dict[str, Any]) -> Description:
    try:
        return Description(
            Alphabet(fields_of_model["alphabet"]),
            FeatureConfig.from_dict(fields_of_model["features"]),
            ModelConfig.from_dict(fields_of_model["model"]),
            DecodeConfig.from_dict(fields_of_model.get("decode", {})),
            fields_of_model.get("name", ""),
            fields_of_model.get("training", {}),
            fields_of_model.get("history", []),
            fields_of_model.get("error_rates", {}),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointDamaged(
            path=folder, reason="{file} lacks {detail}", file=DESCRIPTION, detail=str(error)
        ) from error
    except ConfigError as error:
        raise CheckpointMismatch(path=folder, reason=error) from error


def read_description(folder: Path) -> dict[str, Any]:
    """The content of model.json, with the keys that `save_checkpoint` writes.

    The weights are not read, unless a kill left two descriptions.

    Raises CheckpointMissing, CheckpointForeign, CheckpointDamaged, CheckpointMismatch.
    """
    fields_of_model = _description(folder, DESCRIPTION)
    return _description(folder, _NEXT) if _is_next_true(folder) else fields_of_model


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder holds a model; its weights are not read."""
    with suppress(CheckpointError, OSError):
        read_description(folder)
        return (folder / WEIGHTS).is_file()
    return False


def _is_next_true(folder: Path) -> bool:
    """Whether the weights already match the new description."""
    with suppress(CheckpointError, OSError, ValueError):
        return _description(folder, _NEXT).get(_WEIGHTS_SUM) == _sha256(file_of(folder, WEIGHTS))
    return False


def _description(folder: Path, file: str) -> dict[str, Any]:
    try:
        fields_of_model = read_json(file_of(folder, file))
    except (FileNotFoundError, NotADirectoryError) as error:
        kind = CheckpointForeign if (folder / FOREIGN_FILE).is_file() else CheckpointMissing
        raise kind(path=folder, file=file) from error
    except (OSError, ValueError) as error:
        raise CheckpointDamaged(path=folder, reason="{file} cannot be read", file=file) from error
    if not isinstance(fields_of_model, dict) or fields_of_model.get("format") != FORMAT:
        raise CheckpointMismatch(path=folder, reason="{file} is not of format {format}", file=file, format=FORMAT)
    return fields_of_model


def _weights(folder: Path, digest: object, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """The weights that the configuration needs; others in the file are not read."""
    try:
        path = file_of(folder, WEIGHTS)
        if _sha256(path) != digest:
            raise CheckpointDamaged(
                path=folder,
                reason="{file} is not the file that {description} describes",
                file=WEIGHTS,
                description=DESCRIPTION,
            )
        return {name: array.astype(np.float32) for name, array in read_arrays(path, shapes).items()}
    except WrongShape as error:
        raise CheckpointMismatch(
            path=folder,
            reason="the weight {weight} should have the shape {shape}, not {found}",
            weight=error.name,
            shape=error.wanted,
            found=error.found,
        ) from error
    except FileNotFoundError as error:
        raise CheckpointMissing(path=folder, file=WEIGHTS) from error
    except (OSError, ValueError) as error:
        raise CheckpointDamaged(path=folder, reason="{file} cannot be read", file=WEIGHTS) from error


def _check_finite(folder: Path, weights: dict[str, np.ndarray]) -> None:
    for name, weight in weights.items():
        if not np.isfinite(weight).all():
            raise CheckpointDamaged(
                path=folder, reason="the weight {weight} holds numbers that are not finite", weight=name
            )


def _sha256(path: Path) -> str:
    return sha256_of(path, _MOST_WEIGHT_BYTES)
