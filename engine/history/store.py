"""What was ever dictated or opened: an entry each, from before it is read until it is thrown away. Knows no thread.

Audio is deleted only where it is a recording of our own; a file that a person opened is never touched.
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
OWN_NAME = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(_\d+)?\.wav")  # what else lies in a folder is the person's


class History(HistoryFile):
    """For one thread at a time."""

    def __init__(self, path: Path | None, now: Callable[[], float] = time.time):
        """path: of the database, which is made where there is none; None keeps all in memory."""
        super().__init__(path)
        self._now = now

    # --- what happens to an entry ---

    def add(self, source: Path, kind: Kind, state: State = State.WAITING, created: float | None = None) -> int:
        """A new entry; gives its key."""
        with self._writing() as connection:
            return self._insert(connection, source, kind, state, created)

    def add_all(self, sources: Iterable[tuple[Path, Kind, State]]) -> list[int]:
        """New entries in one transaction; their keys in order."""
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
        """They wait to be read from their beginning, with that model and sound track where one was chosen.

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
        """The recording has ended; what is left to do is to read it."""
        with self._writing():
            self._update([key], "duration_s = ?", [duration_s])
            self._update([key], "state = 'waiting'", where="state = 'recording'")
            self._weigh(key)

    def keep_text(self, key: int, document: Document) -> None:
        """What has been read, or what a person made of it."""
        with self._writing() as connection:
            cursor = connection.execute(
                "UPDATE entry SET document = ?, text = ? WHERE id = ?", (document.to_json(), document.text, key)
            )
            if cursor.rowcount:
                index(connection, key)

    def finish(self, key: int, document: Document | None, state: State, error: Exception | None = None) -> None:
        """It was read to its end (DONE), or not: then the text that was there before, or what came, stays."""
        with self._writing():
            if document is not None and (document.heard or state is State.DONE):
                self.keep_text(key, document)
            if state is not State.WAITING:
                self._settle_replaced(key, state)
            told = error_to_json(error) if error is not None else None
            self._update([key], "state = ?, error = ?", [state, told])
            if state in (State.WAITING, State.DONE):
                self._update([key], "attempts = 0")
            if document is not None and document.notes:
                notes = json.dumps([note.to_json() for note in document.notes], ensure_ascii=False)
                self._update([key], "notes = ?", [notes])
            if state is State.DONE and document is not None and document.duration_s:
                self._update([key], "duration_s = ?", [document.duration_s])
            self._weigh(key)

    def _settle_replaced(self, key: int, state: State) -> None:
        """After it was read again the new text stands, or, in vain, the one before; the other can be had back, unless
        a person's corrections would be lost for it."""
        rows = self._ask("SELECT document, previous, replaced FROM entry WHERE id = ?", (key,))
        if not rows or rows[0][2] is None:
            return
        document, previous, other = rows[0]
        if state is not State.DONE:
            self.keep_text(key, Document.from_json(other))
            other = document
        if other is None or (_is_corrected(previous) and not _is_corrected(other)):
            other = previous
        self._update([key], "previous = ?, replaced = NULL", [other])

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
        """To the bin, from where `restore` brings them back."""
        self._update(keys, "deleted = ?", [self._now()])

    def restore(self, keys: Iterable[int]) -> None:
        """Takes entries out of the bin."""
        self._update(keys, "deleted = NULL, restored = ?", [self._now()], where="deleted IS NOT NULL")

    def purge(self, keys: Iterable[int]) -> None:
        """For good, with the audio where it is a recording of ours; what was opened is not new to a watched folder."""
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
        """Unless another entry needs it; then it goes with that one."""
        if self._ask("SELECT 1 FROM entry WHERE source = ? LIMIT 1", (stored(source),)):
            with self._writing() as connection:
                connection.execute("UPDATE entry SET kind = 'recording' WHERE source = ?", (stored(source),))
            return
        with suppress(OSError):  # gone already, or held by another program: nothing of ours points there any more
            source.unlink()

    def expire(self, keep_days: int) -> int:
        """Moves what came, or came back, more than keep_days ago (0: nothing) to the bin, and empties the bin of what
        lay there for BIN_DAYS; gives how many went to the bin."""
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
        """Deletes for good what is in the bin."""
        self.purge(self.keys(show=Show.BIN))

    # --- what there is ---

    def keys(self, query: str = "", order: Order = Order.NEWEST, show: Show = Show.ALL) -> list[int]:
        """Keys of the entries that hold all words of a query, the last letters of each left open; е finds ё."""
        wanted = terms(query)
        if query.strip() and not wanted:
            return []
        found, values = "", []
        if wanted:
            found = " AND id IN (SELECT rowid FROM words WHERE words MATCH ?)"
            values = [" ".join(f'"{term}"*' for term in wanted)]
        rows = self._ask(f"SELECT id FROM entry WHERE {WHERE[show]}{found} ORDER BY {ORDER[order]}", values)
        return [key for (key,) in rows]

    def entries(self, keys: Sequence[int], query: str = "") -> list[Entry]:
        """In the order of the keys; those that are gone are left out. query: what is looked for, to be seen in text."""
        marks = ", ".join("?" * len(keys))
        columns = ENTRY.format(text="text" if query else f"substr(text, 1, {EXCERPT})")
        rows = self._ask(f"SELECT {columns} FROM entry WHERE id IN ({marks})", keys)
        found = {row[0]: Entry.of(row, query) for row in rows}
        return [found[key] for key in keys if key in found]

    def unfinished(self) -> list[Entry]:
        """What was being recorded, read or waited for, the oldest first."""
        return self.entries(self.keys(order=Order.OLDEST, show=Show.QUEUE))

    def document(self, key: int) -> Document | None:
        """None where nothing has been read. Raises TranscriptDamaged."""
        rows = self._ask("SELECT document FROM entry WHERE id = ?", (key,))
        return Document.from_json(rows[0][0]) if rows and rows[0][0] is not None else None

    def totals(self) -> Totals:
        """How many entries there are, and how long they are together."""
        ((n, duration_s, in_bin, failed),) = self._ask(
            "SELECT coalesce(sum(deleted IS NULL), 0), coalesce(sum(iif(deleted IS NULL, duration_s, 0)), 0.0), "
            "coalesce(sum(deleted IS NOT NULL), 0), "
            "coalesce(sum(deleted IS NULL AND state IN ('failed', 'cancelled')), 0) FROM entry"
        )
        ((audio_bytes,),) = self._ask("SELECT coalesce(sum(n_bytes), 0) FROM entry")
        return Totals(n, duration_s, audio_bytes + length(self._path), in_bin, failed)

    # --- files without an entry ---

    def adopt(self, recordings: Path, before: float) -> list[int]:
        """Entries for our recordings in that folder that have none: a kill came between the two. Gives their keys.

        before: seconds since 1970; what was written to later is still being recorded.
        """
        try:
            files = sorted(path for path in recordings.iterdir() if OWN_NAME.fullmatch(path.name) and path.is_file())
        except OSError:
            return []
        known = {source for (source,) in self._ask("SELECT source FROM entry")}
        new = [path for path in files if stored(path) not in known]
        made = {path: path.stat().st_mtime for path in new}
        return [self.add(path, Kind.RECORDING, State.CANCELLED, at) for path, at in made.items() if at < before]

    def mark_seen(self, paths: Iterable[Path]) -> None:
        """Files of a watched folder that are not to be read, because they were there before."""
        with self._writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO seen VALUES (?)", [(stored(path),) for path in paths])

    def unseen(self, paths: Sequence[Path]) -> list[Path]:
        """Those that were neither marked as seen nor ever opened."""
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
