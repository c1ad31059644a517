"""Which archives are to be fetched, and whether the disk has room for them."""

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
    """What a download will do. missing, finished: the archives chosen, still to fetch and already there.

    size_bytes: of the missing archives, as the page tells them; needed_bytes: on the disk; free_bytes: there are.
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
    """Needs no network: quick enough to be made anew for each change of the choice. Raises NothingChosen."""
    chosen = choice.pick(index.archives)
    if not chosen:
        raise NothingChosen(text=choice.text)
    folder = Path(folder)
    finished = tuple(one for one in chosen if (folder / one.stem).is_dir())
    there = set(finished)
    missing = tuple(one for one in chosen if one not in there)
    sizes = [one.probable_bytes for one in missing]
    needed = sum(max(_UNPACKED_BYTES, round(_UNPACKED_PER_PACKED * size)) for size in sizes)
    needed += sum(sorted(sizes)[-PARALLEL:])
    return Plan(folder, missing, finished, sum(sizes), needed, (free_bytes or free_space)(folder))


def corpus_folder(name: str) -> Path:
    """Where recordings go unless the user names another folder. name: of a language or of a site."""
    return corpora_dir() / (re.sub(r"[^\w.-]", "_", name).lstrip(".") or "_")


def free_space(folder: Path) -> int:
    """Bytes that the user may write where the folder is or will be."""
    for place in (folder, *folder.absolute().parents):
        with suppress(OSError):  # not made yet
            return shutil.disk_usage(place).free
    return 0
