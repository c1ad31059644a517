"""What `pack.py` wrote -> feature caches."""

import lzma
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from trainer.corpus.cache import COLUMNS, FEATURES, SCALE, UTTERANCES

DROPPED = 2  # of 8 bits
N_CEPSTRA = 13


def unpack(packed: Path, name: str, folder: Path) -> Path:
    """A feature cache, in a folder of that name."""
    made = folder / name
    made.mkdir(parents=True, exist_ok=True)
    change = np.frombuffer(lzma.decompress((packed / f"{name}.xz").read_bytes()), np.int8).reshape(N_CEPSTRA, -1).T
    codes = np.cumsum(change, axis=0, dtype=np.int16)
    np.save(made / FEATURES, ((codes << DROPPED) + (1 << DROPPED) // 2).astype(np.int8))
    (made / SCALE).write_bytes((packed / SCALE).read_bytes())
    (made / UTTERANCES).write_text((packed / f"{name}.tsv").read_text("utf-8"), encoding="utf-8")
    return made


def write_rows(path: Path, rows: Iterable[tuple]) -> None:
    """A feature cache's utterances: id, speaker, split, start, frames, text."""
    lines = ["\t".join(map(str, row)) for row in (COLUMNS, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
