"""The archives to download, and whether the disk has space for them."""

import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.corpus.folders import corpora_dir
from trainer.download.archive_index import Archive, Choice, Index
from trainer.errors import NothingChosen, SpaceMissing

if TYPE_CHECKING:
    from trainer.download.speaker_sample import Sample

PARALLEL = 3
# The Russian corpus is 2.9 GB in 650 archives; packed it is rather less than half of that.
_UNPACKED_BYTES = 4_620_000  # 3 GB for all of them
_UNPACKED_PER_PACKED = 2.5
_GB = 1e9


@dataclass(frozen=True)
class Plan:
    """The plan of a download. missing, finished: the chosen archives still to download, and already downloaded.

    size_bytes: of the missing archives, as on the page; needed_bytes, free_bytes: on the disk.
    """

    folder: Path
    missing: tuple[Archive, ...]
    finished: tuple[Archive, ...]
    size_bytes: int
    needed_bytes: int
    free_bytes: int

    def check(self) -> None:
        """Raises SpaceMissing."""
        if self.free_bytes < self.needed_bytes:
            free_gb, needed_gb = (round(n_bytes / _GB, 1) for n_bytes in (self.free_bytes, self.needed_bytes))
            raise SpaceMissing(path=self.folder, free_gb=free_gb, needed_gb=needed_gb)


def make_plan(
    index: Index, choice: "Choice | Sample", folder: Path, free_bytes: Callable[[Path], int] | None = None
) -> Plan:
    """The plan for a choice, made without the network, fast enough for each change of the choice. Raises
    NothingChosen."""
    chosen = choice.pick(index.archives)
    if not chosen:
        raise NothingChosen(text=choice.text)
    folder = Path(folder)
    finished = tuple(archive for archive in chosen if (folder / archive.stem).is_dir())
    missing = tuple(archive for archive in chosen if archive not in set(finished))
    sizes = [archive.probable_bytes for archive in missing]
    needed = sum(max(_UNPACKED_BYTES, round(_UNPACKED_PER_PACKED * size)) for size in sizes)
    needed += sum(sorted(sizes)[-PARALLEL:])
    return Plan(folder, missing, finished, sum(sizes), needed, (free_bytes or free_space)(folder))


def corpus_folder(name: str) -> Path:
    """The default folder of a corpus. name: of a language or of a site."""
    return corpora_dir() / (re.sub(r"[^\w.-]", "_", name).lstrip(".") or "_")


def free_space(folder: Path) -> int:
    """Free bytes for the user where the folder is or will be."""
    for place in (folder, *folder.absolute().parents):
        with suppress(OSError):  # does not exist yet
            return shutil.disk_usage(place).free
    return 0
