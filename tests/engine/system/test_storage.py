"""Files that are whole or not there."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from engine.errors import DiskFull, NotWritable, TooManyOpenFiles
from engine.system.atomic_files import atomic_path, storage_error, sync, writable_folder, write_atomic


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_text_is_written_as_utf_8_with_plain_line_ends(tmp_path):
    write_atomic(tmp_path / "текст.txt", "Ёж\nи уж\n")

    assert (tmp_path / "текст.txt").read_bytes() == "Ёж\nи уж\n".encode()
    assert names(tmp_path) == ["текст.txt"]


def test_what_was_there_is_replaced(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old and longer")

    write_atomic(path, "new")

    assert path.read_text() == "new"


def test_the_folder_is_made(tmp_path):
    write_atomic(tmp_path / "one" / "two" / "a.txt", "x")

    assert (tmp_path / "one" / "two" / "a.txt").read_text() == "x"


def test_nothing_is_there_until_all_is_written(tmp_path):
    path = tmp_path / "a.npz"

    with atomic_path(path) as temporary:
        temporary.write_bytes(b"half")
        assert not path.exists()
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".npz"
    assert path.read_bytes() == b"half"
    assert names(tmp_path) == ["a.npz"]


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted():
        with atomic_path(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write_on_a_full_disk():
        with atomic_path(path) as temporary:
            temporary.unlink()
            temporary.symlink_to("/dev/full")
            temporary.write_text("new")

    with pytest.raises(DiskFull, match="The disk is full") as caught:
        write_on_a_full_disk()
    assert caught.value.fields == {"path": path}
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EROFS, NotWritable), (errno.EACCES, NotWritable)],
)
def test_the_systems_errors_in_our_words(number, kind):
    error = storage_error(Path("a.txt"), OSError(number, os.strerror(number)))

    assert type(error) is kind
    assert "a.txt" in str(error)


def test_a_folder_cannot_be_overwritten(tmp_path):
    (tmp_path / "a").mkdir()

    with pytest.raises(NotWritable, match="Nothing can be written to"):
        write_atomic(tmp_path / "a", "x")
    assert names(tmp_path) == ["a"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "a").touch()

    with pytest.raises(NotWritable):
        write_atomic(tmp_path / "a" / "b.txt", "x")


def test_a_name_that_cannot_exist(tmp_path):
    with pytest.raises(NotWritable, match="too long"):
        write_atomic(tmp_path / ("ы" * 200 + ".txt"), "x")
    assert names(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(NotWritable, match="Permission denied"):
        write_atomic(tmp_path / "a.txt", "x")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_file_has_the_permissions_of_any_other(tmp_path):
    (tmp_path / "other").touch()

    write_atomic(tmp_path / "a.txt", "x")

    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="Windows opens no folders")
def test_the_new_name_is_on_the_disk_too(tmp_path, monkeypatch):
    """A rename alone may be lost with the power: the folder is flushed after it."""
    did: list[object] = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda opened: (did.append(os.fstat(opened).st_ino), fsync(opened)))
    monkeypatch.setattr(Path, "replace", lambda path, target: (did.append("renamed"), replace(path, target)))
    write_atomic(tmp_path / "a.txt", "x")
    assert did == [(tmp_path / "a.txt").stat().st_ino, "renamed", tmp_path.stat().st_ino]


def test_a_file_system_that_flushes_no_folders_is_no_failure(tmp_path, monkeypatch):
    def refuse(folder, flags):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "open", refuse)
    sync(tmp_path)
    monkeypatch.undo()
    sync(tmp_path / "gone")


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
def test_out_of_descriptors_is_no_full_disk(code):
    assert type(storage_error(Path("a"), OSError(code, os.strerror(code)))) is TooManyOpenFiles


def test_where_a_folder_takes_nothing_the_spare_one_is_told_with_the_reason(tmp_path):
    (tmp_path / "file").touch()
    spare = tmp_path / "spare"
    assert writable_folder(tmp_path / "new", lambda: spare) == (tmp_path / "new", "")
    assert list((tmp_path / "new").iterdir()) == []
    assert writable_folder(tmp_path / "file" / "a", lambda: spare) == (spare, os.strerror(errno.ENOTDIR))
    assert writable_folder(tmp_path / "file" / "a", lambda: tmp_path / "file") == (tmp_path / "file" / "a", "")


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from engine.system.atomic_files import atomic_path
with atomic_path(Path(sys.argv[1]) / "a.npz") as temporary:
    temporary.write_bytes(b"half")
    print("writing", flush=True)
    sys.stdin.read()
"""
WRITING = [sys.executable, "-c", KILLED_WHILE_WRITING]


@pytest.mark.skipif(os.name == "nt", reason="there a day passes first")
def test_what_a_killed_writer_left_goes_with_the_next_write_and_what_is_being_written_stays(tmp_path):
    writers = [subprocess.Popen([*WRITING, tmp_path], stdin=PIPE, stdout=PIPE, text=True) for _ in range(2)]
    for writer in writers:
        assert writer.stdout.readline() == "writing\n"
    killed, other = writers
    killed.kill()
    killed.communicate()
    for left in tmp_path.iterdir():
        os.utime(left, (1e9, 1e9))
    (tmp_path / ".diktovka-notes.txt").write_text("mine")
    os.utime(tmp_path / ".diktovka-notes.txt", (1e9, 1e9))

    write_atomic(tmp_path / "b.txt", "b")

    assert len(names(tmp_path)) == 3, "the file of the one that writes, mine, and b.txt"
    other.communicate("")
    assert names(tmp_path) == [".diktovka-notes.txt", "a.npz", "b.txt"]
    assert (tmp_path / "a.npz").read_bytes() == b"half"
