"""The models that there are: the shipped one, what was trained or imported, and those of others. Knows no Qt.

A training run in the folder of models is a model as soon as it has `best/`, which is taken until it has a result; an
imported model lies there itself.
"""

import re
import secrets
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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
    """folder: of the checkpoint; home: of the run it came from, or the same. cer: on new sentences, None if untold.

    foreign: what is known of a model that others made, which cannot be trained or tuned.
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
    """The shipped one first, then the newest first. What cannot be read is left out."""
    found = []
    with suppress(OSError):
        for home in models_dir().iterdir():
            for folder in (result_folder(home), home):
                model = None if home.name.startswith(".") else _listed(home.name, folder, home)
                if model is not None:
                    found.append(model)
                    break
    found.sort(key=lambda model: model.made, reverse=True)
    shipped = _described("", shipped_checkpoint(), shipped_checkpoint(), is_shipped=True)
    return [shipped, *found] if shipped else found


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
    """0 for a network that was not made yet."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


@dataclass(frozen=True)
class Measured:
    """A model's letter error rate on one held-out set; size: its utterances and words, which tell sets apart."""

    cer: float
    size: tuple[object, object]


def new_sentences(folder: Path) -> dict[str, Measured]:
    """Set -> what a model was measured to do there: of the sets with new sentences where there are some, else of all;
    empty where nothing is known."""
    try:
        return _new_sentences(read_description(folder).get("error_rates", {}))
    except CheckpointError:
        return {}


def mean_cer(rates: Mapping[str, Measured]) -> float:
    """Over sets, of which there is one at least."""
    return sum(rate.cer for rate in rates.values()) / len(rates)


def _new_sentences(rates: object) -> dict[str, Measured]:
    try:
        told = {
            name: Measured(float(rate["cer"]), (rate.get("utterances"), rate.get("words")))
            for name, rate in rates.items()
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}
    return {name: rate for name, rate in told.items() if "unseen" in name} or told


def _cer(rates: object) -> float | None:
    measured = _new_sentences(rates)
    return mean_cer(measured) if measured else None


def kind_of(folder: Path) -> tuple[FeatureConfig, ModelConfig]:
    """What a model hears and how it is built, without its weights. Raises CheckpointError."""
    told = read_description(folder)
    try:
        return FeatureConfig.from_dict(told["features"]), ModelConfig.from_dict(told["model"])
    except (KeyError, TypeError, AttributeError, ConfigError) as error:
        raise CheckpointDamaged(path=folder, reason="{file} cannot be read", file=DESCRIPTION) from error


def clean_name(text: str) -> str:
    """A name as typed, as a folder may be called; empty if nothing is left of it."""
    return re.sub(r'[/\\:*?"<>|\x00-\x1f]', "", text).strip(" .")[:_LONGEST_NAME]


def free_home(name: str) -> Path:
    """A folder for a new model: of that name, with a number behind it where the name is taken."""
    return free_path(models_dir(), clean_name(name) or "model")


# --- what is done with one; each a generator for a worker, that yields the folder it ends with ---


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
    """A copy in a new folder of the model's name; None again and again while that is made."""
    target = folder / (model.name or model.folder.name)
    if target.exists():
        raise NotWritable(path=target, reason="File exists")
    if model.foreign is not None:
        from engine.transcribe.add_model import add_model  # brings ONNX Runtime along

        yield from add_model(model.folder, target, model.foreign.licence, model.foreign.source)
        return
    _save_whole(target, load_checkpoint(model.folder))
    yield target


def import_model(folder: Path) -> Generator[Path | None, None, None]:
    """A copy of somebody's checkpoint, of what came out of a run, or of a model that others made, among the models.

    None again and again while it is made. Raises CheckpointError, StorageError.
    """
    if is_foreign(folder):
        from engine.transcribe.add_model import add_model

        known = read_foreign(folder) or ForeignDescription("")
        yield from add_model(folder, free_home(folder.name), known.licence, known.source)
        return
    if not (folder / DESCRIPTION).exists() and (result_folder(folder) / DESCRIPTION).exists():
        folder = result_folder(folder)
    checkpoint = load_checkpoint(folder)
    home = free_home(model_name(folder))
    _save_whole(home, checkpoint)
    yield home


def _save_whole(folder: Path, checkpoint: Checkpoint) -> None:
    """Into a new folder, of which nothing is there before all is. Raises StorageError."""
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
    """Out of the list; `restore` brings it back until `empty_trash`, whatever else of its name is deleted meanwhile."""
    trash = models_dir() / _TRASH / secrets.token_hex(4) / home.name
    try:
        trash.parent.mkdir(parents=True)
        home.rename(trash)
    except OSError as error:
        _remove_empty(trash.parent)
        raise storage_error(trash, error) from error
    yield trash


def restore(trash: Path) -> Iterator[Path]:
    """Brings back what `delete` put aside; yields its folder. Raises StorageError."""
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
    """Frees the space of what was deleted last time, and of copies that were cut short."""
    remove_unfinished(models_dir())
    with suppress(OSError):
        for deleted in list((models_dir() / _TRASH).iterdir()):  # not what is deleted from now on
            shutil.rmtree(deleted, ignore_errors=True)
    yield None
