"""What is fuzzed: a reader of bytes, with files to begin with."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DiktovkaError

Read = Callable[[bytes], object]
Prepared = tuple[list[bytes], Read]


@dataclass(frozen=True)
class Reader:
    """prepare(folder): seeds, and what reads one. refusals: what it may raise."""

    prepare: Callable[[Path], Prepared]
    refusals: tuple[type[Exception], ...] = (DiktovkaError,)


IN_A_SENTENCE_OF_THE_CALLER = (ValueError,)


def put(path: Path, content: bytes) -> Path:
    """The file with that content."""
    path.write_bytes(content)
    return path


def describe(path: Path, change: Callable[[dict], object]) -> None:
    """Changes a description as somebody would who wrote the rest too."""
    described = json.loads(path.read_text("utf-8"))
    change(described)
    put(path, json.dumps(described).encode())


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
