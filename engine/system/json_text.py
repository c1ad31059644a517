"""JSON from strangers: files, sockets, the clipboard. Whatever is wrong with it raises ValueError."""

import json
import math
from pathlib import Path
from typing import Any

from engine.system.bounded_read import read_bounded

_MOST_BYTES = 2**28
_MOST_DIGITS = 19  # of a whole number; larger ones fit in no file of ours and overflow elsewhere


def parse_json(text: str | bytes, kind: type = dict, finite: bool = False, any_letters: bool = False) -> Any:
    """JSON of a kind, an object unless said otherwise, without numbers that overflow or letters that no file can hold.

    finite: NaN and infinity are refused too. any_letters: lone surrogates, as in names that are no Unicode, are taken.
    Raises ValueError.
    """
    try:
        found = json.loads(text, parse_int=_whole, parse_float=_real, parse_constant=_refused if finite else None)
        if not any_letters:
            json.dumps(found, ensure_ascii=False).encode()
    except (RecursionError, MemoryError) as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(found, kind):
        raise ValueError(f"it is {type(found).__name__}, not {kind.__name__}")
    return found


def read_json(path: Path, kind: type = dict, most_bytes: int = _MOST_BYTES) -> Any:
    """The same of a UTF-8 file. Raises OSError, ValueError."""
    return parse_json(read_bounded(path, most_bytes).decode("utf-8"), kind)


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number that is too large")
    return number


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number")
