"""A virtual environment with PyTorch, for the comparison only: made when it is first needed, never part of the
project."""

import subprocess
import sys
import venv
from pathlib import Path

VERSION = "2.13.0"
_FOLDER = Path(__file__).parents[2] / ".venv-torch"
_INDEX = "https://download.pytorch.org/whl/cpu"  # without CUDA it is a tenth of the size


def torch_python() -> Path | None:
    """Its interpreter; None, with a line that says why, where PyTorch cannot be had."""
    python = _FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not _has_torch(python):
        print(f"setting up PyTorch {VERSION} in {_FOLDER.name} ...", file=sys.stderr, flush=True)
        venv.create(_FOLDER, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--retries", "1", "--extra-index-url", _INDEX]
        local = "" if sys.platform == "darwin" else "+cpu"
        if subprocess.run([*install, f"torch=={VERSION}{local}", "numpy"], check=False).returncode:
            print(f"PyTorch {VERSION} cannot be installed; the comparison with it is left out", file=sys.stderr)
            return None
    return python


def _has_torch(python: Path) -> bool:
    asked = "import torch, sys; sys.exit(not torch.__version__.startswith(sys.argv[1]))"
    return python.exists() and not subprocess.run([str(python), "-c", asked, VERSION], check=False).returncode
