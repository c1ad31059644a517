"""The history's database: schema, versions, transactions, and recovery from damage.

SQLite in WAL mode (https://www.sqlite.org/wal.html): a kill loses nothing that was committed, and readers never wait.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import DiskFull, HistoryDamaged, HistoryNewer, HistoryNotWritable, StorageError, TranscriptDamaged
from engine.history import salvage
from engine.history.entry import Kind, fold, terms
from engine.transcript.document import Document

# The schema of the first version, before all upgrades.
# source: path as UTF-8, or as bytes if a name is not Unicode. created, deleted: seconds since 1970.
# attempts: transcriptions started since the last that finished. previous: the version that `swap` restores.
FIRST_SCHEMA = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created REAL NOT NULL,
    source NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    duration_s REAL,
    model TEXT,
    error TEXT,
    title TEXT NOT NULL DEFAULT '',
    title_key TEXT NOT NULL DEFAULT '',
    document TEXT,
    previous TEXT,
    text TEXT NOT NULL DEFAULT '',
    n_bytes INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    deleted REAL
);
CREATE INDEX entry_created ON entry (deleted, created);
CREATE INDEX entry_state ON entry (state);
CREATE INDEX entry_source ON entry (source);
CREATE VIRTUAL TABLE words USING fts5 (said, tokenize = "unicode61 remove_diacritics 0", prefix = '1 2 3');
CREATE TABLE seen (path PRIMARY KEY) WITHOUT ROWID;
"""
# Each upgrades one version to the next; a new file goes through all of them.
# replaced: the former document, while the entry is transcribed again. restored: when it was last restored from the bin.
# wanted: folder of the checkpoint that a person chose to transcribe it again with; track: audio track.
# notes: about the recording, as JSON.
_UPGRADES = (
    """
    ALTER TABLE entry ADD COLUMN replaced TEXT;
    UPDATE entry SET replaced = previous, previous = NULL WHERE state IN ('waiting', 'reading');
    """,
    "ALTER TABLE entry ADD COLUMN restored REAL;",
    "ALTER TABLE entry ADD COLUMN wanted TEXT;",
    "ALTER TABLE entry ADD COLUMN notes TEXT; ALTER TABLE entry ADD COLUMN track INTEGER;",
)
VERSION = 1 + len(_UPGRADES)
_BESIDE = ("-wal", "-shm")  # SQLite's files beside the database while it is open
_PAGE_BYTES = 4096
_PRIMARY = 0xFF  # mask of the primary result code in SQLite's extended codes


def said(title: str, source: str, text: str, document: str | None) -> str:
    """The searched text of an entry: its title, its text, and the spoken words if they differ from it."""
    whole_numbers = re.sub(r"(?<=\d)\N{NO-BREAK SPACE}(?=\d)", "", text)
    numbers_as_words = whole_numbers if whole_numbers != text else ""
    return fold(f"{title} {source} {text} {numbers_as_words} {_spoken_forms(document)}")


def _spoken_forms(document: str | None) -> str:
    """The spoken form of present words that are written differently: «двадцать первого» for 21."""
    if document is None:
        return ""
    with suppress(TranscriptDamaged):
        words = Document.from_json(document).words
        return " ".join(word.plain for word in words if word.plain and terms(word.plain) != terms(word.text))
    return ""


class HistoryFile:
    """One connection, with transactions.

    damaged: what was lost if the file was damaged, else None.
    Raises DiskFull, HistoryNotWritable and HistoryNewer, when it is made and by every method that writes.
    """

    def __init__(self, path: Path | None):
        """path: None keeps everything in memory."""
        self._path = path
        self.damaged: HistoryDamaged | None = None
        if path is None:
            self._connection = _in_memory()
        else:
            self._connection, self.damaged = _open(path)

    def close(self) -> None:
        """Closes the database."""
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One atomic transaction; inside another one it becomes part of that."""
        if self._connection.in_transaction:
            yield self._connection
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has rolled it back already
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            self._translate(error)

    def _update(self, keys: Iterable[int], assignments: str, values: Sequence[object] = (), where: str = "1") -> None:
        with self._writing() as connection:
            for key in keys:
                connection.execute(f"UPDATE entry SET {assignments} WHERE id = ? AND {where}", (*values, key))

    def _ask(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            self._translate(error)

    def _translate(self, error: sqlite3.Error) -> NoReturn:
        """Raises the matching StorageError; replaces a damaged file first."""
        if self._path is None or not _is_damage(error):
            raise _as_storage_error(self._path or Path(":memory:"), error) from error
        self._connection.close()
        self._connection, self.damaged = _begun_anew(self._path)
        raise self.damaged from error


def _open(path: Path) -> tuple[sqlite3.Connection, HistoryDamaged | None]:
    """A connection for one thread at a time, and how much was saved if the file was damaged.

    A damaged file is moved aside, never overwritten. Raises DiskFull, HistoryNotWritable and HistoryNewer.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HistoryNotWritable(path=path, reason=error.strerror or str(error)) from error
    if _lacks_its_beginning(path):
        return _begun_anew(path)
    try:
        return _checked(path), None
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise _as_storage_error(path, error) from error
    return _begun_anew(path)


def _lacks_its_beginning(path: Path) -> bool:
    """Whether only the write-ahead log exists, which SQLite would delete."""
    return not length(path) and length(path.with_name(f"{path.name}-wal")) > 0


def _in_memory() -> sqlite3.Connection:
    """A database in memory, for a disk that is not writable: it lasts until the window closes."""
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    _make(connection)
    return connection


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether the error comes from the file's content, not from the disk."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or (
        "malformed" in str(error) or "no such table" in str(error) or "no such column" in str(error)
    )


def _as_storage_error(path: Path, error: sqlite3.Error) -> StorageError:
    """A failure of SQLite as a StorageError."""
    if (getattr(error, "sqlite_errorcode", 0) or 0) & _PRIMARY == sqlite3.SQLITE_FULL:
        return DiskFull(path=path)
    return HistoryNotWritable(path=path, reason=str(error))


def _checked(path: Path) -> sqlite3.Connection:
    after_a_kill = any(path.with_name(path.name + ending).exists() for ending in _BESIDE)  # a clean exit leaves none
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
    connection.text_factory = _lenient  # one invalid byte must not hide a whole list
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise HistoryNewer(path=path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if version == 0:
            _make(connection)
        elif after_a_kill and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("malformed")
        connection.execute("SELECT id, deleted FROM entry ORDER BY id DESC LIMIT 1").fetchall()
        connection.execute("SELECT rowid FROM words LIMIT 1").fetchall()
        if 0 < version < VERSION:
            _keep_copy(connection, path.with_name(f"{path.stem}-format-{version}{path.suffix}"))
            _upgrade(connection)
        return connection
    except BaseException:
        connection.close()
        raise


def _make(connection: sqlite3.Connection) -> None:
    connection.executescript(f"BEGIN; {FIRST_SCHEMA} {''.join(_UPGRADES)} PRAGMA user_version = {VERSION}; COMMIT;")


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _keep_copy(connection: sqlite3.Connection, copy: Path) -> None:
    """Keeps a copy that the older version of the program can open."""
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)


def _upgrade(connection: sqlite3.Connection) -> None:
    """Upgrades an older version to this one in one transaction; another window may have done it meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for statement in "".join(_UPGRADES[version - 1 :]).split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _begun_anew(path: Path) -> tuple[sqlite3.Connection, HistoryDamaged]:
    """A new file with everything readable of the damaged one, which is moved aside."""
    aside = path.with_name(f"{path.stem}-damaged-{datetime.now():%Y-%m-%d_%H-%M-%S_%f}{path.suffix}")
    try:
        for ending in ("", *_BESIDE):
            file = path.with_name(path.name + ending)
            if file.exists():
                file.rename(aside.with_name(aside.name + ending))
        if not length(aside):
            aside.write_bytes(
                bytes(_PAGE_BYTES)
            )  # the log may hold everything, but SQLite deletes it beside an empty file
    except OSError as error:
        raise HistoryNotWritable(path=path, reason=error.strerror or str(error)) from error
    try:
        connection = _checked(path)
        n_saved = _salvage(aside, connection)
    except sqlite3.Error as error:
        raise _as_storage_error(path, error) from error
    return connection, HistoryDamaged(path=aside, n=n_saved)


def _salvage(aside: Path, into: sqlite3.Connection) -> int:
    """Copies all readable rows; returns the number of entries."""
    n_saved = 0
    into.execute("BEGIN")
    try:
        for row in salvage.rows(aside, "entry"):
            n_saved += _insert_salvaged(into, row)
        for row in salvage.rows(aside, "seen"):
            with suppress(sqlite3.Error):
                into.execute("INSERT OR IGNORE INTO seen VALUES (?)", (row["path"],))
    finally:
        into.execute("COMMIT")
    return n_saved


def _insert_salvaged(into: sqlite3.Connection, row: Mapping[str, object]) -> bool:
    """Inserts a row into the new file; returns whether it was a complete entry."""
    known_columns = {name for _number, name, *_rest in into.execute("PRAGMA table_info(entry)")}
    columns = [name for name in row if name in known_columns]
    marks = ", ".join("?" * len(columns))
    try:
        into.execute("SAVEPOINT salvaged")
        try:
            values = [row[name] for name in columns]
            into.execute(f"INSERT INTO entry ({', '.join(columns)}) VALUES ({marks})", values)
            index(into, row["id"])
        except BaseException:
            into.execute("ROLLBACK TO salvaged")
            raise
        finally:
            into.execute("RELEASE salvaged")
    except (sqlite3.Error, TypeError, ValueError, AttributeError):
        return False
    return True


def index(connection: sqlite3.Connection, key: object) -> None:
    """Updates the search index of an entry."""
    row = connection.execute("SELECT title, source, text, document FROM entry WHERE id = ?", (key,))
    title, source, text, document = row.fetchone()
    name = Path(source if isinstance(source, str) else source.decode("utf-8", "replace")).name
    connection.execute(
        "INSERT OR REPLACE INTO words (rowid, said) VALUES (?, ?)", (key, said(title, name, text, document))
    )


def own_bytes(source: Path, kind: str) -> int:
    """Size of the entry's recording in bytes; 0 for a file that a person opened."""
    return length(source) if kind == Kind.RECORDING else 0


def length(path: Path | None) -> int:
    """Size of a file in bytes; 0 if it cannot be read."""
    try:
        return path.stat().st_size if path is not None else 0
    except OSError:
        return 0
