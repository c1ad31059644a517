"""The file of the history: kills, damage, versions, full disks."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from engine.errors import DiskFull, HistoryDamaged, HistoryNewer, NotWritable
from engine.history.database import FIRST_SCHEMA
from engine.history.entry import Kind, Order, State
from engine.history.store import History
from tests.engine.history.history_helpers import add, corrected, document, one, read_again, texts


def test_it_is_all_there_the_next_time(history, tmp_path):
    key = add(history, "останется")
    history.close()
    with closing(History(tmp_path / "history.sqlite")) as again:
        assert again.damaged is None
        assert [entry.text for entry in again.entries(again.keys())] == ["останется"]
        assert again.document(key).text == "останется"


KILLED = """
import os, signal, sys
from pathlib import Path
from engine.history.store import History
from engine.history.entry import Kind, State
history = History(Path(sys.argv[1]))
for number in range(200):
    history.add(Path(f"/{number}.wav"), Kind.FILE)
history.begin_reading(200, Path("/m"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_kill_loses_nothing(tmp_path):
    path = tmp_path / "history.sqlite"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=Path(__file__).parents[3])
    assert killed.returncode == -9
    with closing(History(path)) as history:
        assert history.damaged is None
        unfinished = history.unfinished()
    assert [entry.key for entry in unfinished] == list(range(1, 201))
    assert [entry.state for entry in unfinished[-2:]] == [State.WAITING, State.READING]


def test_a_file_that_is_no_database_is_put_aside(tmp_path):
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"garbage " * 1000)
    with closing(History(path)) as history:
        assert history.damaged.fields["n"] == 0
        aside = history.damaged.fields["path"]
        assert aside.read_bytes() == b"garbage " * 1000
        assert history.keys() == []
        add(history, "дальше")
        assert len(history.keys("дальше")) == 1


def test_what_can_be_read_of_a_damaged_file_is_saved(tmp_path):
    path = tmp_path / "history.sqlite"
    with closing(History(path)) as history:
        for number in range(300):
            add(history, f"слово{number} " * 40)
    whole = path.read_bytes()
    middle = len(whole) // 3 // 4096 * 4096
    path.write_bytes(whole[:middle] + b"\xa5" * 40_960 + whole[middle + 40_960 :])
    Path(f"{path}-wal").touch()
    with closing(History(path)) as history:
        assert history.damaged is not None
        assert 0 < history.damaged.fields["n"] == len(history.keys())
        newest = history.entries(history.keys()[:1])[0]
        assert history.keys(newest.text.split()[0]) == [newest.key]


def overwrite(path: Path, what: bytes, by: bytes, n: int = 1) -> None:
    content = path.read_bytes()
    assert content.count(what) >= n
    path.write_bytes(content.replace(what, by, n))


def test_pages_that_are_zero_cost_what_was_on_them(tmp_path):
    path = tmp_path / "history.sqlite"
    with closing(History(path)) as history:
        keys = [add(history, f"слово{number} " * 300) for number in range(60)]
        history.mark_seen([Path("/watched/seen.wav")])
    whole = bytearray(path.read_bytes())
    for page in (40, 90, 140):
        whole[page * 4096 : (page + 1) * 4096] = bytes(4096)
    path.write_bytes(whole)
    with closing(History(path)) as history:
        with suppress(HistoryDamaged):
            for key in keys:
                history.entries([key], "слово")
        assert history.damaged is not None, "found only when those pages are read"
        assert 50 <= history.damaged.fields["n"] == len(history.keys()) < 60
        assert history.keys("слово59") == [keys[59]]
        assert history.unseen([Path("/watched/seen.wav"), Path("/new.wav")]) == [Path("/new.wav")]
        assert history.damaged.fields["path"].read_bytes() == bytes(whole)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("last", "n_fewest"), [(1 << 62, 50), (None, 0)], ids=["a key that cannot be", "no key"])
def test_rows_that_cannot_be_are_not_looked_for_without_end(tmp_path, last, n_fewest):
    path = tmp_path / "history.sqlite"
    with closing(History(path)) as history:
        for number in range(60):
            add(history, f"слово{number} " * 10)
    if last is not None:
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'entry'", (last,))
    whole = path.read_bytes()
    pages = [whole[start : start + 4096] for start in range(0, len(whole), 4096)]
    if last is None:
        path.write_bytes(whole[:6000])
    else:
        path.write_bytes(b"".join(bytes(4096) if "слово59 слово59".encode() in page else page for page in pages))
    with closing(History(path)) as history:
        with suppress(HistoryDamaged):
            history.entries(history.keys(), "слово")
        assert history.damaged is not None
        assert n_fewest <= history.damaged.fields["n"] < 60


def test_a_byte_that_is_no_utf8_costs_one_letter(tmp_path):
    path = tmp_path / "history.sqlite"
    with closing(History(path)) as history:
        add(history, "целое")
        add(history, "порченое")
    overwrite(path, "порченое".encode(), b"\xff" + "порченое".encode()[1:], n=2)
    with closing(History(path)) as history:
        texts_there = [entry.text for entry in history.entries(history.keys(order=Order.OLDEST))]
        assert history.damaged is None
    assert texts_there[0] == "целое"
    assert texts_there[1].endswith("орченое")


def test_a_kind_and_a_state_that_nobody_knows_cost_nothing(tmp_path):
    path = tmp_path / "history.sqlite"
    with closing(History(path)) as history:
        key = history.add(tmp_path / "own.wav", Kind.RECORDING)
        add(history, "рядом")
    (tmp_path / "own.wav").write_bytes(b"sound")
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE entry SET kind = 'hologram', state = 'dreaming' WHERE id = ?", (key,))
    with closing(History(path)) as history:
        entries = history.entries(history.keys())
        assert {(entry.kind, entry.state) for entry in entries} == {
            (Kind.FILE, State.FAILED),
            (Kind.FILE, State.DONE),
        }
        history.purge([key])
    assert (tmp_path / "own.wav").read_bytes() == b"sound", "audio of a kind unknown is not ours to delete"


def test_a_log_without_its_database_gives_what_it_holds(tmp_path):
    path = tmp_path / "history.sqlite"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.replace("200", "20"), str(path)], cwd=Path(__file__).parents[3]
    )
    assert killed.returncode != 0
    path.unlink()
    with closing(History(path)) as history:
        assert history.damaged.fields["n"] == len(history.keys()) == 20


def test_a_copy_is_kept_before_the_format_is_raised(tmp_path):
    path = tmp_path / "history.sqlite"
    old_file(path)
    before = sqlite3.connect(path).execute("SELECT * FROM entry").fetchall()
    History(path).close()
    with closing(sqlite3.connect(tmp_path / "history-format-1.sqlite")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT * FROM entry").fetchall() == before


def test_damage_that_comes_while_it_is_used_is_told_once(history, tmp_path):
    add(history, "раз")
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as other:
        other.execute("DROP TABLE entry")
    with pytest.raises(HistoryDamaged) as told:
        history.keys()
    assert told.value is history.damaged
    assert history.keys() == []
    add(history, "дальше")


def old_file(path: Path) -> None:
    """As the first version wrote it: an entry that was read again, one that was just being, and one that waits."""
    old, new = document("старое").to_json(), document("новое").to_json()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(f"{FIRST_SCHEMA} PRAGMA user_version = 1;")
        for name, state, *texts in (
            ("а", "done", new, old, "новое"),
            ("б", "reading", None, old, "старое"),
            ("в", "waiting", None, None, ""),
        ):
            connection.execute(
                "INSERT INTO entry (created, source, kind, state, document, previous, text) "
                "VALUES (1, ?, 'file', ?, ?, ?, ?)",
                (f"/{name}.wav", state, *texts),
            )


def test_a_file_of_the_first_version_is_taken_over(tmp_path):
    old_file(tmp_path / "history.sqlite")
    with closing(History(tmp_path / "history.sqlite")) as history:
        assert history.damaged is None
        first, second, third = history.keys(order=Order.OLDEST)
        assert texts(history, first) == ("новое", "старое")
        history.finish(second, None, State.CANCELLED)
        assert history.document(second).text == "старое"
        history.finish(third, document("впервые"), State.DONE)
        assert not one(history, third).has_previous
    with closing(History(tmp_path / "history.sqlite")) as again:
        assert [entry.text for entry in again.entries([first, second, third])] == ["новое", "старое", "впервые"]


def test_a_damaged_file_of_the_first_version_is_saved_too(tmp_path):
    path = tmp_path / "history.sqlite"
    old_file(path)
    with closing(sqlite3.connect(path)) as damaged:
        damaged.execute("DROP TABLE words")
    with closing(History(path)) as history:
        assert history.damaged.fields["n"] == 3
        assert [entry.source.name for entry in history.entries([1, 2, 3])] == ["а.wav", "б.wav", "в.wav"]


def test_a_newer_version_is_left_alone(tmp_path):
    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(HistoryNewer):
        History(path)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotWritable):
        History(tmp_path / "file" / "history.sqlite")


def test_in_memory_it_works_as_well():
    with closing(History(None)) as history:
        key = add(history, "без диска")
        assert history.keys("диск") == [key]


def test_a_full_disk_is_told_and_leaves_all_as_it_was(history, connections):
    key = add(history, "было")
    (pages,) = connections[0].execute("PRAGMA page_count").fetchone()
    connections[0].execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull):
        history.keep_text(key, document("много " * 50_000))
    assert one(history, key).text == "было"
    connections[0].execute("PRAGMA max_page_count = 100000")
    history.keep_text(key, document("место есть"))
    assert one(history, key).text == "место есть"


@contextmanager
def refusing(connection: sqlite3.Connection, column: str) -> Iterator[None]:
    """As a disk that is full whenever this is written."""
    told = f"BEFORE UPDATE OF {column} ON entry BEGIN SELECT RAISE(ABORT, 'no room'); END"
    connection.execute(f"CREATE TRIGGER refuse {told}")
    yield
    connection.execute("DROP TRIGGER refuse")


@pytest.mark.parametrize("column", ["previous", "state", "n_bytes"])
def test_an_end_in_vain_that_could_not_be_written_at_once_costs_no_text(history, connections, column):
    key = corrected(history)
    read_again(history, key, "карова икс")
    history.put_back([key])
    with refusing(connections[0], column):
        with pytest.raises(NotWritable):
            history.finish(key, document("карова игр"), State.CANCELLED)
        assert history.document(key) is None
    history.finish(key, document("карова игр"), State.CANCELLED)
    assert texts(history, key) == ("карова икс", "корова")


def test_two_texts_that_could_not_change_places_are_both_there(history, connections):
    key = corrected(history)
    read_again(history, key, "карова икс")
    with refusing(connections[0], "previous"), pytest.raises(NotWritable):
        history.swap(key)
    assert texts(history, key) == ("карова икс", "корова")


def test_after_what_could_not_be_committed_all_goes_on(history, connections, tmp_path):
    key = add(history, "слова")
    connections[0].executescript(
        """
        PRAGMA foreign_keys = ON;
        CREATE TABLE one (id INTEGER PRIMARY KEY);
        CREATE TABLE other (one REFERENCES one DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER refuse AFTER UPDATE ON entry BEGIN INSERT INTO other VALUES (1); END;
        """
    )
    with pytest.raises(NotWritable):
        history.rename(key, "раз")
    connections[0].execute("DROP TRIGGER refuse")
    history.rename(key, "два")
    with closing(History(tmp_path / "history.sqlite")) as other:
        assert one(other, key).title == "два"
