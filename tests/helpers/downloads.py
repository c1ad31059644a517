"""Downloads from a local site without waits, and what they should have put on the disk."""

import asyncio
import io
import tarfile
from collections.abc import Callable
from functools import partial
from itertools import count

import httpx

from tests.helpers.full_disk import FullDisk
from tests.helpers.voxforge_site import small_archive
from trainer.download.archive_index import Choice
from trainer.download.download import download, read_index
from trainer.download.events import IndexRead
from trainer.download.plan import make_plan
from trainer.download.transfer import Outside, open_client

NAMES = ("anna-20110516-abc", "boris-20120102-xyz", "ira")
N_BYTES = 300_000
PATIENCE_S = 100.0  # that a site on this machine is late is no fault of it


class World:
    """Waits that pass at once, and are noted; at each look at the clock a second has passed.

    silence_s: for which the site may say nothing once it has been asked.
    """

    def __init__(self, silence_s: float = PATIENCE_S, disk: FullDisk | None = None):
        self.waits_s: list[float] = []
        self._timeout = httpx.Timeout(PATIENCE_S, read=silence_s)
        self.outside = Outside(
            client=self._open_client,
            wait=self.wait,
            open_file=disk.open if disk else open,
            clock=partial(next, count(0.0)),
        )

    def _open_client(self) -> httpx.AsyncClient:
        self.client = open_client(self._timeout, trust_env=False)
        return self.client

    async def wait(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)


class FirstSilence(World):
    """A World with little patience for the first answer alone. was_asked: whether the first request has come to the
    site, which may be later than its time-out; the second one waits for that."""

    def __init__(self, was_asked: Callable[[], object]):
        super().__init__(silence_s=0.5)
        self._was_asked = was_asked

    async def wait(self, wait_s: float) -> None:
        await super().wait(wait_s)
        while not self._was_asked():
            await asyncio.sleep(0.01)
        self.client.timeout = PATIENCE_S


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
