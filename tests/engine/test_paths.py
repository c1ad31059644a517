import subprocess
import sys
from pathlib import Path

import pytest

from engine import paths

ALL = (paths.config_dir, paths.data_dir, paths.recordings_dir, paths.models_dir, paths.log_file)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "мой дом"
    monkeypatch.setenv("DIKTOVKA_HOME", str(folder))
    return folder


def test_diktovka_home_moves_all_of_it(home):
    assert {where().relative_to(home).parts[0] for where in ALL} == {"config", "data", "log"}


def test_nothing_is_created_by_asking(home):
    for where in ALL:
        where()
    assert not home.exists()


def test_relative_home_does_not_follow_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIKTOVKA_HOME", "here")
    assert paths.data_dir() == tmp_path / "here" / "data"


def test_home_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DIKTOVKA_HOME", "~/d")
    assert paths.config_dir() == tmp_path / "d" / "config"


@pytest.mark.parametrize("unset", ["", None])
def test_without_home_the_systems_own_folders(unset, monkeypatch):
    if unset is None:
        monkeypatch.delenv("DIKTOVKA_HOME", raising=False)
    else:
        monkeypatch.setenv("DIKTOVKA_HOME", unset)
    places = [where() for where in ALL]
    assert all(place.is_absolute() and "diktovka" in place.parts for place in places)
    assert paths.config_dir() != paths.data_dir()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the XDG folders are Linux's")
def test_xdg_folders(tmp_path, monkeypatch):
    monkeypatch.delenv("DIKTOVKA_HOME", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "d"))
    assert paths.config_dir() == tmp_path / "c" / "diktovka"
    assert paths.recordings_dir() == tmp_path / "d" / "diktovka" / "recordings"


def test_what_was_shipped_is_beside_the_code():
    root = Path(__file__).resolve().parents[2]
    assert paths.shipped_checkpoint() == root / "checkpoint1"
    assert paths.resource("locale/ru.po").is_file()


def test_import_is_light():
    code = "import sys, engine.paths; print({'numpy', 'tensorflow', 'PySide6', 'scipy'} & set(sys.modules))"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
