"""What a download tells whoever listens."""

from dataclasses import dataclass
from pathlib import Path

from trainer.download.archive_index import Index
from trainer.errors import DownloadError


@dataclass(frozen=True)
class Waiting:
    """Nothing new from the site yet."""


@dataclass(frozen=True)
class IndexRead:
    """The site's page was read."""

    index: Index


@dataclass(frozen=True)
class Retrying:
    """The site failed; the same is tried again in wait_s seconds. name: of the archive, or the page's address."""

    name: str
    error: DownloadError
    wait_s: float


@dataclass(frozen=True)
class OnItsWay:
    """One archive: bytes that are on the disk, and how many it has, where the site told.

    retrying: what went wrong, until something of it has come again.
    """

    name: str
    done_bytes: int
    total_bytes: int | None
    retrying: Retrying | None = None


@dataclass(frozen=True)
class Progress:
    """All archives together. rate_bytes_s, left_s: None until they can be told; now: what is being fetched."""

    done_bytes: int
    total_bytes: int
    rate_bytes_s: float | None
    left_s: float | None
    archives_done: int
    archives_total: int
    now: tuple[OnItsWay, ...]


@dataclass(frozen=True)
class ModelProgress:
    """A model on its way. total_bytes: 0 until the site has told. is_checking: all is there, and it is tried."""

    done_bytes: int
    total_bytes: int
    retrying: Retrying | None = None
    is_checking: bool = False


@dataclass(frozen=True)
class ModelAdded:
    """A model is among the others, in this folder."""

    home: Path


@dataclass(frozen=True)
class ArchiveDone:
    """An archive is unpacked."""

    name: str
    folder: Path


@dataclass(frozen=True)
class ArchiveFailed:
    """Left out; the others go on."""

    name: str
    error: DownloadError


@dataclass(frozen=True)
class Finished:
    """The end. done: archives fetched now; already: those that were there before."""

    done: int
    already: int
    failed: tuple[ArchiveFailed, ...]


Event = Waiting | IndexRead | Retrying | Progress | ArchiveDone | ArchiveFailed | Finished
