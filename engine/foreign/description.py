"""What is known of a model made by others once it was added: one JSON beside its files.

Nothing here imports NumPy: the window looks at it before it is shown.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.paths import CHECKPOINT_FILE, FOREIGN_FILE, NETWORK_FILE
from engine.system.atomic_files import write_atomic
from engine.system.json_text import read_json

_FORMAT = 1
_MOST_BYTES = 2**16
_TREE_LEVELS = ("*.onnx", "*/*.onnx")


@dataclass(frozen=True)
class ForeignDescription:
    """family: as onnx-asr names it. writes_marks: it writes punctuation and capitals itself. searches: it goes through
    the beam search, with language model and own words. licence, source: where that is known."""

    family: str
    writes_marks: bool = False
    searches: bool = False
    licence: str = ""
    source: str = ""


def write_foreign(folder: Path, description: ForeignDescription) -> None:
    """Raises StorageError."""
    written = {"format": _FORMAT, **asdict(description)}
    write_atomic(folder / FOREIGN_FILE, json.dumps(written, ensure_ascii=False, indent=1) + "\n")


def read_foreign(folder: Path) -> ForeignDescription | None:
    """None where no such model was added there, or its description cannot be read."""
    with suppress(OSError, ValueError, TypeError):
        found = read_json(folder / FOREIGN_FILE, most_bytes=_MOST_BYTES)
        if found.pop("format", None) == _FORMAT:
            kinds = ForeignDescription.__annotations__
            if all(type(value) is kinds.get(name) for name, value in found.items()):
                return ForeignDescription(**found)
    return None


def is_foreign(folder: Path) -> bool:
    """Whether a folder holds a model made by others: ONNX files, and no model of our own."""
    with suppress(OSError):
        if (folder / CHECKPOINT_FILE).exists():
            return False
        graphs = (path for level in _TREE_LEVELS for path in folder.glob(level))
        return (folder / FOREIGN_FILE).is_file() or any(path.name != NETWORK_FILE for path in graphs)
    return False
