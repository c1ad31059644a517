"""Reads as many rows as possible from a damaged SQLite file.

A broken page makes every query that touches it fail. So keys are queried in ranges, and a range that fails is halved
until only unreadable rows are left out.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

_MOST_KEYS = 1 << 20  # tried if the file does not give its largest key
_MOST_FAILURES = 20_000  # from either end: a broken page takes some forty, and without a bound 2^63 keys might be tried


def rows(path: Path, table: str) -> Iterator[dict[str, object]]:
    """Every readable row of the table, by column; none if the file is not a database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as damaged:
        damaged.text_factory = lambda text: text.decode("utf-8", "replace")
        damaged.row_factory = sqlite3.Row
        try:
            for pragma in ("writable_schema = ON", "cell_size_check = OFF"):
                damaged.execute(f"PRAGMA {pragma}")
            columns = {name for _number, name, *_rest in damaged.execute(f"PRAGMA table_info({table})")}
        except sqlite3.Error:
            return
        if "id" in columns:
            yield from _in_ranges(damaged, table, *_keys(damaged, table))
        elif columns:
            yield from _until_it_breaks(damaged, table)


def _keys(damaged: sqlite3.Connection, table: str) -> tuple[int, int]:
    for ask in (f"SELECT max(id) FROM {table}", f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'"):
        try:
            (last,) = damaged.execute(ask).fetchone() or (None,)
        except sqlite3.Error:
            continue
        if isinstance(last, int):
            return 1, last
    return 1, _MOST_KEYS


def _in_ranges(damaged: sqlite3.Connection, table: str, first: int, last: int) -> Iterator[dict[str, object]]:
    """From the first key on until too much has failed, then from the last one back: what is broken may be one end."""
    ranges = [(first, last)]
    for is_backwards in (False, True):
        ranges.reverse()
        n_failed = 0
        while ranges and n_failed < _MOST_FAILURES:
            first, last = ranges.pop()
            try:
                rows = damaged.execute(f"SELECT * FROM {table} WHERE id BETWEEN ? AND ?", (first, last)).fetchall()
            except sqlite3.Error:
                n_failed += 1
                if first < last:
                    middle = (first + last) // 2
                    halves = [(middle + 1, last), (first, middle)]
                    ranges += reversed(halves) if is_backwards else halves
                continue
            yield from map(dict, rows)


def _until_it_breaks(damaged: sqlite3.Connection, table: str) -> Iterator[dict[str, object]]:
    try:
        for row in damaged.execute(f"SELECT * FROM {table}"):
            yield dict(row)
    except sqlite3.Error:
        return
