"""All settings in one JSON file, out and in."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from engine.decode.own_words import read_text, write_own_words
from engine.errors import ConfigError, OwnWordsUnreadable
from engine.paths import own_words_file
from engine.system.atomic_files import write_atomic
from engine.system.bounded_read import read_bounded
from engine.system.json_text import parse_json
from gui.core.errors import SettingsFileUnusable
from gui.core.i18n import _, ngettext
from gui.core.settings import NO_LANGUAGE_MODEL, Settings, is_folder, listed_folders, listing
from gui.core.shortcuts import is_usable, read_chosen, write_chosen
from gui.core.tasks import Errand
from gui.settings.sections import Around
from gui.tuning.choose_model import ModelChoice
from gui.widgets.dialogs import ask_file, ask_new_file
from gui.widgets.form import push_button
from gui.widgets.settings_form import SettingsForm

FORMAT, VERSION, _FILTER = "diktovka-settings", 1, "JSON (*.json)"
_KEYS, _CORPORA, _MOST_BYTES = "keys", "corpora", 10_000_000
_FOLDERS = ("model", "corpus", "recordings_folder", "language_model_folder", "watch_folder", "download_folder")


def exported(settings: dict[str, object], own_words: str) -> str:
    """The text of the file. settings: name -> value, as Settings.values gives them."""
    listed = listed_folders(str(settings[_CORPORA]))
    corpora = None if listed is None else [str(folder) for folder in listed]
    values = {**settings, _KEYS: read_chosen(str(settings[_KEYS])), _CORPORA: corpora}
    whole = {"format": FORMAT, "version": VERSION, "settings": values, "own_words": own_words.splitlines()}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def parsed(text: str, path: Path) -> tuple[dict[str, object], list[str], str | None]:
    """Settings that this version knows, the names of those it does not, and the own words (None: none are told).

    Raises SettingsFileUnusable if one of them is not allowed, or if it is no such file.
    """
    try:
        whole = parse_json(text, object, finite=True)
    except ValueError as error:
        raise SettingsFileUnusable(path=path, reason="it is no JSON") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or not isinstance(whole.get("settings"), dict):
        raise SettingsFileUnusable(path=path, reason="it was not exported by this program")
    if whole.get("version") != VERSION:
        raise SettingsFileUnusable(path=path, reason="it was exported by another version")
    words = whole.get("own_words")
    if words is not None and not _is_list_of_texts(words):
        raise SettingsFileUnusable(path=path, reason="its own words are no list of lines")
    values, unknown = _checked(whole["settings"], path)
    return values, unknown, None if words is None else "\n".join(words)


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and "\0" not in text for text in value)


def _checked(stored: dict[str, object], path: Path) -> tuple[dict[str, object], list[str]]:
    described = Settings.described()
    values = {name: value for name, value in stored.items() if name in described}
    if _KEYS in values:
        keys = values[_KEYS]
        if not isinstance(keys, dict) or not all(
            isinstance(chord, str) and is_usable(chord) for chord in keys.values()
        ):
            raise SettingsFileUnusable(path=path, reason="its shortcuts cannot be used")
        values[_KEYS] = write_chosen(read_chosen(json.dumps(keys)))
    if _CORPORA in values:
        corpora = values[_CORPORA]
        if corpora is not None and not _is_list_of_texts(corpora):
            raise SettingsFileUnusable(path=path, reason="its recordings to train on are no list of folders")
        values[_CORPORA] = "" if corpora is None else listing(corpora)
    try:
        for name, value in values.items():
            described[name].checked(value)
    except ConfigError as error:
        raise SettingsFileUnusable(path=path, reason=error) from error
    return values, sorted(set(stored) - set(described))


def missing_folders(values: dict[str, object]) -> list[str]:
    """Folders that the settings name and that are not on this computer, each once."""
    named = [str(values.get(name, "")) for name in _FOLDERS]
    corpora = listed_folders(str(values.get(_CORPORA, ""))) or ()
    wanted = dict.fromkeys([*named, *map(str, corpora)])
    return [folder for folder in wanted if folder not in ("", NO_LANGUAGE_MODEL) and not is_folder(folder)]


class TransferSection(SettingsForm):
    """ask_open, ask_save: the file dialogs."""

    def __init__(self, around: Around):
        super().__init__(_("Export and import"))
        self.around, self._settings = around, around.settings
        self.ask_open, self.ask_save = ask_file, ask_new_file
        self.work = Errand(self, failed=around.messages.say_failure)
        self.add_note(
            _("All settings, shortcuts and own words in one file: to keep them, or to take them to another computer.")
        )
        self.exports = push_button(_("Export all…"), _("Save all settings to a file"))
        self.imports = push_button(_("Import all…"), _("Take all settings from a file, after checking it"))
        self.add_buttons(self.exports, self.imports)
        self.column.addStretch(1)
        self.exports.clicked.connect(self._export)
        self.imports.clicked.connect(self._import)

    def _export(self) -> None:
        proposed = self._settings.folder / f"diktovka-{datetime.now():%Y-%m-%d}.json"
        path = self.ask_save(self, _("Export settings"), proposed, _FILTER)
        if path is not None:
            self._settings.folder = path.parent
            self.work.run(_write(path, self._settings.values()), self.around.messages.say_saved)

    def _import(self) -> None:
        path = self.ask_open(self, _("Import settings"), self._settings.folder, _FILTER)
        if path is not None:
            self.work.run(_read(path), self._take)

    def _take(self, read: tuple[dict[str, object], list[str], list[str]]) -> None:
        values, unknown, missing = read
        before = self._settings.model
        self._settings.take(values)
        imported, self._settings.model = self._settings.model, before
        if imported != before:
            ModelChoice(self.around.session, self.around.messages).choose(imported)
        self._tell_imported(unknown, missing)

    def _tell_imported(self, unknown: list[str], missing: list[str]) -> None:
        sentences = [_("The settings were taken over; the language of the window follows at the next start.")]
        if unknown:
            sentence = ngettext(
                "{n} setting is not known to this version and was left out: {names}.",
                "{n} settings are not known to this version and were left out: {names}.",
                len(unknown),
            )
            sentences.append(sentence.format(n=len(unknown), names=", ".join(unknown)))
        if missing:
            sentence = ngettext(
                "{n} folder that they name is not on this computer: {names}.",
                "{n} folders that they name are not on this computer: {names}.",
                len(missing),
            )
            sentences.append(sentence.format(n=len(missing), names=", ".join(missing)))
        self.around.messages.say_success(" ".join(sentences))


def _write(path: Path, values: dict[str, object]) -> Iterator[Path]:
    write_atomic(path, exported(values, read_text(own_words_file())))
    yield path


def _read(path: Path) -> Iterator[tuple[dict[str, object], list[str], list[str]]]:
    """Values, names that are not known, folders that are missing.

    Own words are added to those that are there: nothing a person wrote is lost.
    """
    try:
        text = read_bounded(path, _MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsFileUnusable(path=path, reason="it is no UTF-8 text") from error
    except ValueError as error:
        raise SettingsFileUnusable(path=path, reason="it is too large") from error
    except OSError as error:
        raise SettingsFileUnusable(path=path, reason=error.strerror or str(error)) from error
    values, unknown, words = parsed(text, path)
    if words is not None:
        _add_own_words(words)
    yield values, unknown, missing_folders(values)


def _add_own_words(words: str) -> None:
    try:
        have = read_text(own_words_file()).splitlines()
    except OwnWordsUnreadable:
        return  # the reader of that file reports it; it stays as it is
    new = [line for line in words.splitlines() if line.strip() and line not in have]
    if new:
        write_own_words("\n".join([*have, *new]))
