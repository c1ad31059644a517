"""What runs a stranger's network gets no more memory than a bound; what fails by that is told."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no other system counts what is mapped")

TAKING = """
import resource, sys
from pathlib import Path
from engine.system.bounded_memory import bounded_memory

def takes(n_bytes):
    try:
        bytearray(n_bytes)
    except MemoryError:
        return False
    return True

before = resource.getrlimit(resource.RLIMIT_DATA)
with bounded_memory(Path(sys.argv[1])):
    print(takes(1 << 28), takes(9 << 29))
    with bounded_memory(Path(sys.argv[1])):
        print(resource.getrlimit(resource.RLIMIT_DATA)[0] > 0)
print(resource.getrlimit(resource.RLIMIT_DATA) == before)
"""

RETURNING = """
import re
from pathlib import Path
from engine.system.bounded_memory import return_freed_memory

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

parts = [bytes(1000) for _ in range(100_000)]
full = resident()
kept = parts[::100]
del parts
return_freed_memory()
print(full - resident() > 50_000)
"""

RUNNING = """
import sys
from pathlib import Path
import numpy as np
from engine.model.recogniser import load_recogniser
from engine.system.bounded_memory import bounded_memory

folder = Path(sys.argv[1])
with bounded_memory(folder):
    recognise = load_recogniser(folder, 1)[1]
    try:
        recognise([np.zeros((200, 26), np.float32)])
    except ValueError as error:
        print("refused", len(str(error).splitlines()))
    print(recognise([np.zeros((3, 26), np.float32)])[0].shape)
"""


def printed(code: str, folder) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_more_than_the_bound_is_refused_and_only_within_the_block(tmp_path):
    assert printed(TAKING, tmp_path) == ["True False", "True", "True"]


def test_a_network_that_grows_with_the_fourth_power_of_a_stretch_fails_and_the_next_stretch_is_heard(tmp_path):
    from tests.engine.model.test_recogniser import fourth_power, replace_network
    from tests.helpers.models import write_random_checkpoint

    folder = write_random_checkpoint(tmp_path / "m")
    replace_network(folder, fourth_power())
    assert printed(RUNNING, folder) == ["refused 1", "(3, 35)"]


def test_freed_memory_between_what_is_used_goes_back_to_the_system(tmp_path):
    assert printed(RETURNING, tmp_path) == ["True"]
