"""A site that behaves like VoxForge's on its bad days."""

import asyncio
import io
import socket
import threading
from dataclasses import replace

import pytest

from engine.errors import StorageError
from tests.helpers import voxforge_site as site_of
from tests.helpers.downloads import (
    N_BYTES,
    NAMES,
    PATIENCE_S,
    FirstSilence,
    World,
    assert_whole,
    listing,
    names,
    of,
    plan,
    run,
)
from tests.helpers.voxforge_site import INDEX, VoxForgeSite, small_archive, tar_of
from trainer.download.archive_index import Choice
from trainer.download.download import download, read_index
from trainer.download.events import ArchiveFailed, Finished, OnItsWay, Progress, Retrying
from trainer.download.transfer import Outside, Transfer, fetch
from trainer.errors import (
    AddressUnusable,
    ArchiveBroken,
    DownloadError,
    NoArchives,
    SiteFailing,
    SiteRefused,
    SiteUnreachable,
)


@pytest.fixture
def site():
    with VoxForgeSite({f"{name}.tgz": small_archive(name, N_BYTES) for name in NAMES}) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_runs_on():
    yield
    left = [thread for thread in threading.enumerate() if thread.name.startswith(("asyncio", "AnyIO"))]
    assert left == []


# --- when the site fails ---

AGAIN = "Try again later; what was downloaded is kept."
PASSING = {
    "503": [site_of.answers(503)],
    "500-thrice": [site_of.answers(500)] * 3,
    "507": [site_of.answers(507)],
    "520-of-a-proxy": [site_of.answers(520)] * 4,
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


@pytest.mark.parametrize(
    "fault", [site_of.never_answers, site_of.stalls_after(100_000)], ids=["no-answer", "silent-in-mid-body"]
)
def test_a_site_that_fell_silent_is_asked_again(site, tmp_path, fault):
    """For what is not there yet: all that came, however much the site was able to send before its time-out."""
    site.fails("ira.tgz", fault)
    part, held = tmp_path / "ira.tgz.part", []

    def was_asked() -> list[str]:
        held.append(part.stat().st_size if part.exists() else 0)
        return site.asked_for("ira.tgz")

    world = FirstSilence(was_asked)
    events = run(site, tmp_path, world, Choice(text="ira"))
    assert_whole(tmp_path, ["ira"])
    assert events[-1] == Finished(1, 0, ())
    (again,) = of(Retrying, events)
    assert (again.name, again.wait_s, world.waits_s) == ("ira.tgz", 1, [1])
    assert str(again.error) == "The site 127.0.0.1 cannot be reached: it does not answer. " + AGAIN
    assert site.asked_for("ira.tgz") == ["", f"bytes={held[-1]}-" if held[-1] else ""]


def test_a_page_that_does_not_come_in_time_is_asked_for_again(site):
    site.fails(INDEX, site_of.never_answers)
    world = FirstSilence(lambda: site.requests)
    assert len(listing(site, world).archives) == 3
    assert world.waits_s == [1]


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


SHORT_S = 0.3  # for a site that never answers
LASTING = {
    "404": (site_of.answers(404), SiteRefused, "with the error 404", 1),
    "403": (site_of.answers(403), SiteRefused, "with the error 403", 1),
    "501": (site_of.answers(501), SiteRefused, "with the error 501", 1),
    "505": (site_of.answers(505), SiteRefused, "with the error 505", 1),
    "500": (site_of.answers(500), SiteRefused, "with the error 500", 5),
    "never-answers": (site_of.never_answers, SiteUnreachable, "it does not answer", 5),
    "resets": (site_of.resets_after(0), SiteUnreachable, "the connection broke off", 5),
    "redirects": (site_of.redirects_for_ever, AddressUnusable, "from one address to the next without end", 6),
}


@pytest.mark.parametrize(("fault", "kind", "sentence", "n_requests"), LASTING.values(), ids=LASTING)
def test_what_lasts_is_named_at_the_end_and_the_others_go_on(site, tmp_path, fault, kind, sentence, n_requests):
    site.always_fails("ira.tgz", fault)
    events = run(site, tmp_path, World(SHORT_S if fault is site_of.never_answers else PATIENCE_S))
    (failed,) = of(ArchiveFailed, events)
    assert events[-1] == Finished(2, 0, (failed,))
    assert failed.name == "ira.tgz"
    assert type(failed.error) is kind
    assert sentence in str(failed.error)
    while len(site.asked_for("ira.tgz")) < n_requests:  # nobody has waited for the site to read the last one
        assert not site.closing.wait(0.01)
    assert len(site.asked_for("ira.tgz")) == n_requests
    assert names(tmp_path) == sorted(NAMES[:2])


SILENT = "The site 127.0.0.1 cannot be reached: the connection broke off. "
FAILING = "The site 127.0.0.1 answers one request after the other with the error 503. "


@pytest.mark.parametrize(
    ("fault", "kind", "sentence"),
    [(site_of.resets_after(0), SiteUnreachable, SILENT), (site_of.answers(503), SiteFailing, FAILING)],
    ids=["silent", "failing"],
)
def test_the_end_of_a_site_is_not_asked_of_every_archive(site, tmp_path, fault, kind, sentence):
    for name in map("{:02}".format, range(30)):
        site.archives[f"{name}.tgz"] = small_archive(name)
        site.always_fails(f"{name}.tgz", fault)
    with pytest.raises(kind) as caught:
        run(site, tmp_path)
    assert str(caught.value) == sentence + AGAIN
    assert len(site.requests) < 60
    assert_whole(tmp_path)


def test_archives_that_are_not_there_do_not_end_it(site, tmp_path):
    for name in map("{:02}".format, range(30)):
        site.archives[f"{name}.tgz"] = small_archive(name)
        site.always_fails(f"{name}.tgz", site_of.answers(404))
    events = run(site, tmp_path)
    assert len(of(ArchiveFailed, events)) == 30
    assert_whole(tmp_path)


def test_what_waits_to_be_tried_again_is_told_with_the_progress(site, tmp_path):
    site.fails("ira.tgz", site_of.answers(503))
    was_told = asyncio.Event()
    outside = replace(World().outside, wait=lambda _wait_s: was_told.wait())
    again = None
    for event in download(plan(site, tmp_path, Choice(text="ira")), outside):
        if isinstance(event, Retrying):
            again = event
        elif isinstance(event, Progress) and again and not was_told.is_set():
            assert event.now == (OnItsWay("ira.tgz", 0, None, again),)
            was_told.set()
    assert_whole(tmp_path, ["ira"])


def test_it_is_told_until_something_has_come(site, tmp_path):
    site.fails("ira.tgz", site_of.answers(503))
    transfer, told, at_each_block = Transfer("ira.tgz"), [], []

    class Watched(io.FileIO):
        def write(self, block):
            at_each_block.append(transfer.retrying)
            return super().write(block)

    async def fetch_it():
        outside = replace(World().outside, open_file=Watched)
        async with outside.client() as client:
            await fetch(client, f"{site.url}ira.tgz", tmp_path / "part", transfer, outside, told.append)

    asyncio.run(fetch_it())
    assert at_each_block[:1] == told
    assert set(at_each_block[1:]) == {None}


@pytest.mark.parametrize("fault", [f for f, *_ in LASTING.values()], ids=LASTING)
def test_the_page_fails(site, fault):
    site.always_fails(INDEX, fault)
    with pytest.raises(DownloadError) as caught:
        list(read_index(site.url, World(SHORT_S if fault is site_of.never_answers else PATIENCE_S).outside))
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


def test_a_folder_that_has_an_archives_name_is_left_and_told(site, tmp_path):
    (tmp_path / "ira.tgz").mkdir()
    (tmp_path / "ira.tgz" / "mine").write_bytes(b"x")
    with pytest.raises(StorageError, match=r"ira\.tgz"):
        run(site, tmp_path, World())
    assert (tmp_path / "ira.tgz" / "mine").read_bytes() == b"x"


def test_an_archive_whose_name_turns_the_line_around_is_told_by_numbers(tmp_path):
    name = "anna\u202egpj.tgz"
    with VoxForgeSite({name: b"no gzip", "ira.tgz": small_archive("ira")}) as site:
        events = run(site, tmp_path, World())
        again = run(site, tmp_path, World())
    (failed,) = of(ArchiveFailed, events)
    assert failed.name == name
    assert r"anna\u202egpj.tgz" in str(failed.error)
    assert [event.name for event in of(ArchiveFailed, again)] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["ira"]
