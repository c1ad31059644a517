"""The project's evaluation sets in the development folder beside a checkout."""

import os
from collections.abc import Sequence
from pathlib import Path

from engine.paths import INSTALLED_IN
from trainer.errors import CorpusError


def standard_sets(names: Sequence[str], are_wanted: bool = True) -> list[Path]:
    """The existing sets of those names. Raises CorpusError if they are not wanted, or the folder is missing."""
    shared = Path(os.environ.get("DIKTOVKA_SHARED") or INSTALLED_IN.parent / "shared")
    if not are_wanted or not shared.is_dir():
        raise CorpusError(path=shared, reason="name a feature cache or a folder with transcripts.tsv")
    return [shared / name for name in names if (shared / name).exists()]
