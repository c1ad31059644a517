"""Folders, privacy, and all settings in one file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from engine.decode.own_words import read_text
from engine.paths import config_dir, data_dir, log_file, models_dir, own_words_file, recordings_dir
from gui.core.errors import SettingsFileUnusable
from gui.core.settings import NO_LANGUAGE_MODEL, NOT_EXPORTED, Settings, Stored, StoredPath
from gui.core.shortcuts import KEYS
from gui.settings import privacy as settings_privacy
from gui.settings.privacy import delete, sizes, stored_kinds
from gui.settings.transfer import exported, missing_folders, parsed
from tests.gui.pages import settle
from tests.gui.settings_stage import section, told
from tests.helpers.models import write_random_checkpoint

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
DATED = "2026-01-02_03-04-05.wav"


@pytest.fixture(autouse=True)
def defaults_afterwards():
    yield
    KEYS.use({})


def put(path: Path, n_bytes: int = 10) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * n_bytes)
    return path


# --- what is kept, and its deletion ---


def test_everything_that_is_kept_is_listed_once_with_its_size():
    put(recordings_dir() / DATED, 1000)
    put(data_dir() / "history.db", 200)
    put(data_dir() / "history.db-wal", 50)
    put(data_dir() / "something new" / "a", 7)
    put(models_dir() / "m" / "weights.npz", 3000)
    put(config_dir() / "window.ini", 20)
    put(log_file(), 5)
    kinds = stored_kinds(recordings_dir())
    assert dict(sizes(kinds)) == {
        "recordings": 1000,
        "history": 250,
        "something new": 7,
        "models": 3000,
        "settings": 20,
        "log": 5,
    }
    paths = [path for kind in kinds for path in kind.paths]
    assert len(set(paths)) == len(paths)


def test_of_a_chosen_folder_only_our_recordings_are_ours(tmp_path):
    ours, theirs = put(tmp_path / DATED), put(tmp_path / "wedding.wav")
    assert delete(stored_kinds(tmp_path)) == []
    assert not ours.exists()
    assert theirs.exists()


def test_where_settings_lie_in_the_folder_of_the_rest(monkeypatch):
    monkeypatch.setattr(settings_privacy, "config_dir", data_dir)
    monkeypatch.setattr(settings_privacy, "running_dir", lambda: data_dir() / "running")
    put(data_dir() / "running" / "diktovka.lock")
    put(data_dir() / "window.ini", 3)
    put(data_dir() / "models" / "m")
    found = {kind.name: kind.paths for kind in stored_kinds(recordings_dir())}
    assert set(found) == {"models", "settings"}
    assert found["settings"][0] == data_dir() / "window.ini"


def test_a_link_is_deleted_and_not_what_it_leads_to(tmp_path):
    theirs = put(tmp_path / "theirs" / "a.wav")
    data_dir().mkdir(parents=True)
    recordings_dir().symlink_to(tmp_path / "theirs")
    assert delete(stored_kinds(recordings_dir())) == []
    assert theirs.exists()
    assert not recordings_dir().is_symlink()


def test_what_cannot_be_deleted_is_told(monkeypatch):
    path = put(data_dir() / "history.db")

    def refuse(_path, missing_ok=False):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    (left,) = delete(stored_kinds(recordings_dir()))
    assert (left.path, left.reason) == (path, "Permission denied")


@pytest.fixture
def folders(stage, qtbot):
    put(recordings_dir() / DATED, 1_500_000)
    put(data_dir() / "texts" / "a.txt", 10)
    form = section(stage, "folders")
    qtbot.waitUntil(lambda: bool(form.kinds) and form.size_labels["recordings"].text() == "1.5 MB")
    return form


def test_sizes_are_shown(folders, qtbot):
    qtbot.waitUntil(lambda: not folders.work.running)
    assert folders.size_labels["texts"].text() == "0 kB"


def test_what_is_ticked_is_deleted_after_the_window_has_closed(folders, stage, qtbot):
    asked = []
    folders.confirm = lambda _parent, question, details: bool(asked.append((question, details)) or True)
    assert not folders.delete.isEnabled()
    folders.ticks["recordings"].click()
    with qtbot.waitSignal(stage.session.closed):
        folders.delete.click()
    assert recordings_dir().exists()
    assert stage.program.delete_unwanted() == []
    assert not recordings_dir().exists()
    assert (data_dir() / "texts").exists()
    ((question, details),) = asked
    assert "cannot be brought back" in question
    assert details == "Recordings: 1.5 MB"


def test_all_is_deleted_only_if_it_is_confirmed(folders, stage):
    folders.confirm = lambda *_: False
    folders.delete_all.click()
    assert stage.program.delete_unwanted() == []
    assert stage.window.isVisible()
    assert (recordings_dir() / DATED).exists()


def test_all_is_gone_after_the_program_has_ended(own_home):
    """And no other may begin before that: what it made would be deleted under it."""
    put(recordings_dir() / DATED)
    code = """
import os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
import gui.shell.app
from tests.helpers.fake_engine import FakeEngine
gui.shell.app.start_engine_process = lambda settings, model: FakeEngine()
gui.shell.app.input_devices = lambda rescan: []
begin = gui.shell.app.Program._begin
def then(program):
    begin(program)
    program.kept = page = program._make_settings_page()
    form = page.show_section("folders")
    form.confirm = lambda *_: True
    form.look()
    form.work.ended.connect(form.delete_all.click)
gui.shell.app.Program._begin = then
delete = gui.shell.app.delete
def delete_and_try(kinds):
    before = gui.shell.app.SingleInstance().claim()
    left = delete(kinds)
    print("others may begin:", before, gui.shell.app.SingleInstance().claim())
    return left
gui.shell.app.delete = delete_and_try
status = gui.shell.app.run([])
print("and afterwards:", gui.shell.app.SingleInstance().claim())
raise SystemExit(status)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    left = [path for path in own_home.rglob("*") if path.is_file()]
    assert left == [], done.stderr
    assert done.stdout.splitlines() == ["others may begin: False False", "and afterwards: True"]


# --- the folder of recordings ---


def test_another_folder(folders, stage, tmp_path):
    object.__setattr__(folders.around, "ask_folder", lambda *_: tmp_path / "new")
    folders.change.click()
    assert Settings().recordings == tmp_path / "new"
    assert folders.folder.text() == str(tmp_path / "new")
    folders.usual.click()
    assert Settings().recordings == recordings_dir()


def test_a_folder_that_cannot_be_written_to_is_refused(folders, stage, tmp_path):
    put(tmp_path / "file")
    object.__setattr__(folders.around, "ask_folder", lambda *_: tmp_path / "file")
    folders.change.click()
    assert "Nothing can be written to" in told(stage)[0]
    assert Settings().recordings == recordings_dir()


def test_the_folder_is_opened(folders):
    opened = []
    folders.open_folder = opened.append
    folders.open.click()
    assert opened == [recordings_dir()]


# --- export and import ---


def test_what_is_exported_is_what_is_imported(tmp_path):
    settings = Settings(tmp_path)
    settings.take({"text_percent": 130, "appearance": "dark", "keys": '{"record": "Ctrl+K"}'})
    text = exported(settings.values(), "Абакан\nBluetooth")
    values, unknown, words = parsed(text, tmp_path)
    assert values == settings.values()
    assert (unknown, words) == ([], "Абакан\nBluetooth")
    assert json.loads(text)["settings"]["keys"] == {"record": "Ctrl+K"}


def another(stored: Stored) -> bool | int | str:
    """A value that is allowed and is not the default."""
    if stored.name == "keys":
        return '{"record": "Ctrl+K"}'
    if stored.name == "corpora":
        return '["/записи/один", "/записи, два"]'
    if stored.choices:
        return next(one for one in stored.choices if one != stored.default)
    if isinstance(stored.default, bool):
        return not stored.default
    if isinstance(stored.default, int):
        return stored.most if stored.most != stored.default else stored.least
    return f"{stored.name}, «другое»"


def test_every_setting_goes_there_and_back(tmp_path):
    settings, there = Settings(tmp_path / "here"), Settings(tmp_path / "there")
    wanted = {name: another(stored) for name, stored in Settings.described().items()}
    assert all(value != Settings.described()[name].default for name, value in wanted.items())
    settings.take(wanted)
    assert settings.values() == wanted
    text = exported(settings.values(), "")
    assert set(json.loads(text)["settings"]) == set(wanted)
    values, unknown, _words = parsed(text, tmp_path)
    there.take(values)
    there.save()
    assert unknown == []
    assert Settings(tmp_path / "there").values() == wanted


def test_nothing_is_remembered_that_is_not_exported(tmp_path):
    """Whatever can be set: a new setting is described, or named among those that are left out on purpose."""
    settings = Settings(tmp_path)
    computed = [name for name, one in vars(Settings).items() if isinstance(one, property) and one.fset is not None]
    paths = [name for name, one in vars(Settings).items() if isinstance(one, StoredPath)]
    setters = [*computed, *paths]
    assert {"geometry", "corpora", "download_folder"} < set(setters)
    samples = {"geometry": QByteArray(b"x"), "corpora": [tmp_path], "microphone": "Headset"}
    for name in setters:
        setattr(settings, name, samples.get(name, tmp_path))
    settings.take({name: another(stored) for name, stored in Settings.described().items()})
    settings.save()
    kept = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat).allKeys()
    assert set(kept) == {*Settings.described(), *NOT_EXPORTED}
    assert all(NOT_EXPORTED.values()), "each is left out for a reason"


def test_the_folders_that_are_not_here_are_told(tmp_path):
    values = {
        "folder": "/нет/последней",
        "recordings_folder": str(tmp_path),
        "watch_folder": "/нет/входящих",
        "download_folder": "",
        "language_model_folder": NO_LANGUAGE_MODEL,
        "corpora": json.dumps([str(tmp_path), "/нет/корпуса", "/нет/входящих"]),
    }
    assert missing_folders(values) == ["/нет/входящих", "/нет/корпуса"]


def whole(**changed) -> str:
    return json.dumps({"format": "diktovka-settings", "version": 1, "settings": {}, **changed})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "not exported by this program"),
        (whole(format="other"), "not exported by this program"),
        (whole(version=2), "another version"),
        (whole(settings=[]), "not exported by this program"),
        (whole(settings={"appearance": "pink"}), "none of the values"),
        (whole(settings={"text_percent": 1000}), "too small or too large"),
        (whole(settings={"text_percent": "large"}), "another kind"),
        (whole(settings={"keys": {"record": "K"}}), "shortcuts"),
        (whole(settings={"keys": "Ctrl+K"}), "shortcuts"),
        (whole(settings={"corpora": "/a"}), "no list of folders"),
        (whole(settings={"corpora": [1]}), "no list of folders"),
        (whole(settings={"download_folder": 1}), "another kind"),
        (whole(own_words="a"), "own words"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(text, reason):
    with pytest.raises(SettingsFileUnusable, match=reason):
        parsed(text, Path("a.json"))


def test_settings_of_another_version_are_named():
    values, unknown, words = parsed(whole(settings={"text_percent": 130, "shoes": "brown"}), Path("a.json"))
    assert (values, unknown, words) == ({"text_percent": 130}, ["shoes"], None)


@pytest.fixture
def transfer(stage, tmp_path):
    form = section(stage, "transfer")
    form.ask_save = form.ask_open = lambda *_: tmp_path / "настройки.json"
    return form


def test_export_and_import_in_the_window(transfer, stage, qtbot, tmp_path):
    write_random_checkpoint(models_dir() / "mine")
    put(own_words_file()).write_text("Абакан\n", encoding="utf-8")
    settings = stage.program.settings
    settings.take({"text_percent": 115, "keys": '{"record": "Ctrl+K"}', "model": str(models_dir() / "mine")})
    transfer.exports.click()
    qtbot.waitUntil(lambda: told(stage) == ["Saved as настройки.json"])
    settings.take({"text_percent": 100, "keys": "{}", "model": ""})
    own_words_file().write_text("Тверь\n", encoding="utf-8")
    transfer.imports.click()
    qtbot.waitUntil(lambda: told(stage) not in ([], ["Saved as настройки.json"]))
    assert (settings.text_percent, KEYS.record) == (115, "Ctrl+K")
    assert stage.session.model == models_dir() / "mine"
    assert read_text(own_words_file()) == "Тверь\nАбакан\n"
    settings.text_percent = 100


def test_the_trainer_follows_an_import_and_missing_folders_are_no_hindrance(transfer, stage, qtbot, tmp_path):
    stage.window.tabs.setCurrentWidget(stage.window.trainer_page)
    qtbot.waitUntil(lambda: stage.window.trainer is not None)
    corpus = stage.window.trainer.corpus
    here, gone = tmp_path / "записи", tmp_path / "_".join(["очень"] * 40)
    here.mkdir()
    told_file = whole(settings={"corpora": [str(here), str(gone)], "download_folder": str(gone), "text_percent": 100})
    (tmp_path / "настройки.json").write_text(told_file, encoding="utf-8")
    section(stage, "transfer")
    stage.window.resize(800, 600)
    transfer.imports.click()
    qtbot.waitUntil(lambda: bool(told(stage)))
    assert f"1 folder that they name is not on this computer: {gone}." in told(stage)[0]
    settle()
    assert stage.window.width() == 800
    assert corpus.corpora == [here]
    assert str(gone) in corpus.download.place.text()
    assert Settings().download_folder == gone


def test_a_bad_file_changes_nothing(transfer, stage, qtbot, tmp_path):
    before = Settings().values()
    (tmp_path / "настройки.json").write_text(whole(settings={"appearance": "dark", "text_percent": 1}))
    transfer.imports.click()
    qtbot.waitUntil(lambda: bool(told(stage)))
    assert "Nothing was changed" in told(stage)[0]
    assert {**Settings().values(), "folder": ""} == {**before, "folder": ""}


@pytest.mark.parametrize(
    "settings",
    [{"corpora": ["a\0b"]}, {"recordings_folder": "a\0b"}, {"download_folder": "\ud800"}, {"keys": {"record": "\0"}}],
    ids=["corpora", "NUL", "half a pair", "keys"],
)
def test_names_that_no_system_has_are_refused(transfer, stage, qtbot, tmp_path, settings):
    before = Settings().values()
    (tmp_path / "настройки.json").write_text(json.dumps(json.loads(whole()) | {"settings": settings}))
    transfer.imports.click()
    qtbot.waitUntil(lambda: bool(told(stage)))
    assert "Nothing was changed" in told(stage)[0]
    assert {**Settings().values(), "folder": ""} == {**before, "folder": ""}


def test_a_file_that_is_not_there_is_told(transfer, stage, qtbot):
    transfer.imports.click()
    qtbot.waitUntil(lambda: bool(told(stage)))
    assert "No such file" in told(stage)[0]
