"""VoxForge's archives -> a local folder, several at once, resumable; yields progress.

    NAME.tgz.part   partly downloaded; the next start resumes it
    NAME.tgz        complete, not unpacked yet
    NAME/           unpacked: never fetched again

Everything runs on the caller's thread. Closing the iterator stops at once; parts stay on the disk.
"""

import asyncio
import shutil
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from engine.system.atomic_files import storage_error, sync
from trainer.download.archive import unpack
from trainer.download.archive_index import Archive, checked_url, parse_index
from trainer.download.async_events import driven, ticking
from trainer.download.events import (
    ArchiveDone,
    ArchiveFailed,
    Event,
    Finished,
    IndexRead,
    OnItsWay,
    Progress,
    Waiting,
)
from trainer.download.plan import PARALLEL, Plan
from trainer.download.transfer import Outside, Transfer, fetch, is_passing, read_page
from trainer.errors import ArchiveBroken, DownloadError, SiteFailing, SiteRefused

_RATE_OVER_S = 15.0
_GIVE_UP_AFTER = 5  # consecutive archives of which no byte arrived

Emit = Callable[[Event], None]


def read_index(url: str, outside: Outside | None = None) -> Generator[Event, None, None]:
    """Reads the index page; yields Waiting and Retrying, then one IndexRead. Raises DownloadError."""
    outside = outside or Outside()

    async def run(emit: Emit) -> None:
        async with ticking(lambda: emit(Waiting())):
            page, address = await read_page(checked_url(url), outside, emit)
        emit(IndexRead(parse_index(page, address)))

    return driven(run)


def download(plan: Plan, outside: Outside | None = None) -> Generator[Event, None, None]:
    """Downloads archives; yields Retrying, Progress, ArchiveDone and ArchiveFailed, then one Finished.

    A broken archive does not stop the others. Raises SpaceMissing before anything is downloaded, StorageError, and
    SiteUnreachable or SiteFailing if the site stays unavailable; downloaded data stays, and the next start resumes.
    """
    return driven(lambda emit: _Download(plan, outside or Outside(), emit).run())


class Rate:
    """Bytes per second over the last seconds."""

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock
        self._marks: deque[tuple[float, int]] = deque()

    def at(self, received_bytes: int) -> float | None:
        """Records the number of bytes received by now and returns the rate; None until time has passed."""
        now_s = self._clock()
        self._marks.append((now_s, received_bytes))
        while len(self._marks) > 2 and now_s - self._marks[1][0] >= _RATE_OVER_S:
            self._marks.popleft()
        then_s, then_bytes = self._marks[0]
        return (received_bytes - then_bytes) / (now_s - then_s) if now_s > then_s else None


class _Tally:
    """The progress of all archives of a plan."""

    def __init__(self, plan: Plan, clock: Callable[[], float]):
        self._lengths = {archive.name: archive.probable_bytes for archive in plan.missing}
        self._rate = Rate(clock)
        self._received_bytes = 0
        self._transfers: dict[str, Transfer] = {}
        self._now: dict[str, Transfer] = {}
        self.done: list[str] = []
        self.failed: list[ArchiveFailed] = []

    def begin(self, name: str) -> Transfer:
        """A transfer that starts again replaces the former one."""
        self._retire(name)
        self._now[name] = self._transfers[name] = Transfer(name)
        return self._now[name]

    def end(self, name: str, failed: ArchiveFailed | None = None) -> None:
        self._now.pop(name, None)
        if failed is None:
            self.done.append(name)
            return
        self.failed.append(failed)
        self._retire(name)
        self._lengths.pop(name)

    def _retire(self, name: str) -> None:
        earlier = self._transfers.pop(name, None)
        self._received_bytes += earlier.received_bytes if earlier else 0

    def progress(self) -> Progress:
        on_disk = sum(transfer.done_bytes for transfer in self._transfers.values())
        announced = {name: transfer.total_bytes for name, transfer in self._transfers.items() if transfer.total_bytes}
        total = max(on_disk, sum((self._lengths | announced).values()))
        running_bytes = sum(transfer.received_bytes for transfer in self._transfers.values())
        rate = self._rate.at(self._received_bytes + running_bytes)
        return Progress(
            on_disk,
            total,
            rate,
            (total - on_disk) / rate if rate else None,
            len(self.done) + len(self.failed),
            len(self._lengths) + len(self.failed),
            tuple(OnItsWay(now.name, now.done_bytes, now.total_bytes, now.retrying) for now in self._now.values()),
        )


def _remove(path: Path) -> None:
    """Removes a file. Raises NotWritable, for example if it is a folder."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(path, error) from error


def _of_site(error: DownloadError) -> DownloadError:
    """The error of several consecutive archives, as an error of the site."""
    if isinstance(error, SiteRefused):
        return SiteFailing(site=urlsplit(str(error.fields["url"])).hostname, status=error.fields["status"])
    return type(error)(**error.fields)


class _Download:
    """The execution of a plan."""

    def __init__(self, plan: Plan, outside: Outside, emit: Emit):
        self._plan, self._outside, self._emit = plan, outside, emit
        self._tally = _Tally(plan, outside.clock)
        self._waiting = deque(plan.missing)
        self._n_mute = 0

    async def run(self) -> None:
        self._plan.check()
        self._tidy()
        failures: tuple[Exception, ...] = ()
        try:
            async with self._outside.client() as client, ticking(self._tell_progress), asyncio.TaskGroup() as group:
                for _ in range(PARALLEL):
                    group.create_task(self._work(client))
        except ExceptionGroup as group_failed:
            failures = group_failed.exceptions
        self._tell_progress()
        if failures:
            raise failures[0]
        self._emit(Finished(len(self._tally.done), len(self._plan.finished), tuple(self._tally.failed)))

    def _tidy(self) -> None:
        """Makes the folder, and removes leftovers of a killed process from it."""
        folder = self._plan.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for left_over in folder.glob(".*.unpacking"):
                shutil.rmtree(left_over, ignore_errors=True)
            for archive in self._plan.finished:
                self._packed(archive).unlink(missing_ok=True)
                self._part(archive).unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(folder, error) from error

    def _packed(self, archive: Archive) -> Path:
        return self._plan.folder / archive.name

    def _part(self, archive: Archive) -> Path:
        return self._plan.folder / f"{archive.name}.part"

    async def _work(self, client: httpx.AsyncClient) -> None:
        while self._waiting:
            archive = self._waiting.popleft()
            transfer = self._tally.begin(archive.name)
            try:
                await self._take(client, archive, transfer)
            except DownloadError as error:
                mute = is_passing(error) and not transfer.received_bytes
                self._n_mute = self._n_mute + 1 if mute else 0
                if self._n_mute >= _GIVE_UP_AFTER:
                    raise _of_site(error) from error
                failed = ArchiveFailed(archive.name, error)
                self._tally.end(archive.name, failed)
                self._emit(failed)
            else:
                self._n_mute = 0
                self._tally.end(archive.name)
                self._emit(ArchiveDone(archive.name, self._plan.folder / archive.stem))
            self._tell_progress()

    async def _take(self, client: httpx.AsyncClient, archive: Archive, transfer: Transfer) -> None:
        """Fetches and unpacks. A broken archive that was resumed is fetched again from the beginning, once."""
        try:
            await self._fetch(client, archive, transfer)
            await self._unpack(archive)
        except ArchiveBroken:
            if not transfer.resumed:
                raise
            await self._fetch(client, archive, self._tally.begin(archive.name))
            await self._unpack(archive)

    async def _fetch(self, client: httpx.AsyncClient, archive: Archive, transfer: Transfer) -> None:
        packed, part = self._packed(archive), self._part(archive)
        if packed.exists():
            transfer.resumed = True
            transfer.done_bytes = transfer.total_bytes = packed.stat().st_size
            return
        try:
            await fetch(client, archive.url, part, transfer, self._outside, self._emit)
        except ArchiveBroken:
            _remove(part)
            raise
        try:
            part.replace(packed)
        except OSError as error:
            raise storage_error(packed, error) from error

    async def _unpack(self, archive: Archive) -> None:
        """Unpacks an archive. A broken one is removed; if the disk is full, it stays for the next start."""
        packed, target = self._packed(archive), self._plan.folder / archive.stem
        try:
            with closing(unpack(packed, target, open_file=self._outside.open_file)) as steps:
                for _ in steps:
                    await asyncio.sleep(0)
        except ArchiveBroken:
            _remove(packed)
            raise
        _remove(packed)
        sync(self._plan.folder)

    def _tell_progress(self) -> None:
        self._emit(self._tally.progress())
