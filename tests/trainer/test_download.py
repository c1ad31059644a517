"""Fetching a corpus from a local site that behaves like VoxForge's, on its bad days too."""

import io
import socket
import tarfile
import threading
from itertools import count

import pytest

from engine.errors import (
    AddressUnusable,
    ArchiveBroken,
    DiskFull,
    DownloadError,
    NoArchives,
    NothingChosen,
    NotWritable,
    SiteRefused,
    SiteUnreachable,
    SpaceMissing,
)
from tests.helpers import voxforge_site as site_of
from tests.helpers.full_disk import FullDisk
from tests.helpers.voxforge_site import INDEX, VoxForgeSite, small_archive, speech_archive, tar_of
from trainer.download import download, read_index
from trainer.download_events import ArchiveDone, ArchiveFailed, Finished, IndexRead, Progress, Retrying
from trainer.download_plan import make_plan
from trainer.site import Choice
from trainer.transfer import Outside, open_client

NAMES = ("anna-20110516-abc", "boris-20120102-xyz", "ira")
N_BYTES = 300_000


class World:
    """Waits that pass at once, and are noted."""

    def __init__(self, timeout_s: float = 5.0, disk: FullDisk | None = None):
        self.waits_s: list[float] = []
        self.outside = Outside(
            client=lambda: open_client(timeout_s, trust_env=False),
            wait=self._wait,
            open_file=disk.open if disk else open,
        )

    async def _wait(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)


@pytest.fixture
def site():
    with VoxForgeSite({f"{name}.tgz": small_archive(name, N_BYTES) for name in NAMES}) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_runs_on():
    yield
    left = [thread for thread in threading.enumerate() if thread.name.startswith(("asyncio", "AnyIO"))]
    assert left == []


def listing(site, world=None):
    *_, read = read_index(site.url, (world or World()).outside)
    assert isinstance(read, IndexRead)
    return read.index


def plan(site, folder, choice=None, **options):
    return make_plan(listing(site), choice or Choice(), folder, **options)


def run(site, folder, world=None, choice=None):
    return list(download(plan(site, folder, choice), (world or World()).outside))


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def content_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def packed_content(archive):
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = [member for member in tar if member.isfile()]
        return {member.name.partition("/")[2]: tar.extractfile(member).read() for member in files}


def assert_whole(folder, wanted=NAMES):
    """Each archive is unpacked as it was packed, and nothing else is there."""
    assert names(folder) == sorted(wanted)
    for name in wanted:
        assert content_of(folder / name) == packed_content(small_archive(name, N_BYTES))


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
    ticks = count()
    steps = download(plan(site, tmp_path), World().outside, clock=lambda: float(next(ticks)))
    progress = of(Progress, list(steps))
    total = sum(map(len, site.archives.values()))
    assert (progress[-1].done_bytes, progress[-1].total_bytes) == (total, total)
    assert (progress[-1].archives_done, progress[-1].archives_total) == (3, 3)
    assert (progress[-1].left_s, progress[-1].now) == (0, ())
    assert progress[-1].rate_bytes_s == pytest.approx(total / (len(progress) - 1))
    assert progress[0].rate_bytes_s is None
    assert all(0 <= one.done_bytes <= one.total_bytes for one in progress)
    assert {way.name for one in progress for way in one.now} <= set(site.archives)


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


# --- when the site fails ---

PASSING = {
    "503": [site_of.answers(503)],
    "500-thrice": [site_of.answers(500)] * 3,
    "429": [site_of.answers(429)],
    "reset": [site_of.resets_after(100_000)],
    "reset-twice": [site_of.resets_after(100_000), site_of.resets_after(200_000)],
    "reset-at-once": [site_of.resets_after(0)],
    "too-long-announced": [site_of.announces(+500)],
    "ignores-range": [site_of.resets_after(100_000), site_of.ignores_range],
    "other-range": [site_of.resets_after(100_000), site_of.sends_other_range],
    "refuses-range": [site_of.resets_after(100_000), site_of.answers(416)],
}


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING)
def test_what_passes_is_tried_again(site, tmp_path, faults):
    site.fails("ira.tgz", *faults)
    world = World()
    events = run(site, tmp_path, world)
    assert_whole(tmp_path)
    assert events[-1] == Finished(3, 0, ())
    assert {event.name for event in of(Retrying, events)} == {"ira.tgz"}
    assert world.waits_s == [event.wait_s for event in of(Retrying, events)]


def test_a_reset_goes_on_where_it_broke_off(site, tmp_path):
    site.fails("ira.tgz", site_of.resets_after(200_000))
    run(site, tmp_path, choice=Choice(text="ira"))
    first, second = site.asked_for("ira.tgz")
    assert first == ""
    start = int(second.removeprefix("bytes=").removesuffix("-"))
    assert 0 < start <= 200_000


def test_waits_grow_and_begin_anew_when_something_came(site, tmp_path):
    site.fails("ira.tgz", *[site_of.answers(500)] * 3, site_of.resets_after(100_000), *[site_of.answers(500)] * 2)
    world = World()
    run(site, tmp_path, world, Choice(text="ira"))
    assert world.waits_s == [1, 3, 10, 1, 3, 10]
    assert_whole(tmp_path, ["ira"])


def test_a_busy_site_is_given_the_time_it_asks_for(site, tmp_path):
    site.fails("ira.tgz", site_of.answers(503, Retry_After="20"), site_of.answers(503, Retry_After="99999999"))
    world = World()
    run(site, tmp_path, world)
    assert world.waits_s == [20, 120]


LASTING = {
    "404": (site_of.answers(404), SiteRefused, "with the error 404", 1),
    "403": (site_of.answers(403), SiteRefused, "with the error 403", 1),
    "500": (site_of.answers(500), SiteRefused, "with the error 500", 5),
    "never-answers": (site_of.never_answers, SiteUnreachable, "it does not answer", 5),
    "resets": (site_of.resets_after(0), SiteUnreachable, "the connection broke off", 5),
    "redirects": (site_of.redirects_for_ever, AddressUnusable, "from one address to the next without end", 6),
}


@pytest.mark.parametrize(("fault", "kind", "sentence", "n_requests"), LASTING.values(), ids=LASTING)
def test_what_lasts_is_named_at_the_end_and_the_others_go_on(site, tmp_path, fault, kind, sentence, n_requests):
    site.always_fails("ira.tgz", fault)
    events = run(site, tmp_path, World(timeout_s=0.3))
    (failed,) = of(ArchiveFailed, events)
    assert events[-1] == Finished(2, 0, (failed,))
    assert failed.name == "ira.tgz"
    assert type(failed.error) is kind
    assert sentence in str(failed.error)
    assert len(site.asked_for("ira.tgz")) == n_requests
    assert names(tmp_path) == sorted(NAMES[:2])


def test_the_end_of_a_site_is_not_asked_of_every_archive(site, tmp_path):
    for name in map("{:02}".format, range(30)):
        site.archives[f"{name}.tgz"] = small_archive(name)
        site.always_fails(f"{name}.tgz", site_of.resets_after(0))
    with pytest.raises(SiteUnreachable, match="what was downloaded is kept"):
        run(site, tmp_path)
    assert len(site.requests) < 60
    assert_whole(tmp_path)


@pytest.mark.parametrize("fault", [f for f, *_ in LASTING.values()], ids=LASTING)
def test_the_page_fails(site, fault):
    site.always_fails(INDEX, fault)
    with pytest.raises(DownloadError) as caught:
        list(read_index(site.url, World(timeout_s=0.3).outside))
    assert "\n" not in str(caught.value)


def test_the_page_comes_at_the_second_attempt(site):
    site.fails(INDEX, site_of.answers(503), site_of.resets_after(50))
    world = World()
    assert len(listing(site, world).archives) == 3
    assert world.waits_s == [1, 3]


def test_a_page_without_archives(site):
    site.archives.clear()
    with pytest.raises(NoArchives, match="lists no archives"):
        listing(site)


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(SiteUnreachable, match=r"127\.0\.0\.1 cannot be reached: no connection"):
            list(read_index(url, World().outside))


def test_a_bad_proxy(site, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks9://nowhere")
    with pytest.raises(DownloadError, match="proxy"):
        list(read_index(site.url, Outside()))


# --- when an archive is broken ---

BROKEN = {
    "truncated": (lambda: small_archive("ira", N_BYTES)[:-5000], "cut off"),
    "no-gzip": (lambda: b"<html>Sorry</html>", "no gzip"),
    "empty": (lambda: b"", "cut off or holds no files"),
    "leads-out": (lambda: tar_of([("ira/a", b""), ("ira/../../x", b"evil")]), "leads out of its folder"),
    "link": (lambda: tar_of([site_of.header("ira/x", b"2", "/etc/passwd")]), "a link"),
    "device": (lambda: tar_of([site_of.header("ira/x", b"3")]), "no ordinary file"),
    "bomb": (lambda: site_of.bomb("ira", 50_000_000), "far more than recordings"),
    "two-folders": (lambda: tar_of([("ira/x", b""), ("olga/x", b"")]), "more than one folder"),
}


@pytest.mark.parametrize(("make", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_archive_is_named_and_leaves_nothing(site, tmp_path, make, reason):
    site.archives["ira.tgz"] = make()
    events = run(site, tmp_path / "corpus")
    (failed,) = of(ArchiveFailed, events)
    assert isinstance(failed.error, ArchiveBroken)
    assert f"The archive ira.tgz cannot be used: it {reason.split()[0]}"[:35] in str(failed.error)
    assert reason in str(failed.error)
    assert events[-1] == Finished(2, 0, (failed,))
    assert_whole(tmp_path / "corpus", NAMES[:2])
    assert names(tmp_path) == ["corpus"]
    assert site.asked_for("ira.tgz") == [""]


def test_a_length_that_cuts_the_archive_off(site, tmp_path):
    site.always_fails("ira.tgz", site_of.announces(-500))
    (failed,) = of(ArchiveFailed, run(site, tmp_path))
    assert "cut off" in str(failed.error)
    assert names(tmp_path) == sorted(NAMES[:2])


def test_an_archive_put_together_from_different_ones_is_fetched_whole(site, tmp_path):
    (tmp_path / "ira.tgz.part").write_bytes(b"the beginning of something else")
    assert run(site, tmp_path)[-1] == Finished(3, 0, ())
    assert_whole(tmp_path)
    assert site.asked_for("ira.tgz") == ["bytes=31-", ""]


def test_a_part_that_is_too_long(site, tmp_path):
    (tmp_path / "ira.tgz.part").write_bytes(bytes(2 * N_BYTES))
    assert run(site, tmp_path)[-1] == Finished(3, 0, ())
    assert_whole(tmp_path)


# --- stops and starts ---


def test_cancelled_in_the_midst_it_goes_on_at_the_next_start(site, tmp_path):
    for name in NAMES:
        site.fails(f"{name}.tgz", site_of.stalls_after(100_000))
    steps = download(plan(site, tmp_path), World(timeout_s=30).outside)
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
    steps = read_index(site.url, World(timeout_s=30).outside)
    next(steps)
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
