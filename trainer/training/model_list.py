"""All models: the shipped one, trained and imported ones, and those made by others. Does not use Qt.

A training run in the folder of models is a model as soon as it has `best/`, which is used until it has a result; an
imported model is in that folder directly.
"""

import re
import secrets
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.config import FeatureConfig, ModelConfig
from engine.errors import CheckpointDamaged, CheckpointError, ConfigError, NotWritable, StorageError
from engine.foreign.description import ForeignDescription, is_foreign, read_foreign
from engine.model.checkpoint import (
    DESCRIPTION,
    NETWORK,
    WEIGHTS,
    Checkpoint,
    load_checkpoint,
    read_description,
    save_checkpoint,
)
from engine.paths import FOREIGN_FILE, model_name, models_dir, shipped_checkpoint
from engine.system.atomic_files import free_path, storage_error, sync
from engine.system.atomic_folder import building, check_unbroken, remove_unfinished
from trainer.training.run_result import result_folder

_TRASH = ".deleted"
_LONGEST_NAME = 80


@dataclass(frozen=True)
class TrainedModel:
    """folder: of the checkpoint; home: of the run it came from, or the same. cer: on new sentences, None if unknown.

    foreign: the description of a model made by others, which cannot be trained or tuned.
    """

    name: str
    folder: Path
    home: Path
    made: datetime
    cer: float | None
    n_bytes: int
    is_shipped: bool = False
    foreign: ForeignDescription | None = None


def list_models() -> list[TrainedModel]:
    """The shipped one first, then the newest first. Unreadable models are left out."""
    models = []
    with suppress(OSError):
        for home in models_dir().iterdir():
            for folder in (result_folder(home), home):
                model = None if home.name.startswith(".") else _listed(home.name, folder, home)
                if model is not None:
                    models.append(model)
                    break
    models.sort(key=lambda model: model.made, reverse=True)
    shipped = _described("", shipped_checkpoint(), shipped_checkpoint(), is_shipped=True)
    return [shipped, *models] if shipped else models


def _listed(name: str, folder: Path, home: Path) -> TrainedModel | None:
    foreign = read_foreign(folder)
    return _described(name, folder, home) if foreign is None else _of_others(folder, home, foreign)


def _of_others(folder: Path, home: Path, foreign: ForeignDescription) -> TrainedModel | None:
    try:
        made = datetime.fromtimestamp((folder / FOREIGN_FILE).stat().st_mtime)
        n_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    except OSError:
        return None
    return TrainedModel(home.name, folder, home, made, None, n_bytes, foreign=foreign)


def _described(name: str, folder: Path, home: Path, is_shipped: bool = False) -> TrainedModel | None:
    try:
        rates = read_description(folder).get("error_rates", {})
        made = datetime.fromtimestamp((folder / DESCRIPTION).stat().st_mtime)
        n_bytes = (folder / WEIGHTS).stat().st_size + _size(folder / NETWORK)
    except (OSError, CheckpointError):
        return None
    return TrainedModel(name, folder, home, made, _cer(rates), n_bytes, is_shipped)


def _size(path: Path) -> int:
    """Size in bytes; 0 for a network that was not made yet."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


@dataclass(frozen=True)
class Measured:
    """A model's letter error rate on one held-out set; size: its utterances and words, which identify the set."""

    cer: float
    size: tuple[object, object]


def new_sentences(folder: Path) -> dict[str, Measured]:
    """Set -> error rate of a model, for the sets with new sentences, or else all sets; empty if none is known."""
    try:
        return _new_sentences(read_description(folder).get("error_rates", {}))
    except CheckpointError:
        return {}


def mean_cer(rates: Mapping[str, Measured]) -> float:
    """The mean over sets, at least one."""
    return sum(rate.cer for rate in rates.values()) / len(rates)


def _new_sentences(rates: Any) -> dict[str, Measured]:
    try:
        measured = {
            name: Measured(float(rate["cer"]), (rate.get("utterances"), rate.get("words")))
            for name, rate in rates.items()
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}
    return {name: rate for name, rate in measured.items() if "unseen" in name} or measured


def _cer(rates: object) -> float | None:
    measured = _new_sentences(rates)
    return mean_cer(measured) if measured else None


def kind_of(folder: Path) -> tuple[FeatureConfig, ModelConfig]:
    """The configurations of a model, without its weights. Raises CheckpointError."""
    description = read_description(folder)
    try:
        return FeatureConfig.from_dict(description["features"]), ModelConfig.from_dict(description["model"])
    except (KeyError, TypeError, AttributeError, ConfigError) as error:
        raise CheckpointDamaged(path=folder, reason="{file} cannot be read", file=DESCRIPTION) from error


def clean_name(text: str) -> str:
    """A typed name as a valid folder name; empty if nothing is left of it."""
    return re.sub(r'[/\\:*?"<>|\x00-\x1f]', "", text).strip(" .")[:_LONGEST_NAME]


def free_home(name: str) -> Path:
    """A folder for a new model: the name, with a number after it if the name is taken."""
    return free_path(models_dir(), clean_name(name) or "model")


# --- operations on a model: generators for a worker, which yield the resulting folder ---


def rename(model: TrainedModel, name: str) -> Iterator[Path]:
    """Gives a model another name; yields its new folder. Raises NotWritable."""
    home = models_dir() / clean_name(name)
    if home.exists():
        raise NotWritable(path=home, reason="File exists")
    try:
        model.home.rename(home)
    except OSError as error:
        raise storage_error(home, error) from error
    yield home


def export(model: TrainedModel, folder: Path) -> Iterator[Path | None]:
    """Copies a model to a new folder of its name; yields None repeatedly meanwhile."""
    target = folder / (model.name or model.folder.name)
    if target.exists():
        raise NotWritable(path=target, reason="File exists")
    if model.foreign is not None:
        from engine.transcribe.add_model import add_model  # imports ONNX Runtime

        yield from add_model(model.folder, target, model.foreign.licence, model.foreign.source)
        return
    _save_whole(target, load_checkpoint(model.folder))
    yield target


def import_model(folder: Path) -> Generator[Path | None, None, None]:
    """Imports a checkpoint, the result of a run, or a model made by others.

    Yields None repeatedly meanwhile. Raises CheckpointError, StorageError.
    """
    if is_foreign(folder):
        from engine.transcribe.add_model import add_model

        description = read_foreign(folder) or ForeignDescription("")
        yield from add_model(folder, free_home(folder.name), description.licence, description.source)
        return
    if not (folder / DESCRIPTION).exists() and (result_folder(folder) / DESCRIPTION).exists():
        folder = result_folder(folder)
    checkpoint = load_checkpoint(folder)
    home = free_home(model_name(folder))
    _save_whole(home, checkpoint)
    yield home


def _save_whole(folder: Path, checkpoint: Checkpoint) -> None:
    """Saves a checkpoint in a new folder, atomically. Raises StorageError."""
    try:
        with building(folder) as new:
            save_checkpoint(new, checkpoint)
            check_unbroken(new)
            new.rename(folder)
        sync(folder.parent)
    except StorageError as error:
        raise type(error)(**error.fields | {"path": folder}) from error
    except OSError as error:
        raise storage_error(folder, error) from error


def delete(home: Path) -> Iterator[Path]:
    """Moves a model to the trash; `restore` brings it back until `empty_trash`, even if another of its name is
    deleted."""
    trash = models_dir() / _TRASH / secrets.token_hex(4) / home.name
    try:
        trash.parent.mkdir(parents=True)
        home.rename(trash)
    except OSError as error:
        _remove_empty(trash.parent)
        raise storage_error(trash, error) from error
    yield trash


def restore(trash: Path) -> Iterator[Path]:
    """Restores a model from the trash; yields its folder. Raises StorageError."""
    home = free_home(trash.name)
    try:
        trash.rename(home)
    except OSError as error:
        raise storage_error(home, error) from error
    _remove_empty(trash.parent)
    yield home


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def empty_trash() -> Iterator[None]:
    """Purges models deleted in the last session, and interrupted copies."""
    remove_unfinished(models_dir())
    with suppress(OSError):
        for deleted in list((models_dir() / _TRASH).iterdir()):  # not those that are deleted from now on
            shutil.rmtree(deleted, ignore_errors=True)
    yield None
