"""A corpus becomes a feature cache: once, whole, and the same again only when something changed."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.config import CLASSIC, VOXFORGE
from engine.errors import DiskFull, NotWritable
from tests.conftest import ROOT
from tests.helpers.corpora import SENTENCES, speech_wav, write_session, write_voxforge
from tests.helpers.full_disk import FullDisk
from trainer.corpus.build_cache import Means, build_cache
from trainer.corpus.cache import FeatureCache
from trainer.corpus.cache_writer import Collector, read_report
from trainer.corpus.events import CacheReady, Extracting, Found
from trainer.corpus.preflight import NO_TEXT, SILENT, Heard, Rules, hear_all
from trainer.corpus.process_pool import process_pool
from trainer.corpus.recording import Recording
from trainer.errors import CacheFolderTaken, CorpusError, NothingUsable

RULES = Rules(VOXFORGE)
IN_A_THREAD = Means(pool=lambda n_most: ThreadPoolExecutor(1, thread_name_prefix="hear"))
SPEAKERS = ("anna", "boris", "ira", "olga", "zoe", "anonymous")


@pytest.fixture(autouse=True)
def nothing_runs_on():
    yield
    assert [thread for thread in threading.enumerate() if thread.name.startswith("hear")] == []
    assert multiprocessing.active_children() == []


@pytest.fixture(scope="module")
def voxforge(tmp_path_factory) -> Path:
    """Six speakers say eight sentences each; one recording is silent, one has no text."""
    root = write_voxforge(tmp_path_factory.mktemp("corpus"), SPEAKERS)
    write_session(root, "ira-20120101-xyz", {"a": bytes(100), "b": speech_wav()}, "a Да\n")
    samples = bytearray(speech_wav())
    samples[44:] = bytes(len(samples) - 44)
    write_session(root, "zoe-20120101-xyz", {"c": bytes(samples)}, "c Да\n")
    return root


@pytest.fixture
def few(tmp_path) -> Path:
    """A corpus that a test may change."""
    return write_voxforge(tmp_path / "few", ["ira"], SENTENCES[:3])


def build(source, folder, rules=RULES, means=IN_A_THREAD, **options):
    return list(build_cache([source], folder, rules, means=means, **options))


def report_on(source, folder, **options):
    *_, ready = build(source, folder, **options)
    assert isinstance(ready, CacheReady)
    return ready.report


def names(folder):
    return sorted(path.name for path in folder.iterdir())


WHOLE = ["config.json", "features.npy", "rejects.tsv", "scale.npz", "utterances.tsv"]


def test_a_cache_holds_what_was_said_and_heard(voxforge, tmp_path):
    build(voxforge, tmp_path / "cache")
    assert names(tmp_path) == ["cache"]
    assert names(tmp_path / "cache") == WHOLE
    cache = FeatureCache(tmp_path / "cache")
    assert cache.config == VOXFORGE
    assert len({one.id for one in cache.utterances}) == len(cache.utterances) > 40
    for one in cache.utterances[::7]:
        path = voxforge / f"{one.id}.wav"
        (expected,) = hear_all([Recording(one.id, path, one.speaker, one.text)], RULES)
        cepstra = cache.cepstra(one)
        assert cepstra.shape == expected.cepstra.shape
        span = np.ptp(expected.cepstra, axis=0).max()
        assert np.median(np.abs(cepstra - expected.cepstra)) < span / 200
        assert one.speaker == path.parts[-3].partition("-")[0].replace("anonymous", "anonymous-20110516-abc")
    assert {one.text for one in cache.utterances} >= {"ещё бы", "кто то идёт"}


def test_what_is_trained_on_is_heard_again_in_rooms(voxforge, tmp_path):
    plain = build(voxforge, tmp_path / "plain")[-1].report
    report = build(voxforge, tmp_path / "cache", replace(RULES, rooms=2))[-1].report
    sizes = {size.name: size.utterances for size in report.splits}
    assert sizes == {size.name: size.utterances * (3 if size.name == "train" else 1) for size in plain.splits}
    cache = FeatureCache(tmp_path / "cache")
    by_id = {one.id: one for one in cache.utterances}
    again = [one for one in cache.utterances if "#room" in one.id]
    assert {one.split for one in again} == {"train"}
    first, once_more = again[0], by_id[again[0].id.replace("#room1", "#room2")]
    original = by_id[first.id.partition("#")[0]]
    assert (first.text, first.speaker) == (original.text, original.speaker)
    heard = [cache.cepstra(one) for one in (original, first, once_more)]
    assert len({cepstra.shape for cepstra in heard}) > 1 or not np.allclose(heard[1], heard[2], atol=1)
    other = build(voxforge, tmp_path / "same", replace(RULES, rooms=2))[-1].report
    assert other.utterances == report.utterances
    assert (tmp_path / "same" / "features.npy").read_bytes() == (tmp_path / "cache" / "features.npy").read_bytes()


def test_frames_follow_each_other_without_a_gap(voxforge, tmp_path):
    build(voxforge, tmp_path / "cache")
    cache, start = FeatureCache(tmp_path / "cache"), 0
    for one in cache.utterances:
        assert one.start == start
        start += one.frames
    assert len(np.load(tmp_path / "cache" / "features.npy", mmap_mode="r")) == start


def test_the_report_counts_what_was_taken_and_names_the_rest(voxforge, tmp_path):
    events = build(voxforge, tmp_path / "cache")
    report = events[-1].report
    utterances = FeatureCache(tmp_path / "cache").utterances
    assert report.utterances == len(utterances)
    assert report.seconds == pytest.approx(1.2 * len(utterances), abs=0.1)
    assert (report.speakers, report.sentences) == (6, 8)
    assert sum(size.utterances for size in report.splits) == report.utterances
    assert report.splits[0].name == "train"
    assert {size.name for size in report.splits} == {one.split for one in utterances}
    assert report.utterances + len(report.rejects) == 6 * 8 + 3
    reasons = {Path(reject.path).name: reject.reason for reject in report.rejects}
    assert (reasons["a.wav"], reasons["b.wav"], reasons["c.wav"]) == ("unreadable", NO_TEXT, SILENT)
    assert sum(n for _, n in report.reasons()) == len(report.rejects)
    assert read_report(tmp_path / "cache") == report


def test_progress(voxforge, tmp_path):
    events = build(voxforge, tmp_path / "cache")
    assert events[0] == Found(50, 1)
    progress = [event for event in events if isinstance(event, Extracting)]
    assert (progress[0].done, progress[-1].done, progress[-1].total) == (0, 50, 50)
    assert progress[-1].left_s == 0
    assert [one.done for one in progress] == sorted(one.done for one in progress)


def test_all_processors_give_the_same_as_one_thread(voxforge, tmp_path):
    build(voxforge, tmp_path / "thread")
    build(voxforge, tmp_path / "processes", means=Means())
    for name in WHOLE:
        assert (tmp_path / "thread" / name).read_bytes() == (tmp_path / "processes" / name).read_bytes()


# --- used again, or made anew ---


def test_it_is_used_again(voxforge, tmp_path):
    first = build(voxforge, tmp_path / "cache")[-1]
    before = (tmp_path / "cache").stat().st_ino
    again = build(voxforge, tmp_path / "cache")
    assert again == [Found(50, 1), CacheReady(tmp_path / "cache", first.report, reused=True)]
    assert (tmp_path / "cache").stat().st_ino == before


def change_sound(root):
    path = root / "ira-20110516-abc" / "wav" / "ru_0000.wav"
    path.write_bytes(speech_wav(7, 1.5))


def touch_sound(root):
    os.utime(root / "ira-20110516-abc" / "wav" / "ru_0000.wav", (1, 1))


def change_text(root):
    path = root / "ira-20110516-abc" / "etc" / "prompts-original"
    path.write_text(path.read_text("utf-8").replace("Да", "Нет"), "utf-8")


def add_sound(root):
    write_session(root, "olga", {"x": speech_wav()}, "x Да\n")


@pytest.mark.parametrize("change", [change_sound, touch_sound, change_text, add_sound])
def test_it_is_made_anew_when_the_corpus_changed(few, tmp_path, change):
    build(few, tmp_path / "cache")
    change(few)
    assert not build(few, tmp_path / "cache")[-1].reused
    assert build(few, tmp_path / "cache")[-1].reused


@pytest.mark.parametrize(
    "options", [{"rules": Rules(CLASSIC)}, {"rules": Rules(VOXFORGE, n_stacked=1)}, {"seed": 2}], ids=str
)
def test_it_is_made_anew_when_it_is_to_be_made_otherwise(few, tmp_path, options):
    build(few, tmp_path / "cache")
    assert not build(few, tmp_path / "cache", **options)[-1].reused
    assert build(few, tmp_path / "cache", **options)[-1].reused


@pytest.mark.parametrize(
    ("name", "keep"),
    [(name, keep) for name in WHOLE for keep in (None, 0, 60) if keep is None or name != "rejects.tsv"],
)
def test_it_is_made_anew_when_it_is_damaged(few, tmp_path, name, keep):
    build(few, tmp_path / "cache")
    path = tmp_path / "cache" / name
    whole = path.read_bytes()
    if keep is None:
        path.unlink()
    else:
        path.write_bytes(whole[:keep])
    build(few, tmp_path / "cache")
    assert path.read_bytes() == whole


def test_a_moved_corpus_is_the_same(few, tmp_path):
    build(few, tmp_path / "cache")
    few.rename(tmp_path / "moved")
    assert build(tmp_path / "moved", tmp_path / "cache")[-1].reused


def test_a_model_that_hears_otherwise_is_told(few, tmp_path):
    build(few, tmp_path / "cache")
    cache = FeatureCache(tmp_path / "cache")
    cache.require(VOXFORGE)
    with pytest.raises(CorpusError, match="made for another front end"):
        cache.require(CLASSIC)
    config = tmp_path / "cache" / "config.json"
    config.write_text(json.dumps({"features": {"front_end": "none"}}))
    with pytest.raises(CorpusError, match="no whole feature cache"):
        FeatureCache(tmp_path / "cache")
    config.unlink()
    FeatureCache(tmp_path / "cache").require(CLASSIC)


# --- corpora that are hard to use ---


def test_one_speaker_only(few, tmp_path):
    write_session(
        few,
        "ira-20120101-xyz",
        {f"{i}": speech_wav(i) for i in range(9)},
        "".join(f"{i} {'а' * (i + 1)}\n" for i in range(9)),
    )
    report = report_on(few, tmp_path / "cache")
    assert [str(note) for note in report.notes] == [
        "There is only one speaker. New sentences are held out, but in the same voice: "
        "their error rate says nothing about other people."
    ]
    assert {size.name for size in report.splits} == {"train", "dev_unseen_text", "test_unseen_text"}
    assert read_report(tmp_path / "cache").notes == report.notes


def test_nothing_that_can_be_used(tmp_path):
    write_session(tmp_path / "c", "ira", {"a": bytes(9), "b": bytes(9), "c": b""}, "a Да\nb Нет\n")
    with pytest.raises(NothingUsable, match=r"None of the 3 recordings in .*c can be used.* reason: unreadable"):
        build(tmp_path / "c", tmp_path / "cache")
    assert names(tmp_path) == ["c"]


def test_recordings_that_vanish_meanwhile(few, tmp_path):
    steps = build_cache([few], tmp_path / "cache", RULES, means=IN_A_THREAD)
    assert next(steps) == Found(3, 0)
    (few / "ira-20110516-abc" / "wav" / "ru_0001.wav").unlink()
    *_, ready = steps
    assert [reject.reason for reject in ready.report.rejects] == ["unreadable"]


def test_values_beyond_the_usual_range_are_cut(tmp_path):
    rng = np.random.default_rng(0)
    cepstra = rng.normal(0, 10, (30_000, 13)).astype(np.float32)
    cepstra[5] = 1e6
    collector = Collector(tmp_path, 13)
    collector.add(Recording("a", tmp_path, "s", "да"), Heard(cepstra[:10_000], 1.0))
    collector.add(Recording("b", tmp_path, "s", "да"), Heard(cepstra[10_000:], 1.0))
    collector.write_features([None, "train"])
    cache = FeatureCache(tmp_path)
    (one,) = cache.utterances
    assert (one.id, one.start, one.frames) == ("b", 0, 20_000)
    error = np.abs(cache.cepstra(one) - cepstra[10_000:])
    assert np.quantile(error, 0.999) < 90 / 254 / 2
    assert error.max() < 20


# --- memory ---


def peak_bytes(tmp_path, n_recordings):
    folder = tmp_path / str(n_recordings)
    folder.mkdir()
    cepstra = np.random.default_rng(0).normal(0, 10, (3_000, 13)).astype(np.float32)
    tracemalloc.start()
    collector = Collector(folder, 13)
    for i in range(n_recordings):
        collector.add(Recording(str(i), tmp_path, "s", "да"), Heard(cepstra, 30.0))
    collector.write_features(["train"] * n_recordings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_corpus(tmp_path):
    assert peak_bytes(tmp_path, 400) < 1.1 * peak_bytes(tmp_path, 100)


# --- faults ---


@pytest.mark.parametrize("share", [0, 0.3, 0.6, 0.79, 0.85, 0.97, 0.999])
def test_the_disk_is_full(few, tmp_path, share):
    """At every stage: while features are collected, and while each of the files is written."""
    build(write_voxforge(tmp_path / "old", ["ira"], SENTENCES[:2]), tmp_path / "cache")
    old = (tmp_path / "cache" / "features.npy").read_bytes()
    disk = FullDisk(1 << 30)
    build(few, tmp_path / "other", means=Means(IN_A_THREAD.pool, disk.open))
    full = FullDisk(round(share * ((1 << 30) - disk.n_bytes)))
    with pytest.raises(DiskFull, match=r"The disk is full: .*cache could not be written"):
        build(few, tmp_path / "cache", means=Means(IN_A_THREAD.pool, full.open))
    assert full.n_bytes == 0
    assert names(tmp_path) == ["cache", "few", "old", "other"]
    assert (tmp_path / "cache" / "features.npy").read_bytes() == old


def test_other_files_are_not_lost(few, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    for folder in (tmp_path / "mine", few, few / "ira-20110516-abc"):
        with pytest.raises(CacheFolderTaken, match="must not be lost"):
            build(few, folder)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
    (tmp_path / "empty").mkdir()
    build(few, tmp_path / "empty")
    assert names(tmp_path) == ["empty", "few", "mine"]


def test_a_file_in_the_place_of_the_folder(few, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotWritable):
        build(few, tmp_path / "file" / "cache")
    assert (tmp_path / "file").read_text() == "mine"


def test_cancelled(voxforge, tmp_path):
    steps = build_cache([voxforge], tmp_path / "cache", RULES, means=IN_A_THREAD)
    for event in steps:
        if isinstance(event, Extracting) and event.done:
            break
    assert [name.endswith((".building", ".lock")) for name in names(tmp_path)] == [True, True]
    steps.close()
    assert names(tmp_path) == []


def test_two_that_build_the_same_cache_do_not_disturb_each_other(few, tmp_path):
    """As when recordings are checked while a training makes them ready, or by two programs."""
    first = build_cache([few], tmp_path / "cache", RULES, means=IN_A_THREAD)
    while not isinstance(next(first), Extracting):
        pass
    assert not build(few, tmp_path / "cache")[-1].reused
    *_, ready = first
    assert ready.report.utterances == 3
    assert build(few, tmp_path / "cache")[-1].reused
    assert names(tmp_path) == ["cache", "few"]


class DeadPool(Executor):
    """Its process died, as of a lack of memory."""

    def submit(self, *_arguments):
        future = Future()
        future.set_exception(BrokenProcessPool("gone"))
        return future


def test_a_process_that_dies(few, tmp_path):
    with pytest.raises(CorpusError, match="ended unexpectedly"):
        build(few, tmp_path / "cache", means=Means(pool=lambda n_most: DeadPool()))
    assert names(tmp_path) == ["few"]


def test_processes_of_the_pool(monkeypatch):
    """No more than there is work for; told of their threads before NumPy is there to ask for them."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    with process_pool(1) as pool:
        assert len({pool.submit(os.getpid).result() for _ in range(3)}) == 1
        assert pool.submit(os.getenv, "OPENBLAS_NUM_THREADS").result() == "1"
    lines = "import sys, trainer.corpus.process_pool; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", lines], cwd=ROOT, check=True)


BUILD_AND_TELL = """
import sys
from pathlib import Path
from engine.config import VOXFORGE
from trainer.corpus.build_cache import build_cache
from trainer.corpus.preflight import Rules
if __name__ == "__main__":
    for event in build_cache([Path(sys.argv[1])], Path(sys.argv[2]), Rules(VOXFORGE)):
        print(getattr(event, "done", None), flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise")
def test_killed_in_the_midst(voxforge, tmp_path):
    """Nothing half-made is taken for a cache, and no process stays behind."""
    command = [sys.executable, "-c", BUILD_AND_TELL, voxforge, tmp_path / "cache"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        while running.stdout.readline().strip() in ("None", "0"):
            pass
        running.kill()
        running.stdout.read()  # ends only when its children, which hold the other end, have ended too
    assert [name.endswith((".building", ".lock")) for name in names(tmp_path)] == [True, True]
    with pytest.raises(CorpusError):
        FeatureCache(tmp_path / "cache")
    assert not build(voxforge, tmp_path / "cache")[-1].reused
    assert names(tmp_path) == ["cache"]
