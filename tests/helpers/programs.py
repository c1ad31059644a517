"""Other programs that a test needs: a test is skipped, with their names, where they are missing."""

import shutil

import pytest


def needs(*programs: str) -> str:
    """Where the first of them is."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: make test installs them where it may")
    return shutil.which(programs[0])
