"""Events of a download."""

from dataclasses import dataclass
from pathlib import Path

from trainer.download.archive_index import Index
from trainer.errors import DownloadError


@dataclass(frozen=True)
class Waiting:
    """Still waiting for the site."""


@dataclass(frozen=True)
class IndexRead:
    """The site's page was parsed."""

    index: Index


@dataclass(frozen=True)
class Retrying:
    """The site failed; the request is repeated in wait_s seconds. name: of the archive, or the page's address."""

    name: str
    error: DownloadError
    wait_s: float


@dataclass(frozen=True)
class OnItsWay:
    """The download of one archive: bytes on the disk, and its size if the site announced it.

    retrying: the last failure, until new bytes arrive.
    """

    name: str
    done_bytes: int
    total_bytes: int | None
    retrying: Retrying | None = None


@dataclass(frozen=True)
class Progress:
    """Progress of all archives. rate_bytes_s, left_s: None while unknown; now: archives being downloaded."""

    done_bytes: int
    total_bytes: int
    rate_bytes_s: float | None
    left_s: float | None
    archives_done: int
    archives_total: int
    now: tuple[OnItsWay, ...]


@dataclass(frozen=True)
class ModelProgress:
    """Progress of a model. total_bytes: 0 while unknown. is_checking: downloaded, and being tried."""

    done_bytes: int
    total_bytes: int
    retrying: Retrying | None = None
    is_checking: bool = False


@dataclass(frozen=True)
class ModelAdded:
    """A model was added in this folder."""

    home: Path


@dataclass(frozen=True)
class ArchiveDone:
    """An archive is unpacked."""

    name: str
    folder: Path


@dataclass(frozen=True)
class ArchiveFailed:
    """An archive was left out; the others continue."""

    name: str
    error: DownloadError


@dataclass(frozen=True)
class Finished:
    """The last event. done: archives downloaded now; already: those that existed before."""

    done: int
    already: int
    failed: tuple[ArchiveFailed, ...]


Event = Waiting | IndexRead | Retrying | Progress | ArchiveDone | ArchiveFailed | Finished
