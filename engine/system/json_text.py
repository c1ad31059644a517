"""JSON from strangers: files, sockets, the clipboard. Whatever is wrong with it raises ValueError."""

import json
import math
from pathlib import Path
from typing import Any

from engine.system.bounded_read import read_bounded

_MOST_BYTES = 2**28
_MOST_DIGITS = 19  # of an integer; our files have no larger ones, which would overflow elsewhere


def parse_json(text: str | bytes, kind: type = dict, finite: bool = False, any_letters: bool = False) -> Any:
    """JSON of a kind (by default an object), without numbers that overflow or lone surrogates.

    finite: NaN and infinity are refused too. any_letters: lone surrogates are allowed, as in names that are not
    Unicode. Raises ValueError.
    """
    try:
        content = json.loads(text, parse_int=_whole, parse_float=_real, parse_constant=_refused if finite else None)
        if not any_letters:
            json.dumps(content, ensure_ascii=False).encode()
    except (RecursionError, MemoryError) as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(content, kind):
        raise ValueError(f"it is {type(content).__name__}, not {kind.__name__}")
    return content


def read_json(path: Path, kind: type = dict, most_bytes: int = _MOST_BYTES) -> Any:
    """JSON of a UTF-8 file, as parse_json. Raises OSError, ValueError."""
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
