"""Fetching a corpus from a local site that behaves like VoxForge's; its bad days: test_download_faults."""

import threading

import pytest

from engine.errors import DiskFull, NotWritable
from tests.helpers import voxforge_site as site_of
from tests.helpers.downloads import N_BYTES, NAMES, World, assert_whole, listing, names, of, plan, run
from tests.helpers.full_disk import FullDisk
from tests.helpers.voxforge_site import INDEX, VoxForgeSite, small_archive, speech_archive
from trainer.download.archive_index import Choice
from trainer.download.download import Rate, download, read_index
from trainer.download.events import ArchiveDone, Finished, Progress
from trainer.download.plan import make_plan
from trainer.errors import NothingChosen, SpaceMissing


@pytest.fixture
def site():
    with VoxForgeSite({f"{name}.tgz": small_archive(name, N_BYTES) for name in NAMES}) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_runs_on():
    yield
    left = [thread for thread in threading.enumerate() if thread.name.startswith(("asyncio", "AnyIO"))]
    assert left == []


# --- when all is well ---


def test_all_archives_arrive(site, tmp_path):
    events = run(site, tmp_path / "корпус")
    assert_whole(tmp_path / "корпус")
    assert events[-1] == Finished(3, 0, ())
    assert {(done.name, done.folder) for done in of(ArchiveDone, events)} == {
        (f"{name}.tgz", tmp_path / "корпус" / name) for name in NAMES
    }
    assert [site.asked_for(f"{name}.tgz") for name in NAMES] == [[""]] * 3


def test_progress_adds_up(site, tmp_path):
    progress = of(Progress, run(site, tmp_path))
    total = sum(map(len, site.archives.values()))
    assert (progress[-1].done_bytes, progress[-1].total_bytes) == (total, total)
    assert (progress[-1].archives_done, progress[-1].archives_total) == (3, 3)
    assert (progress[-1].left_s, progress[-1].now) == (0, ())
    assert progress[-1].rate_bytes_s == pytest.approx(rate_at_the_end([one.done_bytes for one in progress]))
    assert progress[0].rate_bytes_s is None
    assert all(0 <= one.done_bytes <= one.total_bytes for one in progress)
    assert {way.name for one in progress for way in one.now} <= set(site.archives)


def rate_at_the_end(received):
    """Bytes a second. received: bytes at each look at the clock, by which a second passes; only 15 s count."""
    seconds = min(15, len(received) - 1)
    return (received[-1] - received[-1 - seconds]) / seconds


def test_what_was_on_the_disk_before_makes_it_no_quicker(site, tmp_path):
    (tmp_path / "ira.tgz.part").write_bytes(site.archives["ira.tgz"][:200_000])
    progress = of(Progress, run(site, tmp_path, choice=Choice(text="ira")))
    total = len(site.archives["ira.tgz"])
    assert progress[-1].done_bytes == total
    received = [max(0, one.done_bytes - 200_000) for one in progress]
    assert progress[-1].rate_bytes_s == pytest.approx(rate_at_the_end(received))


def test_the_rate_is_that_of_the_last_quarter_of_a_minute():
    now_s = [0.0]
    rate = Rate(lambda: now_s[0])
    received, told = 0, []
    for speed in [1000] * 60 + [5000] * 60:  # bytes in each second
        told.append(rate.at(received))
        now_s[0], received = now_s[0] + 1, received + speed
    assert told[0] is None
    assert told[1:61] == [1000.0] * 60
    assert 1000 < told[68] < 5000
    assert told[76:] == [5000.0] * 44


def test_the_time_left_goes_by_the_rate(site, tmp_path):
    known = [one for one in of(Progress, run(site, tmp_path)) if one.rate_bytes_s]
    assert known
    for one in known:
        assert one.left_s == pytest.approx((one.total_bytes - one.done_bytes) / one.rate_bytes_s)


def test_several_at_once_but_few(site, tmp_path):
    for name in map("{:02}".format, range(9)):
        site.archives[f"{name}.tgz"] = small_archive(name)
    running = [len(one.now) for one in of(Progress, run(site, tmp_path))]
    assert 2 <= max(running) <= 3


def test_a_second_run_fetches_only_what_is_new(site, tmp_path):
    run(site, tmp_path, choice=Choice(text="ira"))
    assert_whole(tmp_path, ["ira"])
    (tmp_path / "ira" / "notes.txt").write_text("mine")
    planned = plan(site, tmp_path)
    assert [one.name for one in planned.finished] == ["ira.tgz"]
    site.requests.clear()
    assert list(download(planned, World().outside))[-1] == Finished(2, 1, ())
    assert sorted(name for name, _ in site.requests) == [f"{name}.tgz" for name in NAMES[:2]]
    assert (tmp_path / "ira" / "notes.txt").exists()
    assert run(site, tmp_path)[-1] == Finished(0, 3, ())


def test_a_number_and_a_part_of_the_name(site, tmp_path):
    assert [one.name for one in plan(site, tmp_path, Choice(count=2)).missing] == [f"{name}.tgz" for name in NAMES[:2]]
    run(site, tmp_path, choice=Choice(text="BORIS"))
    assert_whole(tmp_path, NAMES[1:2])
    with pytest.raises(NothingChosen, match="zoe"):
        plan(site, tmp_path, Choice(text="zoe"))


def test_cyrillic_archive(site, tmp_path):
    site.archives["ёж-2011.tgz"] = speech_archive("Ёж", {"запись": b"sound"}, {"запись": "Да"})
    run(site, tmp_path, choice=Choice(text="ёж"))
    assert (tmp_path / "ёж-2011" / "wav" / "запись.wav").read_bytes() == b"sound"


# --- room on the disk ---


def test_the_whole_corpus_needs_three_gigabytes(tmp_path):
    with VoxForgeSite({f"{i:03}.tgz": b"x" for i in range(650)}) as site:
        site.sizes = dict.fromkeys(site.archives, "100K")
        index = listing(site)
    free = iter([2_900_000_000, 2_900_000_000, 3_200_000_000])
    tight = make_plan(index, Choice(), tmp_path, lambda folder: next(free))
    assert 3_000_000_000 <= tight.needed_bytes < 3_100_000_000
    with pytest.raises(SpaceMissing, match=r"has 2\.9 GB of free space, but 3\.0 GB are needed"):
        tight.check()
    make_plan(index, Choice(count=600), tmp_path, lambda folder: next(free)).check()
    make_plan(index, Choice(), tmp_path, lambda folder: next(free)).check()


def test_too_small_a_disk_is_told_before_anything_is_fetched(site, tmp_path):
    tight = plan(site, tmp_path / "c", free_bytes=lambda folder: 1_000_000)
    site.requests.clear()
    with pytest.raises(SpaceMissing):
        list(download(tight, World().outside))
    assert site.requests == []
    assert not (tmp_path / "c").exists()


def test_what_is_there_needs_no_room(site, tmp_path):
    run(site, tmp_path)
    planned = plan(site, tmp_path, free_bytes=lambda folder: 0)
    assert (planned.size_bytes, planned.needed_bytes) == (0, 0)
    planned.check()


def test_free_space_of_a_folder_that_is_not_made_yet(site, tmp_path):
    assert plan(site, tmp_path / "a" / "b").free_bytes > 0


# --- stops and starts ---


def test_cancelled_in_the_midst_it_goes_on_at_the_next_start(site, tmp_path):
    for name in NAMES:
        site.fails(f"{name}.tgz", site_of.stalls_after(100_000))
    steps = download(plan(site, tmp_path), World().outside)
    for event in steps:
        if isinstance(event, Progress) and event.done_bytes == 300_000:
            break
    steps.close()
    assert names(tmp_path) == [f"{name}.tgz.part" for name in sorted(NAMES)]
    assert run(site, tmp_path)[-1] == Finished(3, 0, ())
    assert_whole(tmp_path)
    assert [site.asked_for(f"{name}.tgz") for name in NAMES] == [["", "bytes=100000-"]] * 3


def test_cancelled_while_the_site_is_silent(site):
    site.always_fails(INDEX, site_of.never_answers)
    steps = read_index(site.url, World().outside)
    while not site.requests:
        next(steps)
    steps.close()
    assert len(site.requests) == 1


def test_closed_before_it_began(site, tmp_path):
    download(plan(site, tmp_path / "c"), World().outside).close()
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("whole", [".part", ""])
def test_killed_before_it_was_unpacked(site, tmp_path, whole):
    (tmp_path / f"ira.tgz{whole}").write_bytes(site.archives["ira.tgz"])
    left = tmp_path / ".ira.unpacking" / "wav"
    left.mkdir(parents=True)
    (left / "half.wav").touch()
    assert run(site, tmp_path)[-1] == Finished(3, 0, ())
    assert_whole(tmp_path)
    assert site.asked_for("ira.tgz") == ([f"bytes={len(site.archives['ira.tgz'])}-"] if whole else [])


def test_killed_after_it_was_unpacked(site, tmp_path):
    run(site, tmp_path)
    (tmp_path / "ira.tgz").touch()
    (tmp_path / ".boris.unpacking").mkdir()
    run(site, tmp_path)
    assert_whole(tmp_path)


# --- the disk ---


@pytest.mark.parametrize("n_bytes", [0, 150_000, 250_000, N_BYTES + 100_000])
def test_the_disk_is_full(site, tmp_path, n_bytes):
    """At the first byte, while it is fetched, and while it is unpacked."""
    world = World(disk=FullDisk(n_bytes))
    with pytest.raises(DiskFull, match="The disk is full"):
        run(site, tmp_path, world, Choice(text="ira"))
    assert names(tmp_path) == (["ira.tgz" if n_bytes > N_BYTES else "ira.tgz.part"] if n_bytes else [])
    site.requests.clear()
    assert run(site, tmp_path, choice=Choice(text="ira"))[-1] == Finished(1, 0, ())
    assert_whole(tmp_path, ["ira"])
    expected = {0: [""], 150_000: ["bytes=150000-"], 250_000: ["bytes=250000-"]}
    assert site.asked_for("ira.tgz") == expected.get(n_bytes, [])


@pytest.mark.parametrize("place", ["corpus", "corpus/ira.tgz.part"])
def test_the_disk_refuses(site, tmp_path, place):
    """A file where the folder should be, and a folder where a file should be."""
    if place == "corpus":
        (tmp_path / place).touch()
    else:
        (tmp_path / place).mkdir(parents=True)
    with pytest.raises(NotWritable, match="Nothing can be written to"):
        run(site, tmp_path / "corpus")
