"""The program's own tables, read as untrusted files: whatever is wrong with one raises ValueError."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from engine.system.bounded_read import read_bounded

_MOST_BYTES = 2**31


def read_table(path: Path, columns: Sequence[str], tabs: bool = True) -> list[dict[str, str]]:
    """The rows below the header, by column name; each has as many cells as the header.

    columns: required ones. tabs: cells are separated by tabs and never quoted, else by commas as in CSV.
    Raises OSError, ValueError.
    """
    text = io.StringIO(read_bounded(path, _MOST_BYTES).decode("utf-8"), newline="")
    try:
        if tabs:
            lines = csv.reader(text, strict=True, delimiter="\t", quoting=csv.QUOTE_NONE)
        else:
            lines = csv.reader(text, strict=True)
        names, *rows = lines if text.getvalue() else [[]]
    except csv.Error as error:
        raise ValueError(str(error)) from error
    if missing := [name for name in columns if name not in names]:
        raise ValueError(f"the column {missing[0]} is missing")
    if uneven := [number for number, row in enumerate(rows, 2) if row and len(row) != len(names)]:
        raise ValueError(f"its line {uneven[0]} has not {len(names)} cells")
    return [dict(zip(names, row, strict=True)) for row in rows if row]
