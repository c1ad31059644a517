"""Where the project's sets for measuring lie beside a checkout."""

import os
from collections.abc import Sequence
from pathlib import Path

from engine.paths import INSTALLED_IN
from trainer.errors import CorpusError


def standard_sets(names: Sequence[str], are_wanted: bool = True) -> list[Path]:
    """Those of the names that are there. Raises CorpusError where they are not wanted, or the folder is missing."""
    shared = Path(os.environ.get("DIKTOVKA_SHARED") or INSTALLED_IN.parent / "shared")
    if not are_wanted or not shared.is_dir():
        raise CorpusError(path=shared, reason="name a feature cache or a folder with transcripts.tsv")
    return [shared / name for name in names if (shared / name).exists()]
