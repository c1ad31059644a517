"""Downloads from a local site without waits, and what they should have put on the disk."""

import io
import tarfile
from functools import partial
from itertools import count

from tests.helpers.full_disk import FullDisk
from tests.helpers.voxforge_site import small_archive
from trainer.download import download, read_index
from trainer.download_events import IndexRead
from trainer.download_plan import make_plan
from trainer.site import Choice
from trainer.transfer import Outside, open_client

NAMES = ("anna-20110516-abc", "boris-20120102-xyz", "ira")
N_BYTES = 300_000


class World:
    """Waits that pass at once, and are noted; at each look at the clock a second has passed."""

    def __init__(self, timeout_s: float = 5.0, disk: FullDisk | None = None):
        self.waits_s: list[float] = []
        self.outside = Outside(
            client=lambda: open_client(timeout_s, trust_env=False),
            wait=self._wait,
            open_file=disk.open if disk else open,
            clock=partial(next, count(0.0)),
        )

    async def _wait(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)


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
