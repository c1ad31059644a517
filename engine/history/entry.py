"""An entry of the history, for a recording or an opened file, and how entries are listed."""

import json
import os
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from engine import errors
from engine.errors import DiktovkaError, EngineError
from engine.notes import Note
from engine.system.json_text import parse_json

EXCERPT = 400


class Kind(StrEnum):
    """Where an entry came from."""

    RECORDING = "recording"
    FILE = "file"


class State(StrEnum):
    """The state of an entry."""

    RECORDING = "recording"
    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Show(StrEnum):
    """Which entries are listed."""

    ALL = "all"
    QUEUE = "queue"
    FAILED = "failed"
    BIN = "bin"


class Order(StrEnum):
    """How entries are sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    LONGEST = "longest"


WHERE = {
    Show.ALL: "deleted IS NULL",
    Show.QUEUE: "deleted IS NULL AND state IN ('recording', 'waiting', 'reading')",
    Show.FAILED: "deleted IS NULL AND state IN ('failed', 'cancelled')",
    Show.BIN: "deleted IS NOT NULL",
}
ORDER = {
    Order.NEWEST: "created DESC, id DESC",
    Order.OLDEST: "created, id",
    Order.NAME: "title_key, created DESC, id DESC",
    Order.LONGEST: "duration_s DESC, created DESC, id DESC",
}
ENTRY = (
    "id, created, source, kind, state, duration_s, model, error, title, "
    "{text}, n_bytes, attempts, deleted, wanted, previous IS NOT NULL, notes, track"
)


@dataclass(frozen=True)
class Entry:
    """One row. created, deleted: seconds since 1970. text: its beginning.

    model: the checkpoint's folder; wanted: the checkpoint that was chosen to transcribe it again with. error: as
    written by error_to_json. track: the chosen audio track. attempts: transcriptions started since the last that
    finished.
    """

    key: int
    created: float
    source: Path
    kind: Kind
    state: State
    duration_s: float | None
    model: str | None
    error: str | None
    title: str
    text: str
    n_bytes: int
    attempts: int
    deleted: float | None
    wanted: str | None
    has_previous: bool
    kept_notes: str | None = None
    track: int | None = None

    @classmethod
    def of(cls, row: tuple[Any, ...], query: str = "") -> Self:
        """row: the columns of ENTRY."""
        key, created, source, kind, state, duration_s, model, error, title, text, *rest = row
        *rest, has_previous, notes, track = rest
        fields = (duration_s, model, error, title, excerpt(text, query), *rest, bool(has_previous), notes, track)
        return cls(key, created, path_of(source), _kind(kind), _state(state), *fields)

    @property
    def failure(self) -> DiktovkaError | None:
        """Why it could not be transcribed, or None."""
        return error_from_json(self.error) if self.error else None

    @property
    def notes(self) -> tuple[Note, ...]:
        """Notes about the transcribed recording."""
        try:
            return tuple(filter(None, map(Note.from_json, json.loads(self.kept_notes or "[]"))))
        except (ValueError, TypeError, AttributeError):
            return ()


def _kind(value: object) -> Kind:
    """An unknown kind counts as a person's file, whose audio is never deleted."""
    return Kind(str(value)) if value in list(Kind) else Kind.FILE


def _state(value: object) -> State:
    """An unknown state counts as failed and can be retried."""
    return State(str(value)) if value in list(State) else State.FAILED


@dataclass(frozen=True)
class Totals:
    """Totals of the entries outside the bin; but n_bytes: of all own recordings and the history's file."""

    n_entries: int
    duration_s: float
    n_bytes: int
    n_in_bin: int
    n_failed: int


def fold(text: str) -> str:
    """Text normalised for search: lower case, е for ё, й as one character."""
    return unicodedata.normalize("NFC", text).lower().replace("ё", "е")


def terms(query: str) -> list[str]:
    """The words of a search query."""
    return re.findall(r"\w+", fold(query))


def found_at(text: str, query: str) -> tuple[int, int] | None:
    """Start and end of the first match of a query's words in a text."""
    folded = fold(text)
    if len(folded) != len(text):
        return None  # combining characters: the offsets would not agree
    places = [match.span() for term in terms(query) if (match := re.search(rf"\b{term}", folded))]
    return min(places, default=None)


def excerpt(text: str, query: str) -> str:
    """The part of a text to list: its beginning, or the surroundings of the first match."""
    match = found_at(text, query)
    if match is None or match[1] < EXCERPT // 4:
        return text[:EXCERPT]
    start = text.rfind(" ", 0, max(0, match[0] - EXCERPT // 8)) + 1
    return f"…{text[start : start + EXCERPT]}"


def stored(path: Path) -> str | bytes:
    """A path as it is stored: as bytes if the name is not Unicode."""
    try:
        str(path).encode()
        return str(path)
    except UnicodeEncodeError:
        return os.fsencode(path)


def path_of(stored_path: str | bytes) -> Path:
    """The path that `stored` wrote."""
    return Path(os.fsdecode(stored_path))


def error_to_json(error: Exception) -> str:
    """An error as JSON: class and fields of ours, message of others."""
    if not isinstance(error, DiktovkaError):
        error = EngineError(reason=str(error) or type(error).__name__)
    fields = {name: value if isinstance(value, int | float) else _text(value) for name, value in error.fields.items()}
    return json.dumps({"error": type(error).__name__, "fields": fields}, ensure_ascii=False)


def error_from_json(text: str) -> DiktovkaError:
    """The error; a general one if another version of the program wrote an unknown class."""
    try:
        content = parse_json(text)
        kind = getattr(errors, content["error"])
        if isinstance(kind, type) and issubclass(kind, DiktovkaError):
            return kind(**content["fields"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        pass
    return EngineError(reason=text)


def _text(value: object) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode()
