"""Entries of the history: their life, the bin, and recordings without an entry."""

import sys
from pathlib import Path

import pytest

from engine.errors import AudioNotFound
from engine.history.entry import Kind, Show, State
from engine.history.store import BIN_DAYS, DAY_S, History
from engine.transcript.document import Document
from tests.engine.history.history_helpers import MODEL, add, corrected, document, one, read_again, texts

LATER = 9e9


@pytest.fixture
def recordings(tmp_path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder


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
