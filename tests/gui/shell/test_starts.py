"""Whatever is wrong with the disk: the window opens, says why nothing can be kept, and dictates to the clipboard."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.alphabet import normalise

ROOT = Path(__file__).parents[3]
SPOILED = {
    "read-only": "mount -o remount,ro {home}",
    "full": "head -c 1M /dev/zero > {home}/film 2>/dev/null",
}
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its disks are made full in other ways")


def start(command: list[str], home: Path, tmp_path: Path) -> dict[str, object]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DIKTOVKA_HOME": str(home), "TMPDIR": str(tmp_path)}
    environment["XDG_RUNTIME_DIR"] = "/nonexistent"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def assert_told_and_dictated(seen: dict[str, object], reason: str) -> None:
    assert seen["status"] == 0
    assert normalise(seen["copied"]) == "раз два три"
    assert 0 < seen["told_cpu_s"] < 2.0, "of processor time, imports included, whatever else the machine does"
    told = {text.partition(" ")[0] for text in seen["messages"] if reason in text}
    assert told == {"The", "Recordings"}, seen["messages"]
    assert not [text for text in seen["messages"] if "unexpected" in text]


def test_a_home_that_cannot_be(tmp_path):
    """And with it no runtime folder, no lock and no log."""
    (tmp_path / "file").touch()
    seen = start([sys.executable, "-m", "tests.helpers.starts"], tmp_path / "file" / "home", tmp_path)
    assert_told_and_dictated(seen, "Not a directory")


@pytest.mark.parametrize(("disk", "reason"), [("read-only", "Read-only file system"), ("full", "disk is full")])
def test_a_home_on_a_disk_that_takes_nothing(tmp_path, disk, reason):
    unshare = [shutil.which("unshare") or "unshare", "-r", "-m", "sh", "-c"]
    try:
        subprocess.run([*unshare, f"mount -t tmpfs none {tmp_path}"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a disk can be mounted here by nobody but root")
    home = tmp_path / "home"
    home.mkdir()
    spoil = SPOILED[disk].format(home=home)
    script = f"mount -t tmpfs -o size=64k none {home}; {spoil}; exec {sys.executable} -m tests.helpers.starts"
    assert_told_and_dictated(start([*unshare, script], home, tmp_path), reason)


def test_the_log_never_holds_what_was_said(tmp_path):
    seen = start([sys.executable, "-m", "tests.helpers.starts"], tmp_path / "home", tmp_path)
    assert normalise(seen["copied"]) == "раз два три"
    log = (tmp_path / "home" / "log" / "diktovka.log").read_text(encoding="utf-8")
    assert "Recording ended" in log
    assert not [word for word in ("раз", "два", "три") if word in log.casefold()]
