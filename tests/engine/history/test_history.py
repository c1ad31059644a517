"""The history: nothing is lost, everything is found."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from engine.dictation.apply_commands import dictated
from engine.dictation.spoken_commands import Spoken
from engine.errors import AudioNotFound, DiskFull, HistoryDamaged, HistoryNewer, NotWritable
from engine.events import Final, Finished
from engine.history.database import FIRST_SCHEMA
from engine.history.entry import Kind, Order, Show, State, error_from_json, error_to_json
from engine.history.store import BIN_DAYS, DAY_S, History
from engine.transcript.document import Document
from tests.helpers.fake_engine import segment
from tests.helpers.punctuation import ByHeart
from tests.helpers.speech import evenly

LATER = 9e9
MODEL = Path("/models/best")


class Clock:
    now_s = 1_700_000_000.0

    def __call__(self) -> float:
        self.now_s += 1
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recordings(tmp_path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder


@pytest.fixture
def connections(monkeypatch) -> list[sqlite3.Connection]:
    """All that are made from now on; the history's own is the first."""
    made, connect = [], sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: made.append(connect(*args, **options)) or made[-1])
    return made


@pytest.fixture
def history(tmp_path, clock, connections):
    with closing(History(tmp_path / "history.sqlite", clock)) as history:
        yield history


def document(text: str, duration_s: float = 2.0) -> Document:
    return Document.of([segment(text)], duration_s=duration_s)


def add(history: History, text: str, name: str = "запись.wav", duration_s: float = 2.0) -> int:
    key = history.add(Path("/звук") / name, Kind.FILE)
    history.begin_reading(key, MODEL)
    history.finish(key, document(text, duration_s), State.DONE)
    return key


def one(history: History, key: int):
    (entry,) = history.entries([key])
    return entry


# --- the life of an entry ---


def test_an_entry_is_there_before_it_is_read(history):
    key = history.add(Path("/звук/лекция.mp3"), Kind.FILE)
    entry = one(history, key)
    assert (entry.source, entry.kind, entry.state) == (Path("/звук/лекция.mp3"), Kind.FILE, State.WAITING)
    assert (entry.title, entry.text, entry.duration_s, entry.model) == ("лекция.mp3", "", None, None)
    history.begin_reading(key, MODEL)
    assert (one(history, key).state, one(history, key).model) == (State.READING, str(MODEL))
    history.finish(key, document("раз два", 61.5), State.DONE)
    entry = one(history, key)
    assert (entry.state, entry.text, entry.duration_s, entry.attempts) == (State.DONE, "раз два", 61.5, 0)
    assert history.document(key) == document("раз два", 61.5)


def test_a_recording_is_weighed_when_it_has_ended(history, recordings):
    path = recordings / "a.wav"
    path.write_bytes(b"x" * 44)
    key = history.add(path, Kind.RECORDING, State.RECORDING)
    path.write_bytes(b"x" * 1000)
    history.recorded(key, 0.5)
    entry = one(history, key)
    assert (entry.state, entry.duration_s, entry.n_bytes, entry.title) == (State.WAITING, 0.5, 1000, "")


def test_a_recording_that_is_read_already_while_it_ends_stays_so(history, recordings):
    key = history.add(recordings / "a.wav", Kind.RECORDING, State.RECORDING)
    history.begin_reading(key, MODEL)
    history.recorded(key, 3.0)
    assert (one(history, key).state, one(history, key).duration_s) == (State.READING, 3.0)


def test_a_failure_is_kept_with_its_reason(history):
    key = history.add(Path("/нет.wav"), Kind.FILE)
    history.begin_reading(key, MODEL)
    history.finish(key, None, State.FAILED, AudioNotFound(path="/нет.wav"))
    entry = one(history, key)
    assert entry.state is State.FAILED
    assert str(entry.failure) == "There is no file /нет.wav. Check the name."
    assert isinstance(entry.failure, AudioNotFound)
    assert history.keys(show=Show.FAILED) == [key]


def test_what_was_read_again_can_be_had_back(history):
    key = add(history, "старое")
    history.keep_text(key, document("старое").edited("исправленное"))
    history.put_back([key])
    assert (one(history, key).state, history.document(key)) == (State.WAITING, None)
    history.begin_reading(key, MODEL)
    history.finish(key, document("новое"), State.DONE)
    assert (one(history, key).text, one(history, key).has_previous) == ("новое", True)
    history.swap(key)
    assert one(history, key).text == "исправленное"
    assert history.document(key).text == "исправленное"
    history.swap(key)
    assert one(history, key).text == "новое"
    assert history.keys("новое") == [key]
    assert history.keys("исправленное") == []


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_reading_again_in_vain_leaves_the_text_as_it_was(history, state):
    key = add(history, "старое")
    history.put_back([key])
    history.begin_reading(key, MODEL)
    history.finish(key, Document.of([]), state)
    assert (one(history, key).text, history.document(key).text) == ("старое", "старое")
    assert not one(history, key).has_previous


def test_reading_again_in_vain_and_half_keeps_both(history):
    key = add(history, "старое")
    history.put_back([key])
    history.finish(key, document("половина"), State.CANCELLED)
    assert one(history, key).text == "старое"
    history.swap(key)
    assert one(history, key).text == "половина"


def read_again(history: History, key: int, text: str, state: State = State.DONE) -> None:
    history.put_back([key])
    history.begin_reading(key, MODEL)
    history.finish(key, document(text) if text else Document.of([]), state)


def corrected(history: History) -> int:
    key = add(history, "карова")
    history.keep_text(key, document("карова").edited("корова"))
    return key


def texts(history: History, key: int) -> tuple[str, str]:
    """The one that stands, and the one that can be had back."""
    shown = history.document(key).text
    history.swap(key)
    back = history.document(key).text
    history.swap(key)
    return shown, back


def test_corrections_are_had_back_after_two_other_models(history):
    key = corrected(history)
    read_again(history, key, "карова икс")
    read_again(history, key, "карова игрек")
    assert texts(history, key) == ("карова игрек", "корова")


def test_corrections_of_what_was_read_again_take_the_place_of_older_ones(history):
    key = corrected(history)
    read_again(history, key, "карова икс")
    history.keep_text(key, document("карова икс").edited("корова икс"))
    read_again(history, key, "карова игрек")
    assert texts(history, key) == ("карова игрек", "корова икс")


def test_of_two_texts_that_nobody_corrected_the_one_that_stood_is_had_back(history):
    key = add(history, "раз")
    read_again(history, key, "два")
    history.swap(key)
    read_again(history, key, "три")
    assert texts(history, key) == ("три", "раз")


@pytest.mark.parametrize("half", ["", "карова игр"])
@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_another_model_in_vain_leaves_both_texts_as_they_were(history, state, half):
    key = corrected(history)
    read_again(history, key, "карова икс")
    read_again(history, key, half, state)
    assert texts(history, key) == ("карова икс", "корова")
    assert history.keys("икс") == [key]


def test_what_is_put_back_twice_keeps_the_whole_text_and_not_the_half(history):
    key = corrected(history)
    history.put_back([key])
    history.finish(key, document("кар"), State.WAITING)  # interrupted
    read_again(history, key, "карова икс")
    assert texts(history, key) == ("карова икс", "корова")


def test_renaming(history):
    key = add(history, "слова", "x1.wav")
    history.rename(key, "Ёлка у бабушки")
    assert one(history, key).title == "Ёлка у бабушки"
    assert history.keys("елка") == [key]
    assert history.keys("x1") == [key]


# --- searching and sorting ---


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("берёза", True),
        ("БЕРЕЗА", True),
        ("берез", True),
        ("зелёная березы", False),
        ("зелён берёз", True),
        ("ереза", False),
        ("запись", True),
        ("", True),
        ("   ", True),
        ("!?", False),
        ('"берёза"* OR NOT -', False),
        ("NEAR(", False),
        ("во дворе", True),
    ],
)
def test_search(history, query, found):
    key = add(history, "Во дворе стоит Берёза зеленая")
    add(history, "совсем другое", "b.mp3")
    assert (key in history.keys(query)) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("двадцать первого мая", True),
        ("21 мая 2026", True),
        ("две тысячи двадцать шестого", True),
        ("сто двадцать рублей пятьдесят копеек", True),
        ("120 руб", True),
        ("125000", True),
        ("125 000 жителей", True),
        ("сто двадцать пять тысяч", True),
        ("ЁЛКУ КУПИЛ ИВАН", True),
        ("елку, купил", True),
        ("двадцать второго", False),
        ("запятая", False),
    ],
)
def test_what_is_written_with_digits_and_marks_is_found_by_what_was_said_and_by_what_is_written(history, query, found):
    said = (
        "двадцать первого мая две тысячи двадцать шестого года ёлку запятая купил иван за сто двадцать рублей "
        "пятьдесят копеек в городе сто двадцать пять тысяч жителей"
    )
    *_, finished = dictated([Final(evenly(said)), Finished(9.0, ())], Spoken(digits=True), ByHeart("Иван"))
    key = add(history, "нечто")
    whole = Document.of(finished.segments, "a.wav", 9.0, "model", is_dictation=True)
    assert "21 мая 2026 года ёлку, купил Иван за 120 рублей" in whole.text
    history.keep_text(key, whole)
    assert (key in history.keys(query)) is found


def test_a_number_that_a_person_corrected_is_not_found_by_what_was_heard(history):
    *_, finished = dictated([Final(evenly("дом двадцать один")), Finished(3.0, ())], Spoken(digits=True))
    key = add(history, "нечто")
    whole = Document.of(finished.segments, "a.wav", 3.0, "model", is_dictation=True)
    history.keep_text(key, whole.edited("дом 22"))
    assert history.keys("22") == [key]
    assert history.keys("двадцать один") == []


def test_letters_put_together_of_two_are_found(history):
    key = add(history, "слово", "мои\u0306 фаи\u0306л.wav")  # й as macOS writes it in names
    assert history.keys("мой файл") == [key]


def test_an_edited_text_is_found_by_its_new_words_only(history):
    key = add(history, "карова")
    history.keep_text(key, document("карова").edited("корова"))
    assert history.keys("корова") == [key]
    assert history.keys("карова") == []


def test_order(history):
    first = add(history, "а", "б.wav", duration_s=5)
    second = add(history, "а", "А.wav", duration_s=50)
    third = add(history, "а", "в.wav", duration_s=1)
    assert history.keys(order=Order.NEWEST) == [third, second, first]
    assert history.keys(order=Order.OLDEST) == [first, second, third]
    assert history.keys(order=Order.NAME) == [second, first, third]
    assert history.keys(order=Order.LONGEST) == [second, first, third]


def test_entries_come_in_the_order_of_their_keys(history):
    keys = [add(history, text) for text in ("раз", "два")]
    assert [entry.text for entry in history.entries([keys[1], 99, keys[0]])] == ["два", "раз"]


def test_a_long_text_is_listed_by_its_beginning(history):
    key = add(history, "слово " * 1000)
    assert len(one(history, key).text) == 400
    assert len(history.document(key).text) > 5000


# --- the bin ---


def test_the_bin(history):
    kept, thrown = add(history, "одно"), add(history, "другое")
    history.delete([thrown])
    assert history.keys() == [kept]
    assert history.keys(show=Show.BIN) == [thrown]
    assert history.totals().n_in_bin == 1
    history.restore([thrown])
    assert history.keys() == [thrown, kept]


def test_only_our_own_audio_is_deleted_for_good(history, recordings, tmp_path):
    ours, theirs = recordings / "a.wav", tmp_path / "лекция.wav"
    keys = []
    for path, kind in ((ours, Kind.RECORDING), (theirs, Kind.FILE)):
        path.write_bytes(b"sound")
        keys.append(history.add(path, kind))
    history.delete(keys)
    assert ours.exists()
    history.empty_bin()
    assert not ours.exists()
    assert theirs.exists()
    assert history.keys(show=Show.BIN) == []
    assert history.document(keys[0]) is None


def test_audio_that_another_entry_needs_stays(history, recordings):
    ours = recordings / "a.wav"
    ours.write_bytes(b"sound")
    first, second = history.add(ours, Kind.RECORDING), history.add(ours, Kind.FILE)
    history.purge([first])
    assert ours.exists()
    history.purge([second])
    assert not ours.exists()


def test_old_entries_go_to_the_bin_and_later_for_good(history, clock):
    old = add(history, "старое")
    waiting = history.add(Path("/ждёт.wav"), Kind.FILE)
    clock.now_s += 40 * DAY_S
    new = add(history, "новое")
    assert history.expire(0) == 0
    assert history.expire(30) == 1
    assert history.keys() == [new, waiting]
    assert history.keys(show=Show.BIN) == [old]
    clock.now_s += (BIN_DAYS - 1) * DAY_S
    history.expire(0)
    assert history.keys(show=Show.BIN) == [old]
    clock.now_s += 2 * DAY_S
    history.expire(0)
    assert history.keys(show=Show.BIN) == []
    assert history.keys() == [new, waiting]


@pytest.mark.parametrize("bring_back", [History.restore, History.put_back])
def test_what_was_brought_back_is_kept_as_long_as_what_is_new(history, clock, bring_back):
    key = add(history, "старое")
    clock.now_s += 100 * DAY_S
    assert history.expire(30) == 1
    bring_back(history, [key])
    history.finish(key, None, State.DONE)
    clock.now_s += 29 * DAY_S
    assert history.expire(30) == 0
    assert history.keys() == [key]
    clock.now_s += 2 * DAY_S
    assert history.expire(30) == 1


def test_bringing_back_what_was_not_deleted_makes_it_no_younger(history, clock):
    key = add(history, "старое")
    clock.now_s += 31 * DAY_S
    history.restore([key])
    assert history.expire(30) == 1


def test_totals(history, recordings):
    path = recordings / "a.wav"
    path.write_bytes(b"x" * 100_000)
    history.recorded(history.add(path, Kind.RECORDING, State.RECORDING), 3.0)
    add(history, "файл", duration_s=7.0)
    history.finish(history.add(Path("/нет"), Kind.FILE), None, State.FAILED)
    totals = history.totals()
    assert (totals.n_entries, totals.duration_s, totals.n_failed, totals.n_in_bin) == (3, 10.0, 1, 0)
    assert totals.n_bytes > 100_000


# --- what nobody has told of ---


def test_recordings_without_an_entry_are_taken_in_once(history, recordings):
    known, new = recordings / "2024-05-06_07-08-09.wav", recordings / "2024-05-06_07-08-09_2.wav"
    for path in (known, new, recordings / "моя песня.wav"):
        path.write_bytes(b"RIFF")
    history.add(known, Kind.RECORDING)
    (key,) = history.adopt(recordings, LATER)
    entry = one(history, key)
    assert (entry.source, entry.state, entry.kind) == (new, State.CANCELLED, Kind.RECORDING)
    assert history.adopt(recordings, LATER) == []


def test_a_recording_that_is_being_made_is_not_taken_in(history, recordings):
    (recordings / "2024-05-06_07-08-09.wav").write_bytes(b"RIFF")
    assert history.adopt(recordings, 1_000_000_000) == []


def test_files_seen_before_are_not_new(history):
    paths = [Path(f"/папка/{name}.wav") for name in "абв"]
    history.mark_seen(paths[:1])
    history.add(paths[1], Kind.FILE)
    assert history.unseen(paths) == paths[2:]


def test_files_that_were_purged_are_not_new(history, clock, recordings):
    opened, expired, ours, new = (recordings / f"{name}.wav" for name in "абвг")
    history.purge([history.add(opened, Kind.FILE), history.add(opened, Kind.FILE), history.add(ours, Kind.RECORDING)])
    history.add(expired, Kind.FILE, State.DONE)
    clock.now_s += 2 * DAY_S
    history.expire(1)
    clock.now_s += (BIN_DAYS + 1) * DAY_S
    history.expire(1)
    assert history.keys(show=Show.BIN) == history.keys() == []
    assert history.unseen([opened, expired, ours, new]) == [ours, new]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are always Unicode")
def test_a_name_that_is_no_unicode(history):
    path = Path("/звук") / b"\xff\xfe.wav".decode("utf-8", "surrogateescape")
    key = history.add(path, Kind.FILE)
    assert one(history, key).source == path
    assert history.unseen([path]) == []
    history.finish(key, None, State.FAILED, AudioNotFound(path=path))
    assert isinstance(one(history, key).failure, AudioNotFound)


# --- errors that are kept ---


def test_an_error_of_another_kind_keeps_what_it_says():
    assert "division" in str(error_from_json(error_to_json(ZeroDivisionError("division by zero"))))


@pytest.mark.parametrize("text", ["", "[]", '{"error": "Gone", "fields": {}}', '{"error": "errors", "fields": {}}'])
def test_an_error_that_this_version_does_not_know(text):
    assert "The recognition failed" in str(error_from_json(text))


def test_an_error_whose_sentence_has_other_fields_now():
    assert "The recognition failed" in str(error_from_json('{"error": "DiskFull", "fields": {}}'))
    assert isinstance(error_from_json(error_to_json(DiskFull(path="x"))), DiskFull)


# --- the file ---


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
