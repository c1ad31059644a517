"""The history: one entry per dictation or opened file, until it is purged. Not thread-safe.

Audio is deleted only if the program recorded it; a file that a person opened is never touched.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import TranscriptDamaged
from engine.history.database import HistoryFile, index, length, own_bytes
from engine.history.entry import (
    ENTRY,
    EXCERPT,
    ORDER,
    WHERE,
    Entry,
    Kind,
    Order,
    Show,
    State,
    Totals,
    error_to_json,
    fold,
    path_of,
    stored,
    terms,
)
from engine.transcript.document import Document

DAY_S = 86_400
BIN_DAYS = 30
OWN_NAME = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(_\d+)?\.wav")  # other files in a folder are the person's


class History(HistoryFile):
    """The history's entries. For one thread at a time."""

    def __init__(self, path: Path | None, now: Callable[[], float] = time.time):
        """path: of the database, which is created if missing; None keeps everything in memory."""
        super().__init__(path)
        self._now = now

    # --- changing entries ---

    def add(self, source: Path, kind: Kind, state: State = State.WAITING, created: float | None = None) -> int:
        """Adds an entry; returns its key."""
        with self._writing() as connection:
            return self._insert(connection, source, kind, state, created)

    def add_all(self, sources: Iterable[tuple[Path, Kind, State]]) -> list[int]:
        """Adds entries in one transaction; returns their keys in order."""
        with self._writing() as connection:
            return [self._insert(connection, *source, None) for source in sources]

    def _insert(
        self, connection: sqlite3.Connection, source: Path, kind: Kind, state: State, created: float | None
    ) -> int:
        title = source.name.encode("utf-8", "replace").decode() if kind is Kind.FILE else ""
        cursor = connection.execute(
            "INSERT INTO entry (created, source, kind, state, title, title_key, n_bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (created or self._now(), stored(source), kind, state, title, fold(title), own_bytes(source, kind)),
        )
        key = int(cursor.lastrowid or 0)
        index(connection, key)
        return key

    def put_back(self, keys: Iterable[int], model: Path | None = None, track: int | None = None) -> None:
        """Queues entries to be transcribed from the beginning, with a chosen model and audio track if given.

        `swap` restores the former text.
        """
        keys = list(keys)
        with self._writing():
            self.restore(keys)
            self._update(
                keys,
                "replaced = iif(replaced IS NULL AND text != '', document, replaced), document = NULL, "
                "state = 'waiting', error = NULL, attempts = 0, notes = NULL, wanted = ?, track = ?",
                [str(model) if model is not None else None, track],
            )

    def begin_reading(self, key: int, model: Path) -> None:
        """Counts an attempt, by the model in that folder."""
        self._update([key], "state = 'reading', error = NULL, attempts = attempts + 1, model = ?", [str(model)])

    def recorded(self, key: int, duration_s: float) -> None:
        """Marks the recording as finished and waiting to be transcribed."""
        with self._writing():
            self._update([key], "duration_s = ?", [duration_s])
            self._update([key], "state = 'waiting'", where="state = 'recording'")
            self._weigh(key)

    def keep_text(self, key: int, document: Document) -> None:
        """Saves what was transcribed so far, or a person's edited text."""
        with self._writing() as connection:
            cursor = connection.execute(
                "UPDATE entry SET document = ?, text = ? WHERE id = ?", (document.to_json(), document.text, key)
            )
            if cursor.rowcount:
                index(connection, key)

    def finish(self, key: int, document: Document | None, state: State, error: Exception | None = None) -> None:
        """Ends a transcription: DONE, or failed; then the former text, or what was transcribed, stays."""
        with self._writing():
            if document is not None and (document.heard or state is State.DONE):
                self.keep_text(key, document)
            if state is not State.WAITING:
                self._settle_replaced(key, state)
            stored_error = error_to_json(error) if error is not None else None
            self._update([key], "state = ?, error = ?", [state, stored_error])
            if state in (State.WAITING, State.DONE):
                self._update([key], "attempts = 0")
            if document is not None and document.notes:
                notes = json.dumps([note.to_json() for note in document.notes], ensure_ascii=False)
                self._update([key], "notes = ?", [notes])
            if state is State.DONE and document is not None and document.duration_s:
                self._update([key], "duration_s = ?", [document.duration_s])
            self._weigh(key)

    def _settle_replaced(self, key: int, state: State) -> None:
        """Keeps the new text of a repeated transcription, or the former one if it failed.

        `swap` restores the other, unless a person's corrections would be lost for it.
        """
        rows = self._ask("SELECT document, previous, replaced FROM entry WHERE id = ?", (key,))
        if not rows or rows[0][2] is None:
            return
        document, previous, alternative = rows[0]
        if state is not State.DONE:
            self.keep_text(key, Document.from_json(alternative))
            alternative = document
        if alternative is None or (_is_corrected(previous) and not _is_corrected(alternative)):
            alternative = previous
        self._update([key], "previous = ?, replaced = NULL", [alternative])

    def swap(self, key: int) -> None:
        """Exchanges the text with its former version."""
        with self._writing():
            rows = self._ask("SELECT previous, document FROM entry WHERE id = ?", (key,))
            if rows and rows[0][0] is not None:
                self.keep_text(key, Document.from_json(rows[0][0]))
                self._update([key], "previous = ?", [rows[0][1]])

    def rewrite(self, key: int, document: Document) -> None:
        """Replaces its text; `swap` restores the former one."""
        with self._writing():
            rows = self._ask("SELECT document FROM entry WHERE id = ?", (key,))
            if rows:
                self.keep_text(key, document)
                self._update([key], "previous = ?", [rows[0][0]])

    def rename(self, key: int, title: str) -> None:
        """Gives an entry another title, under which it is found as well."""
        with self._writing() as connection:
            connection.execute("UPDATE entry SET title = ?, title_key = ? WHERE id = ?", (title, fold(title), key))
            index(connection, key)

    # --- the bin ---

    def delete(self, keys: Iterable[int]) -> None:
        """Moves entries to the bin, from where `restore` brings them back."""
        self._update(keys, "deleted = ?", [self._now()])

    def restore(self, keys: Iterable[int]) -> None:
        """Takes entries out of the bin."""
        self._update(keys, "deleted = NULL, restored = ?", [self._now()], where="deleted IS NOT NULL")

    def purge(self, keys: Iterable[int]) -> None:
        """Deletes entries for good, with audio that the program recorded; opened files stay known to a watched
        folder."""
        for key in keys:
            rows = self._ask("SELECT source FROM entry WHERE id = ? AND kind = 'recording'", (key,))
            with self._writing() as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO seen SELECT source FROM entry WHERE id = ? AND kind = 'file'", (key,)
                )
                connection.execute("DELETE FROM entry WHERE id = ?", (key,))
                connection.execute("DELETE FROM words WHERE rowid = ?", (key,))
            for (source,) in rows:
                self._remove_audio(path_of(source))

    def _remove_audio(self, source: Path) -> None:
        """Deletes the audio, unless another entry needs it."""
        if self._ask("SELECT 1 FROM entry WHERE source = ? LIMIT 1", (stored(source),)):
            with self._writing() as connection:
                connection.execute("UPDATE entry SET kind = 'recording' WHERE source = ?", (stored(source),))
            return
        with suppress(OSError):  # already gone, or locked by another program: no entry refers to it any more
            source.unlink()

    def expire(self, keep_days: int) -> int:
        """Moves entries older than keep_days (0: none) to the bin, and purges those that were in the bin for BIN_DAYS.

        Returns how many were moved to the bin. The age counts from when an entry was added or restored.
        """
        old, oldest_s = [], self._now() - keep_days * DAY_S
        if keep_days > 0:
            old = self._ask(
                "SELECT id FROM entry WHERE deleted IS NULL AND created < ? AND coalesce(restored, 0) < ? "
                "AND state NOT IN ('recording', 'waiting', 'reading')",
                (oldest_s, oldest_s),
            )
            self.delete(key for (key,) in old)
        forgotten = self._ask("SELECT id FROM entry WHERE deleted < ?", (self._now() - BIN_DAYS * DAY_S,))
        self.purge([key for (key,) in forgotten])
        return len(old)

    def empty_bin(self) -> None:
        """Purges all entries in the bin."""
        self.purge(self.keys(show=Show.BIN))

    # --- reading entries ---

    def keys(self, query: str = "", order: Order = Order.NEWEST, show: Show = Show.ALL) -> list[int]:
        """Keys of the entries that have words beginning with each word of a query; е finds ё."""
        query_terms = terms(query)
        if query.strip() and not query_terms:
            return []
        condition, values = "", []
        if query_terms:
            condition = " AND id IN (SELECT rowid FROM words WHERE words MATCH ?)"
            values = [" ".join(f'"{term}"*' for term in query_terms)]
        rows = self._ask(f"SELECT id FROM entry WHERE {WHERE[show]}{condition} ORDER BY {ORDER[order]}", values)
        return [key for (key,) in rows]

    def entries(self, keys: Sequence[int], query: str = "") -> list[Entry]:
        """Entries in the order of the keys; missing ones are left out. query: its first match is shown in the
        excerpt."""
        marks = ", ".join("?" * len(keys))
        columns = ENTRY.format(text="text" if query else f"substr(text, 1, {EXCERPT})")
        rows = self._ask(f"SELECT {columns} FROM entry WHERE id IN ({marks})", keys)
        by_key = {row[0]: Entry.of(row, query) for row in rows}
        return [by_key[key] for key in keys if key in by_key]

    def unfinished(self) -> list[Entry]:
        """Entries that are being recorded, transcribed or waiting, the oldest first."""
        return self.entries(self.keys(order=Order.OLDEST, show=Show.QUEUE))

    def document(self, key: int) -> Document | None:
        """The transcript; None if there is none yet. Raises TranscriptDamaged."""
        rows = self._ask("SELECT document FROM entry WHERE id = ?", (key,))
        return Document.from_json(rows[0][0]) if rows and rows[0][0] is not None else None

    def totals(self) -> Totals:
        """Number and total length of the entries."""
        ((n, duration_s, in_bin, failed),) = self._ask(
            "SELECT coalesce(sum(deleted IS NULL), 0), coalesce(sum(iif(deleted IS NULL, duration_s, 0)), 0.0), "
            "coalesce(sum(deleted IS NOT NULL), 0), "
            "coalesce(sum(deleted IS NULL AND state IN ('failed', 'cancelled')), 0) FROM entry"
        )
        ((audio_bytes,),) = self._ask("SELECT coalesce(sum(n_bytes), 0) FROM entry")
        return Totals(n, duration_s, audio_bytes + length(self._path), in_bin, failed)

    # --- files without an entry ---

    def adopt(self, recordings: Path, before: float) -> list[int]:
        """Adds entries for own recordings without one, left by a kill. Returns their keys.

        before: seconds since 1970; files modified later are still being recorded.
        """
        try:
            files = sorted(path for path in recordings.iterdir() if OWN_NAME.fullmatch(path.name) and path.is_file())
        except OSError:
            return []
        known_sources = {source for (source,) in self._ask("SELECT source FROM entry")}
        new = [path for path in files if stored(path) not in known_sources]
        modified_s = {path: path.stat().st_mtime for path in new}
        return [
            self.add(path, Kind.RECORDING, State.CANCELLED, mtime_s)
            for path, mtime_s in modified_s.items()
            if mtime_s < before
        ]

    def mark_seen(self, paths: Iterable[Path]) -> None:
        """Marks files of a watched folder that must not be transcribed, because they existed before."""
        with self._writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO seen VALUES (?)", [(stored(path),) for path in paths])

    def unseen(self, paths: Sequence[Path]) -> list[Path]:
        """The paths that were neither marked as seen nor ever opened."""
        return [
            path
            for path in paths
            if not self._ask(
                "SELECT 1 FROM seen WHERE path = :p UNION ALL SELECT 1 FROM entry WHERE source = :p",
                {"p": stored(path)},
            )
        ]

    def _weigh(self, key: int) -> None:
        for source, kind in self._ask("SELECT source, kind FROM entry WHERE id = ?", (key,)):
            self._update([key], "n_bytes = ?", [own_bytes(path_of(source), kind)])


def _is_corrected(document: str | None) -> bool:
    with suppress(TranscriptDamaged):
        return document is not None and Document.from_json(document).is_edited
    return False
