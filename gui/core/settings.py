"""What the window remembers from one time to the next: an INI file in the config folder.

A new setting is one line, `name = Stored(default)`: it is kept, checked, exported and imported with the others.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from engine.errors import ConfigError
from engine.paths import (
    CHECKPOINT_FILE,
    FOREIGN_FILE,
    config_dir,
    recordings_dir,
    shipped_checkpoint,
    shipped_language_model,
)
from engine.system.json_text import parse_json

FILE = "window.ini"
NO_LANGUAGE_MODEL = "none"
SMALLEST_TEXT_PERCENT, LARGEST_TEXT_PERCENT = 80, 200
# What stands in the file and does not go along in an export, and why.
NOT_EXPORTED = {"geometry": "where the window stands belongs to the screens of this computer"}
Value = TypeVar("Value", bool, int, str)


def is_folder(path: Path | str) -> bool:
    """Never raises: a file of settings may name what no disk of this computer could be called."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where a name is too long


def _is_model(folder: Path) -> bool:
    return is_folder(folder) and any((folder / name).is_file() for name in (CHECKPOINT_FILE, FOREIGN_FILE))


def listed_folders(text: str) -> list[Path] | None:
    """Folders that `listing` wrote; None where it is no such list."""
    try:
        return [Path(name) for name in parse_json(text, list)]
    except (ValueError, TypeError):
        return None


def listing(folders: Iterable[str]) -> str:
    return json.dumps(list(folders), ensure_ascii=False)


class Stored(Generic[Value]):
    """`name = Stored(default)` in Settings: read as the default's type, written at once.

    choices: the only values allowed. least, most: bounds of a number. stored_as: its name in the file where that is
    not the attribute's. What stands in the file and is not allowed is read as the default; setting it raises
    ConfigError.
    """

    def __init__(
        self,
        default: Value,
        *,
        choices: tuple[Value, ...] = (),
        least: int | None = None,
        most: int | None = None,
        stored_as: str = "",
    ):
        self.default, self.choices, self.least, self.most = default, choices, least, most
        self.name = stored_as

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    def __get__(self, settings: "Settings | None", owner: type | None = None) -> Value:
        if settings is None:
            return self  # the class's attribute is the description itself
        try:
            return self.checked(self._read(settings.stored_value(self.name)))
        except (ConfigError, ValueError):
            return self.default

    def __set__(self, settings: "Settings", value: Value) -> None:
        settings.store(self.name, self.checked(value))

    def checked(self, value: object) -> Value:
        """The value if it is allowed. Raises ConfigError."""
        if type(value) is not type(self.default) or (isinstance(value, str) and "\0" in value):
            raise ConfigError(name=self.name, reason="it is of another kind")
        if self.choices and value not in self.choices:
            raise ConfigError(name=self.name, reason="it is none of the values that there are")
        too_small = self.least is not None and value < self.least
        if too_small or (self.most is not None and value > self.most):
            raise ConfigError(name=self.name, reason="the number is too small or too large")
        return value

    def _read(self, stored: object) -> object:
        """The file knows only text: "true", "7"."""
        if stored is None:
            return self.default
        if isinstance(self.default, bool):
            return stored if isinstance(stored, bool) else {"true": True, "false": False}.get(str(stored))
        return type(self.default)(stored)


class StoredPath:
    """The folder that a text of Settings names. usual: the one where none is named, for which nothing is written.

    must_be_there: one that is gone is as good as none.
    """

    def __init__(self, stored: str, usual: Callable[[], Path | None] = lambda: None, must_be_there: bool = False):
        self._stored, self._usual, self._must_be_there = stored, usual, must_be_there

    def __get__(self, settings: "Settings", owner: type | None = None) -> Path | None:
        named = getattr(settings, self._stored)
        return Path(named) if named and (not self._must_be_there or is_folder(named)) else self._usual()

    def __set__(self, settings: "Settings", folder: Path | None) -> None:
        setattr(settings, self._stored, "" if folder in (None, self._usual()) else str(folder))


class Settings(QObject):
    """Each setting is read from and written to the file; a value that cannot be read is the default.

    `changed(name)` after another value was stored.
    """

    changed = Signal(str)

    microphone_name = Stored("", stored_as="microphone")
    last_folder = Stored("", stored_as="folder")
    model_folder = Stored("", stored_as="model")
    former_model_folder = Stored("", stored_as="former_model")  # the one before; empty: the shipped one
    corpus_folder = Stored("", stored_as="corpus")
    corpora_listed = Stored("", stored_as="corpora")  # folders to train on, as JSON; empty: the corpus alone
    download_place = Stored("", stored_as="download_folder")  # of recordings to train on; empty: a folder of our own
    recordings_folder = Stored("")
    language_model_folder = Stored("")  # empty: the shipped one; NO_LANGUAGE_MODEL: none
    language = Stored("", choices=("", "en", "ru"))  # empty: the system's
    appearance = Stored("system", choices=("system", "light", "dark"))
    text_percent = Stored(100, least=SMALLEST_TEXT_PERCENT, most=LARGEST_TEXT_PERCENT)
    keep_days = Stored(0, least=0, most=36_500)  # of the history; 0: for ever
    watch_folder = Stored("")  # new recordings in it are read; empty: none
    tour_seen = Stored(False)
    spoken_off = Stored("")  # names of engine.dictation.spoken_commands.COMMANDS that are plain words, parted by blanks
    spoken_capitals = Stored(True)
    spoken_digits = Stored(False)
    spoken_in_files = Stored(False)
    digits_in_files = Stored(True)
    bind_short_words = Stored(False)  # in saved files: see engine.transcript.typography
    punctuate = Stored(True)
    silence_s = Stored(0, least=0, most=600)  # 0: a recording does not end by itself
    copy_dictated = Stored(True)
    copying_told = Stored(False)  # that text is copied was announced once
    insert_dictated = Stored(False)
    global_keys = Stored("")  # as QKeySequence writes them; empty: none
    global_keys_held = Stored(False)  # whether they are held while one speaks
    small_window = Stored(True)  # over other programs, while one dictates into them
    tray_icon = Stored(True)
    close_to_tray = Stored(False)
    keys = Stored("{}")  # shortcuts that differ from the default, as JSON: see gui.core.shortcuts

    folder = StoredPath("last_folder", Path.home, must_be_there=True)  # where a file was last opened or saved
    recordings = StoredPath("recordings_folder", recordings_dir)  # where new ones are put
    corpus = StoredPath("corpus_folder", must_be_there=True)  # that was last trained on
    download_folder = StoredPath("download_place")  # of recordings to train on; None: a folder of the program's own

    def __init__(self, folder: Path | None = None):
        super().__init__()
        self._file = QSettings(str((folder or config_dir()) / FILE), QSettings.Format.IniFormat)

    # --- one by one, as others want them ---

    @property
    def microphone(self) -> str | None:
        """Name of the chosen microphone; None for the system's default."""
        return self.microphone_name or None

    @microphone.setter
    def microphone(self, name: str | None) -> None:
        self.microphone_name = name or ""

    @property
    def geometry(self) -> QByteArray:
        """The window's place and size, as QWidget.saveGeometry gives them; empty at first."""
        geometry = self._file.value("geometry")
        return geometry if isinstance(geometry, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._file.setValue("geometry", geometry)

    @property
    def model(self) -> Path:
        """The checkpoint to dictate with: the shipped one unless another was chosen that is still there."""
        folder = Path(self.model_folder or shipped_checkpoint())
        return folder if _is_model(folder) else shipped_checkpoint()

    @model.setter
    def model(self, folder: Path) -> None:
        if folder != self.model:
            self.former_model_folder = self.model_folder
        self.model_folder = "" if folder == shipped_checkpoint() else str(folder)

    @property
    def former_model(self) -> Path | None:
        """The checkpoint that was dictated with before this one; None where there was none or it is gone."""
        folder = Path(self.former_model_folder or shipped_checkpoint())
        return folder if _is_model(folder) and folder != self.model else None

    @property
    def language_model(self) -> Path | None:
        """Folder of the language model to search with; None for none."""
        if self.language_model_folder == NO_LANGUAGE_MODEL:
            return None
        return Path(self.language_model_folder or shipped_language_model())

    @language_model.setter
    def language_model(self, folder: Path | None) -> None:
        shipped = folder == shipped_language_model()
        self.language_model_folder = NO_LANGUAGE_MODEL if folder is None else "" if shipped else str(folder)

    @property
    def corpora(self) -> list[Path]:
        """The folders of recordings to train on, as they were last chosen, as far as they are still there."""
        named = listed_folders(self.corpora_listed)
        if named is None:
            named = [self.corpus] if self.corpus else []
        return [folder for folder in named if is_folder(folder)]

    @corpora.setter
    def corpora(self, folders: list[Path]) -> None:
        self.corpora_listed = listing(map(str, folders))

    # --- all of them ---

    @classmethod
    def described(cls) -> dict[str, Stored]:
        """Name -> description of every setting that goes along in an export."""
        return {stored.name: stored for stored in vars(cls).values() if isinstance(stored, Stored)}

    def values(self) -> dict[str, bool | int | str]:
        """Every setting as it stands now."""
        return {name: stored.__get__(self) for name, stored in self.described().items()}

    def check(self, values: dict[str, object]) -> None:
        """Raises ConfigError if one of them is unknown or not allowed."""
        described = self.described()
        for name, value in values.items():
            if name not in described:
                raise ConfigError(name=name, reason="this version does not know it")
            described[name].checked(value)

    def take(self, values: dict[str, object]) -> None:
        """Stores all of these, or none if one is not allowed: raises ConfigError."""
        self.check(values)
        for name, value in values.items():
            self.store(name, value)

    def stored_value(self, name: str) -> object:
        return self._file.value(name)

    def store(self, name: str, value: bool | int | str) -> None:
        if value != self.described()[name].__get__(self):
            self._file.setValue(name, value)
            self.changed.emit(name)

    def save(self) -> None:
        self._file.sync()
