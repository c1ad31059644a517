"""Paths for KenLM on a Windows whose code page lacks their letters. The code page is a stand-in; KenLM is not."""

import ctypes
import importlib
import os
import sys
from pathlib import Path

import pytest

from engine.alphabet import Alphabet
from engine.config import DecodeConfig
from engine.decode.beam import BeamDecoder
from engine.decode.language_model import load_language_model
from engine.errors import PathUnusable
from engine.system.ansi_path import CodePage, narrow_path, short_name, windows
from tests.helpers.language import language_model, spoken


def western(name: str) -> bytes:
    return name.encode("cp1252")


def no_short_name(path: Path) -> str:
    return ""


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "Антон" / "ngrams.kenlm"
    path.parent.mkdir()
    path.write_bytes(b"n-grams")
    return path


def copies(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*.kenlm")]


def test_elsewhere_a_path_is_its_bytes(file):
    assert narrow_path(file) == os.fsencode(file)


def test_what_the_code_page_has_is_left_as_it_is(file, tmp_path):
    system = CodePage(lambda name: name.encode("cp1251"), lambda path: "C:\\USERS~1", (tmp_path / "copies",))
    assert narrow_path(file, system).decode("cp1251") == str(file)
    assert not (tmp_path / "copies").exists()


def test_else_the_short_name_is_taken(file, tmp_path):
    asked = []

    def short(path: Path) -> str:
        asked.append(path)
        return "C:\\USERS\\1234~1\\NGRAMS~1.KEN"

    assert narrow_path(file, CodePage(western, short, (tmp_path / "copies",))) == b"C:\\USERS\\1234~1\\NGRAMS~1.KEN"
    assert asked == [file]
    assert not (tmp_path / "copies").exists()


@pytest.mark.parametrize("short", ["", "C:\\Антон\\NGRAMS~1.KEN"])
def test_else_a_copy_where_the_code_page_has_the_name(file, tmp_path, short):
    system = CodePage(western, lambda path: short, (tmp_path / "Временная", tmp_path / "public"))
    copy = Path(narrow_path(file, system).decode("cp1252"))
    assert copy.is_relative_to(tmp_path / "public")
    assert copy.read_bytes() == b"n-grams"
    assert not (tmp_path / "Временная").exists()


def test_a_copy_is_made_once_and_anew_where_it_is_not_the_same(file, tmp_path):
    system = CodePage(western, no_short_name, (tmp_path / "public",))
    copy = Path(narrow_path(file, system).decode())
    made = copy.stat().st_mtime_ns, copy.stat().st_ino
    assert Path(narrow_path(file, system).decode()) == copy
    assert (copy.stat().st_mtime_ns, copy.stat().st_ino) == made
    copy.write_bytes(b"damaged")
    assert narrow_path(file, system) == western(str(copy))
    assert copies(tmp_path / "public") == [b"n-grams"]


def test_the_copy_of_another_model_goes(file, tmp_path):
    system = CodePage(western, no_short_name, (tmp_path / "public",))
    narrow_path(file, system)
    file.write_bytes(b"others")
    narrow_path(file, system)
    assert copies(tmp_path / "public") == [b"others"]


def test_a_folder_that_takes_no_copy_is_passed_over(file, tmp_path):
    (tmp_path / "full").touch()
    system = CodePage(western, no_short_name, (tmp_path / "full", tmp_path / "public"))
    assert Path(narrow_path(file, system).decode()).is_relative_to(tmp_path / "public")


def test_where_nothing_helps_it_is_told(file):
    with pytest.raises(PathUnusable, match="where all names are Latin") as raised:
        narrow_path(file, CodePage(western, no_short_name, ()))
    assert raised.value.fields == {"path": file}


def test_on_windows_the_system_is_asked(file, tmp_path, monkeypatch):
    """As ctypes gives it there: the short name goes into the buffer, its length comes back, 0 for none."""

    class Kernel:
        @staticmethod
        def GetShortPathNameW(path, room, size):
            assert (path, size) == (str(file), len(room))
            room.value = "C:\\USERS\\1234~1\\NGRAMS~1.KEN"
            return len(room.value)

    monkeypatch.setattr(ctypes, "windll", type("Libraries", (), {"kernel32": Kernel}), raising=False)
    assert short_name(file) == "C:\\USERS\\1234~1\\NGRAMS~1.KEN"
    Kernel.GetShortPathNameW = staticmethod(lambda path, room, size: 0)
    assert short_name(file) == ""

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("PUBLIC", str(tmp_path / "public"))
    monkeypatch.setenv("PROGRAMDATA", "")
    assert windows().folders[1:] == (tmp_path / "public",)
    monkeypatch.setattr(
        "engine.system.ansi_path.windows", lambda: CodePage(western, short_name, (tmp_path / "public",))
    )
    assert Path(narrow_path(file).decode()).is_relative_to(tmp_path / "public")


def test_kenlm_reads_from_the_copy(tmp_path, monkeypatch):
    folder = language_model(tmp_path / "Антон", "Аб ба.", "Аб ба.", "Аб вы.").folder
    importlib.import_module("flashlight.lib.text.decoder.kenlm")  # it would look for the libraries of Windows
    monkeypatch.setattr(sys, "platform", "win32")
    system = CodePage(lambda name: name.encode("ascii"), no_short_name, (tmp_path / "public",))
    monkeypatch.setattr("engine.system.ansi_path.windows", lambda: system)
    beam = BeamDecoder(Alphabet(), load_language_model(folder), DecodeConfig())
    assert len(copies(tmp_path / "public")) == 1
    assert beam.text(spoken("аб ба")) == "аб ба"
