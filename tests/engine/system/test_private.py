"""What a person says and writes is for nobody else on the machine."""

import os
import stat
import sys

import pytest

from engine.paths import config_dir, data_dir, log_file
from engine.system.private import create_private, keep_private

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps other permissions")


@pytest.fixture(params=[0o000, 0o022, 0o077])
def _umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("_umask")
def test_new_folders_and_recordings_are_the_owners_alone(tmp_path):
    keep_private()
    assert [mode(path) for path in (config_dir(), data_dir(), log_file().parent)] == [0o700] * 3
    with create_private(tmp_path / "shared" / "rec.wav") as file:
        file.write(b"sound")
    assert mode(tmp_path / "shared" / "rec.wav") == 0o600


def test_older_folders_are_tightened_and_keep_what_the_owner_may(tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    old.chmod(0o755)
    keep_private([old, tmp_path / "old" / "new"])
    assert mode(old) == mode(old / "new") == 0o700


def test_a_folder_that_cannot_be_made_is_left_to_whoever_writes(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    keep_private([tmp_path / "file" / "below", tmp_path / "new"])
    assert mode(tmp_path / "new") == 0o700
