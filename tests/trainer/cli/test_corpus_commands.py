"""From a site to a feature cache on the command line, as a person types it."""

import os
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.helpers import voxforge_site as site_of
from tests.helpers.corpora import SENTENCES, speech_wav, write_voxforge
from tests.helpers.voxforge_site import VoxForgeSite, small_archive, speech_archive
from trainer.corpus.cache import FeatureCache

PROGRAM = [sys.executable, str(ROOT / "main.py")]


@pytest.fixture
def environment():
    return os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1", "NO_PROXY": "127.0.0.1"}


def diktovka(environment, *arguments):
    command = [*PROGRAM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)


def speaking(name, seed):
    ids = [f"ru_{i}" for i in range(len(SENTENCES))]
    sounds = {one: speech_wav(seed + i) for i, one in enumerate(ids)}
    return speech_archive(name, sounds, dict(zip(ids, SENTENCES, strict=True)))


def test_from_a_site_to_a_cache(environment, tmp_path):
    names = [f"{speaker}-20110516-abc" for speaker in ("anna", "boris")]
    with VoxForgeSite({f"{name}.tgz": speaking(name, 10 * i) for i, name in enumerate(names)}) as site:
        fetched = diktovka(environment, "download", "--url", site.url, "-o", tmp_path / "записи")
        assert fetched.returncode == 0, fetched.stderr
        assert fetched.stdout == ""
        assert "2 archives to fetch" in fetched.stderr
        assert fetched.stderr.splitlines()[-1] == "2 archives fetched, 0 were there already, 0 left out."
        again = diktovka(environment, "download", "--url", site.url, "-o", tmp_path / "записи", "--name", "ANNA")
        assert again.stderr.splitlines()[-1] == "0 archives fetched, 1 were there already, 0 left out."
    made = diktovka(environment, "corpus", tmp_path / "записи", "-o", tmp_path / "cache")
    assert made.returncode == 0, made.stderr
    assert len(FeatureCache(tmp_path / "cache").utterances) == 16
    rows = {line.split()[0]: line.split()[1:] for line in made.stdout.splitlines()}
    assert rows["all"] == ["16", "0.01", "2", "8"]
    assert rows["train"][0] == "12"
    assert "There are only 2 speakers" in made.stdout
    used = diktovka(environment, "corpus", tmp_path / "записи", "-o", tmp_path / "cache")
    assert used.stdout == made.stdout
    assert "Nothing changed" in used.stderr


def test_what_is_left_out_is_named(environment, tmp_path):
    with VoxForgeSite({"a.tgz": small_archive("a"), "b.tgz": b"no archive"}) as site:
        site.archives["c.tgz"] = b""
        site.always_fails("c.tgz", site_of.answers(404))
        done = diktovka(environment, "download", "--url", site.url, "-o", tmp_path)
    assert done.returncode == 1
    last, *named = done.stderr.splitlines()[-3:]
    assert last == "1 archives fetched, 0 were there already, 2 left out."
    assert sorted(named) == [
        "  The archive b.tgz cannot be used: it is no gzip archive. It is left out.",
        f"  The site answered {site.url}c.tgz with the error 404. Check the address, or try again later.",
    ]
    write_voxforge(tmp_path, ["ira"], ["Да", "Нет 5"])
    made = diktovka(environment, "corpus", tmp_path, "-o", tmp_path / "cache")
    assert made.returncode == 0
    assert ["1", "digits", "in", "the", "text"] in [line.split() for line in made.stdout.splitlines()]


@pytest.mark.parametrize(
    "arguments",
    [
        ("download", "--url", "ftp://example.org"),
        ("corpus", "nowhere", "-o", "cache"),
        ("corpus", ".", "-o", "cache"),
    ],
)
def test_a_failure_is_one_sentence_and_a_status(environment, tmp_path, arguments):
    done = subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, encoding="utf-8", env=environment, cwd=tmp_path, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("diktovka: ")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", [["--count", "0"], ["--count", "x"], ["--language", "de", "--url", "x"]])
def test_options_that_make_no_sense(environment, option):
    assert diktovka(environment, "download", *option).returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(environment, tmp_path, number):
    with VoxForgeSite({"a.tgz": small_archive("a", 300_000)}) as site:
        site.fails("a.tgz", site_of.stalls_after(100_000))
        command = [*PROGRAM, "download", "--url", site.url, "-o", str(tmp_path / "c")]
        with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, text=True) as running:
            assert any(line.startswith("0 of 1") for line in running.stderr), "it has ended"
            part = tmp_path / "c" / "a.tgz.part"
            while not (part.exists() and part.stat().st_size == 100_000):
                assert running.poll() is None, "it has ended"
                site.closing.wait(0.02)
            running.send_signal(number)
            told = running.stderr.read()
        assert running.returncode == 130
        assert told.endswith("Stopped; the same command goes on from here.\n")  # a retry may be told before it
        assert [path.name for path in (tmp_path / "c").iterdir()] == ["a.tgz.part"]
        assert diktovka(environment, "download", "--url", site.url, "-o", tmp_path / "c").returncode == 0
        assert site.asked_for("a.tgz") == ["", "bytes=100000-"]


@pytest.mark.parametrize("verb", ["download", "corpus"])
def test_a_verb_explains_itself_without_heavy_imports(verb):
    program = (
        "import sys, main\n"
        f"try: main.main([{verb!r}, '--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'PySide6', 'sounddevice', 'tensorflow', 'httpx', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: diktovka " + verb in done.stdout
