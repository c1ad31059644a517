"""What a person says and writes is for nobody else on the machine."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.paths import config_dir, data_dir, log_file
from engine.system.private import create_private, keep_private

ROOT = Path(__file__).parents[3]

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


@pytest.mark.parametrize("module", ["engine.model.onnx_session", "engine.foreign.library"])
def test_the_runtime_of_models_reports_to_nobody_and_leaves_nothing(tmp_path, module):
    """By default ONNX Runtime makes a number of the machine, a queue of reports and their sender at its import."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "PYTHONPATH")}
    folders = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "XDG_CACHE_HOME", "LOCALAPPDATA"), str(tmp_path))
    done = subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, env=kept | folders, check=False)
    assert done.returncode == 0
    assert list(tmp_path.rglob("*")) == []
