"""Paths of the user's files and of those that the program came with. Folders are made by whoever writes."""

import os
from pathlib import Path

import platformdirs

from engine.errors import NotWritable

APP = "diktovka"
CHECKPOINT_FILE = "model.json"  # describes a model of this program: see engine.model.checkpoint
NETWORK_FILE = "network.onnx"  # beside it: the network that recognition runs
FOREIGN_FILE = "foreign.json"  # describes a model made by others: see engine.foreign.description
SAMPLES_FILE = "samples.json"  # names the recordings that are shipped
OF_A_RUN = ("best", "last", "average")  # folders of a training run that are models
INSTALLED_IN = Path(__file__).resolve().parents[1]


def _home() -> Path | None:
    """The folder named by DIKTOVKA_HOME, which then holds all files of the user; None if it is not set."""
    value = os.environ.get("DIKTOVKA_HOME")
    return Path(value).expanduser().absolute() if value else None


def config_dir() -> Path:
    """Folder of the settings."""
    home = _home()
    return home / "config" if home else platformdirs.user_config_path(APP, appauthor=False)


def data_dir() -> Path:
    """Folder of models, recordings, the history and corpora."""
    home = _home()
    return home / "data" if home else platformdirs.user_data_path(APP, appauthor=False)


def recordings_dir() -> Path:
    """Folder of recordings, unless the person chose another."""
    return data_dir() / "recordings"


def my_voice_dir() -> Path:
    """The person's own corpus: recordings with transcripts, to tune a model on."""
    return data_dir() / "my-voice"


def history_file() -> Path:
    """The history."""
    return data_dir() / "history.sqlite"


def models_dir() -> Path:
    """Models that the user trained or downloaded; the shipped one is `shipped_checkpoint()`."""
    return data_dir() / "models"


def log_file() -> Path:
    """The log."""
    home = _home()
    folder = home / "log" if home else platformdirs.user_log_path(APP, appauthor=False)
    return folder / "diktovka.log"


def shipped_checkpoint() -> Path:
    """Folder of the model that the program came with."""
    return INSTALLED_IN / "checkpoint1"


def shipped_language_model() -> Path:
    """Folder of the language model that the program came with."""
    return resource("language-model")


def shipped_punctuation() -> Path:
    """The model of punctuation that came with the program."""
    return resource("punctuation")


def refuse_shipped(folder: Path) -> None:
    """Raises NotWritable for a folder that came with the program, and for one inside it."""
    place = folder.resolve()
    if any(place.is_relative_to(shipped.resolve()) for shipped in (shipped_checkpoint(), resource(""))):
        raise NotWritable(path=folder, reason="it came with the program")


def own_words_file() -> Path:
    """The person's own words; need not exist."""
    return config_dir() / "own-words.txt"


def running_dir() -> Path:
    """Folder of the running program: its lock, and its socket if the system has no better place."""
    return config_dir() / "running"


def resource(name: str) -> Path:
    """A file or folder of `resources/`. name: with forward slashes, such as "icons/diktovka.svg"."""
    return INSTALLED_IN / "resources" / name


def model_name(folder: Path) -> str:
    """The name of a checkpoint for a person: for `best` in a training run, the run's name."""
    return folder.parent.name if folder.name in OF_A_RUN else folder.name
