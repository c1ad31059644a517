"""The virtual environment: with which Python, whether it is whole, and how it is filled from the lock files.

A stamp in the environment is written last and says what was installed; while pip works, a second file marks
the environment as unfinished. One that was interrupted is made anew, and one that is whole costs no time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import libraries

SUPPORTED = ((3, 11), (3, 12))
WANTED = "Python 3.11 or 3.12"
BUILD_LOCK = "requirements-build.lock"
RUN_LOCKS = ("requirements.lock",)
TEST_LOCKS = ("requirements.lock", "requirements-dev.lock")  # the second holds all of the first
PROBE = """
import sys
try:
    import ensurepip, venv; complete = 1
except ImportError:
    complete = 0
print(*sys.version_info[:3], int(sys.maxsize > 2**32), complete)
"""


class SetupError(Exception):
    """A sentence for the person who called make."""


class Interpreter(NamedTuple):
    """A Python that was found. complete: it can make virtual environments (Debian packs that apart)."""

    command: str
    version: Tuple[int, int, int]
    is_64_bit: bool
    complete: bool

    @property
    def fits(self) -> bool:
        return self.version[:2] in SUPPORTED and self.is_64_bit


def probe(command: str) -> Optional[Interpreter]:
    """Asks a Python about itself; None where it does not run (a version manager's stand-in, say)."""
    try:
        done = subprocess.run(
            [command, "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        major, minor, micro, bits, complete = map(int, done.stdout.split())
    except (OSError, ValueError):
        return None
    return Interpreter(command, (major, minor, micro), bool(bits), bool(complete))


def candidates() -> List[str]:
    named = [os.environ["PYTHON"]] if os.environ.get("PYTHON") else []
    return [
        *named,
        "python3.12",
        "python3.11",
        "python3",
        "python",
        getattr(sys, "_base_executable", sys.executable),
    ]


def choose(commands: Iterable[str], ask: Callable[[str], Optional[Interpreter]] = probe) -> Interpreter:
    """The first Python that fits, one that can make environments before one that cannot.

    Raises SetupError if none fits.
    """
    found: List[Interpreter] = []
    for command in commands:
        python = ask(command)
        if python is None:
            continue
        if python.fits and python.complete:
            return python
        found.append(python)
    for python in found:
        if python.fits:
            return python
    seen = ", ".join(sorted({"{}.{}.{}".format(*python.version) for python in found})) or "none"
    raise SetupError(
        "Diktovka needs {} (64 bit); found: {}. Install one of them (on Debian or Ubuntu: sudo apt-get "
        "install python3.12 python3.12-venv) and run make again, or name it: "
        "make run PYTHON=/path/to/python3.12".format(WANTED, seen)
    )


def python_in(venv: Path) -> Path:
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def digests(root: Path, locks: Sequence[str]) -> Dict[str, str]:
    return {lock: hashlib.sha256((root / lock).read_bytes()).hexdigest() for lock in locks}


def read_stamp(venv: Path) -> Dict[str, object]:
    try:
        stamp = json.loads((venv / "diktovka.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(venv: Path, python: Interpreter, installed: Dict[str, str]) -> None:
    stamp = {"folder": str(venv), "python": list(python.version[:2]), "locks": installed}
    partial = venv / "diktovka.json.part"
    partial.write_text(json.dumps(stamp, indent=1), "utf-8")
    partial.replace(venv / "diktovka.json")
    (venv / "diktovka.unfinished").unlink()


def state(venv: Path, python: Optional[Interpreter], wanted: Dict[str, str]) -> str:
    """ "whole": nothing to do; "fill": install into it; "renew": make it anew.

    python: the environment's own interpreter, None if there is none that runs. wanted: digest of each lock.
    """
    stamp = read_stamp(venv)
    unfinished = (venv / "diktovka.unfinished").exists()
    if python is None or not python.fits or unfinished or stamp.get("folder", str(venv)) != str(venv):
        return "renew"
    if stamp.get("python", list(python.version[:2])) != list(python.version[:2]):
        return "renew"
    installed = stamp.get("locks")
    if isinstance(installed, dict) and all(installed.get(lock) == digest for lock, digest in wanted.items()):
        return "whole"
    return "fill"


def make(venv: Path, python: Interpreter, say: Callable[[str], object]) -> None:
    if venv.exists() and not (venv / "pyvenv.cfg").exists() and any(venv.iterdir()):
        raise SetupError("{} is not a virtual environment. Move it away and run make again.".format(venv))
    if not python.complete:
        add_venv_module(python, say)
    say("Creating the virtual environment with Python {}.{}.{}".format(*python.version))
    shutil.rmtree(venv, ignore_errors=True)
    if subprocess.call([python.command, "-m", "venv", str(venv)]) != 0:
        raise SetupError("The virtual environment {} could not be created; the reason is above.".format(venv))


def add_venv_module(python: Interpreter, say: Callable[[str], object]) -> None:
    """Debian and Ubuntu pack Python's venv module apart."""
    package = "python{}.{}-venv".format(*python.version)
    needed = libraries.Requirement(package, package, "python3-libs", "python")
    libraries.ensure([needed], say, look=lambda _: [] if _complete(python.command) else [needed])
    if not _complete(python.command):
        raise SetupError("Without its venv module Python cannot go on. Install it and run make again.")


def _complete(command: str) -> bool:
    python = probe(command)
    return python is not None and python.complete


def fill(root: Path, venv: Path, locks: Sequence[str], say: Callable[[str], object]) -> None:
    """Installs the locked packages, first those that build the one package which comes as source."""
    (venv / "diktovka.unfinished").write_text("pip was interrupted; this environment will be made anew\n", "utf-8")
    say("Installing the locked packages (a download of some 500 MB the first time, a few minutes)")
    python = str(python_in(venv))
    if subprocess.call([python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) != 0:
        subprocess.call([python, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
    pip = [python, "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-build-isolation"]
    pip += ["--disable-pip-version-check"] + ([] if sys.stderr.isatty() else ["--quiet"])
    for lock in (BUILD_LOCK, locks[-1]):
        if subprocess.call([*pip, "-r", str(root / lock)]) != 0:
            raise SetupError("pip could not install {}; the reason is above. Run make again to go on.".format(lock))


def ensure(root: Path, locks: Sequence[str], say: Callable[[str], object]) -> Path:
    """The interpreter of an environment that holds all of the locks. locks: the last one holds the others."""
    venv = root / ".venv"
    wanted = digests(root, [BUILD_LOCK, *locks])
    python = probe(str(python_in(venv)))
    found = state(venv, python, wanted)
    if found == "renew":
        python = choose(candidates())
        make(venv, python, say)
    if found != "whole" and python is not None:
        fill(root, venv, locks, say)
        write_stamp(venv, python, wanted)
    return python_in(venv)
