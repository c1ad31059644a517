"""Tables of recordings and texts, written by programs or people: TSV and CSV in several encodings.

Broken rows are reported, and the others are read.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.system.cyrillic_text import decode_text
from trainer.errors import CorpusError

_DELIMITERS = "\t;,|"
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True)
class BrokenRow:
    """A row with too few or too many columns. line: its number in the file, from 1."""

    line: int


Row = dict[str, str]  # by column names in lower case


def columns_of(start: str) -> list[str]:
    """The column names in a table's first line."""
    return _header(_LINE_END.split(start, maxsplit=1)[0])[1]


def read_table(path: Path, needed: Sequence[str], text: str) -> Iterator[Row | BrokenRow]:
    """The rows of a table with a header. needed: required columns; text: the column that may hold delimiters.

    Raises OSError, and CorpusError if a column is missing.
    """
    lines = _LINE_END.split(decode_text(path.read_bytes()))
    delimiter, columns = _header(lines[0])
    if not set(needed) <= set(columns):
        raise CorpusError(path=path, reason="it lacks the columns {names}", names=", ".join(needed))
    for number, fields in _split(lines, delimiter, len(columns)):
        if len(fields) > len(columns) and columns[-1] == text:
            fields = [*fields[: len(columns) - 1], delimiter.join(fields[len(columns) - 1 :])]
        if number == 1 or not any(field.strip() for field in fields):
            continue
        row = dict(zip(columns, fields, strict=False))
        if len(fields) > len(columns) or not row[columns[0]].strip() or not set(needed[:1]) <= set(row):
            yield BrokenRow(number)
        else:
            yield dict.fromkeys(columns, "") | row


def _header(line: str) -> tuple[str, list[str]]:
    """The delimiter and the column names."""
    delimiter = max(_DELIMITERS, key=line.count)
    return delimiter, [name.strip().casefold() for name in _fields(line, delimiter)]


def _fields(line: str, delimiter: str) -> list[str]:
    """The fields of a single line."""
    try:
        return line.split(delimiter) if delimiter == "\t" else next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # longer than any intended field
        return [line]


def _split(lines: Sequence[str], delimiter: str, n_columns: int) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each row. Quotes count in tables that are not separated by tabs."""
    if delimiter == "\t":
        yield from enumerate((_fields(line, delimiter) for line in lines), start=1)
        return
    quoted = _quoted(lines, delimiter)
    if quoted is None or any(_swallows(field, delimiter, n_columns) for _number, fields in quoted for field in fields):
        quoted = list(enumerate((_fields(line, delimiter) for line in lines), start=1))
    yield from quoted


def _quoted(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]] | None:
    """Rows of a table whose texts may span several lines; None if that fails."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    rows, start = [], 1
    try:
        for fields in reader:
            rows.append((start, [field.removesuffix("\n") for field in fields]))
            start = reader.line_num + 1
    except csv.Error:
        return None
    return rows


def _swallows(field: str, delimiter: str, n_columns: int) -> bool:
    """Whether an unclosed quote swallowed further rows."""
    return any(line.count(delimiter) >= n_columns - 1 for line in field.split("\n")[1:])


def sound_path(folder: Path, name: str) -> Path:
    """The file of that name in the folder; backslashes may separate folders.

    Other systems normalise Unicode differently or ignore case. If the file does not exist, a single file whose name
    differs only in that is returned.
    """
    path = folder / name
    if path.is_file():
        return path
    turned = folder / name.strip().replace("\\", "/")
    if not turned.is_file():
        meant = _names(turned.parent).get(_folded(turned.name))
        turned = turned.parent / meant if meant else turned
    return turned if turned.is_file() else path


def _names(folder: Path) -> dict[str, str]:
    try:
        return _listed(folder, folder.stat().st_mtime_ns)
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=16)
def _listed(folder: Path, _changed_ns: int) -> dict[str, str]:
    """The names in a folder by their folded form; ambiguous ones are left out."""
    names: dict[str, str] = {}
    for path in folder.iterdir():
        names[_folded(path.name)] = "" if _folded(path.name) in names else path.name
    return names


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
