"""Folders that come whole to their place, whoever else builds for it, and of which a kill leaves nothing for long."""

import errno
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import DiskFull, NotWritable
from engine.system.atomic_files import atomic_path, write_atomic
from engine.system.atomic_folder import building, put_in_place, remove_unfinished, replacing, settle
from tests.conftest import ROOT


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def build(place: Path, text: str) -> None:
    with building(place) as new:
        (new / "text").write_text(text)
        put_in_place(new, place)


def test_it_takes_the_place_of_what_was_there(tmp_path):
    for text in ("old", "new"):
        build(tmp_path / "in" / "place", text)
    assert (tmp_path / "in" / "place" / "text").read_text() == "new"
    assert names(tmp_path / "in") == ["place"]


def test_what_is_not_put_in_place_is_gone(tmp_path):
    with building(tmp_path / "place") as new:
        (new / "text").write_text("none")
    assert names(tmp_path) == []


def test_two_may_build_for_one_place(tmp_path):
    place = tmp_path / "place"
    with building(place) as first:
        (first / "text").write_text("first")
        build(place, "second")
        remove_unfinished(tmp_path)
        assert (place / "text").read_text() == "second"
        put_in_place(first, place)
    assert (place / "text").read_text() == "first"
    assert names(tmp_path) == ["place"]


def test_many_that_end_at_the_same_time(tmp_path):
    place = tmp_path / "place"
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: build(place, str(number)), range(80)))
    assert (place / "text").read_text().isdigit()
    assert names(tmp_path) == ["place"]


def test_what_was_there_stays_if_the_new_cannot_take_its_place(tmp_path):
    place = tmp_path / "place"
    build(place, "old")
    with pytest.raises(FileNotFoundError):
        build_what_is_lost(place)
    assert (place / "text").read_text() == "old"
    assert names(tmp_path) == ["place"]


def build_what_is_lost(place: Path) -> None:
    with building(place) as new:
        new.rmdir()
        put_in_place(new, place)


BUILD_AND_WAIT = """
import sys
from pathlib import Path
from engine.system.atomic_folder import building
place = Path(sys.argv[1])
with building(place) as new:
    if place.exists():
        place.rename(new.with_suffix(".old"))
    print("building", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise")
@pytest.mark.parametrize("was_there", [False, True])
def test_what_a_killed_program_left_goes_and_what_a_running_one_builds_stays(tmp_path, was_there):
    """For whatever place in the folder; what it had put aside comes back."""
    place = tmp_path / "пла.це"
    if was_there:
        build(place, "old")
    command = [sys.executable, "-c", BUILD_AND_WAIT, place]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as running:
        running.stdout.readline()
        built = names(tmp_path)
        assert len(built) == 2 + was_there
        build(tmp_path / "other", "whole")
        assert names(tmp_path) == sorted([*built, "other"])
        running.kill()
    build(tmp_path / "other", "whole")
    assert names(tmp_path) == ["other", place.name][: 1 + was_there]
    assert not was_there or (place / "text").read_text() == "old"


def test_a_lock_of_somebody_elses_stays(tmp_path):
    (tmp_path / ".their.0123456789abcdef.lock").write_text("theirs")
    (tmp_path / ".their.0123456789abcdef.building").mkdir()
    remove_unfinished(tmp_path)
    assert len(names(tmp_path)) == 2


KILLED = """
import os, sys
from pathlib import Path
from engine.system.atomic_folder import replacing, settle
from tests.helpers.killed_saves import die_after
home, names = Path(sys.argv[1]), ("a", "b")
def write(text):
    with replacing(home, names) as new:
        for name in names:
            (new / name).write_text(text)
write("old")
for n in range(20):
    child = os.fork()
    if child == 0:
        try:
            die_after(n, home)
            write(f"new {n}")
        finally:
            os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    settle(home, names)
    found = {(home / name).read_text() for name in names}
    assert len(found) == 1, (n, found)
    print(*found, sep="")
    if status == 0:
        break
assert sorted(os.listdir(home)) == ["a", "b"], os.listdir(home)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no fork")
def test_files_that_belong_together_are_all_old_or_all_new_after_any_kill(tmp_path):
    """Killed before each of the things that it does to files, from the first to the last."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = done.stdout.splitlines()
    assert found[0] == "old"
    assert found[-3:] == [f"new {n}" for n in range(len(found))][-3:], "the first moved, both moved, at the end"


def test_what_is_ready_elsewhere_is_not_moved(tmp_path):
    """A folder from a stranger may say that another one is ready."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a").write_text("own")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / ".diktovka-ready").symlink_to(tmp_path / "own")
    settle(tmp_path / "model", ["a", "../own/a"])
    assert (tmp_path / "own" / "a").read_text() == "own"
    assert names(tmp_path / "model") == [".diktovka-ready"]


def test_a_full_disk_leaves_the_old_files_and_names_the_one_that_did_not_fit(tmp_path):
    (tmp_path / "a").write_text("old")

    def fill() -> None:
        with replacing(tmp_path, ["a"]) as new, atomic_path(new / "a") as temporary:
            temporary.write_text("new")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFull) as raised:
        fill()
    assert raised.value.fields["path"] == tmp_path / "a"
    assert (tmp_path / "a").read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_a_folder_that_is_removed_in_the_midst_gets_no_half_of_what_was_written(tmp_path):
    home = tmp_path / "home"

    def write(put: Path) -> None:
        write_atomic(put / "a", "new")
        shutil.rmtree(home)
        write_atomic(put / "b", "new")

    def replace_files() -> None:
        with replacing(home, ["a", "b"]) as new:
            write(new)

    def put_folder() -> None:
        with building(home / "model") as new:
            write(new)
            put_in_place(new, home / "model")

    for job, error in ((replace_files, NotWritable), (put_folder, FileNotFoundError)):
        with pytest.raises(error, match="it was removed while it was written"):
            job()
        assert not [path for path in home.rglob("*") if path.is_file()]


def test_two_that_replace_the_same_files_leave_those_of_one_of_them(tmp_path):
    def write(text: str) -> None:
        with replacing(tmp_path, ["a", "b"]) as new:
            for name in ("a", "b"):
                (new / name).write_text(text)

    with replacing(tmp_path, ["a", "b"]) as first:
        (first / "a").write_text("first")
        (first / "b").write_text("first")
        write("second")
        (tmp_path / ".diktovka-ready").mkdir()
        (tmp_path / ".diktovka-ready" / "a").write_text("third, by a process that was killed")
    assert [(tmp_path / name).read_text() for name in ("a", "b")] == ["first", "first"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, map(str, range(40))))
    assert len({(tmp_path / name).read_text() for name in ("a", "b")}) == 1
    assert names(tmp_path) == ["a", "b"]
