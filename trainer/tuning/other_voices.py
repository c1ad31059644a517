"""Other people's recordings for a tuning to mix in: whether there are any, and how they are got. Knows no Qt."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.corpus.prepare import Prepared, is_cache, prepared, prepared_corpora
from trainer.download.archive_index import RUSSIAN, Archive, Index
from trainer.download.events import IndexRead
from trainer.download.plan import corpus_folder, make_plan
from trainer.training.model_list import kind_of

if TYPE_CHECKING:
    from trainer.download.transfer import Outside

N_ARCHIVES = 60  # some 600 recordings; a fortieth of them is held out to measure by
PROBABLE_BYTES = N_ARCHIVES * Archive("", "").probable_bytes


class Others(Enum):
    """What there is of other people: prepared for the model in use, recordings alone, or nothing."""

    PREPARED = "prepared"
    RECORDED = "recorded"
    MISSING = "missing"


@dataclass(frozen=True)
class Got:
    """The end. n: recordings that can be used; folder: that they were fetched into, None where they were there."""

    n: int
    folder: Path | None


def sample_folder(place: Path | None) -> Path:
    """Where the recordings are put; place: chosen for downloads, None for the program's own folder."""
    folder = corpus_folder(f"{RUSSIAN}-sample")
    return place / f"VoxForge-{folder.name}" if place else folder


def look(sources: Sequence[Path], model: Path) -> Iterator[Others]:
    """sources: folders of recordings and feature caches. Raises CheckpointError."""
    features, shape = kind_of(model)
    if any(True for _cache in prepared_corpora(list(sources), features, shape.n_stacked)):
        yield Others.PREPARED
    else:
        yield Others.MISSING if all(map(is_cache, sources)) else Others.RECORDED


def get(
    sources: Sequence[Path], model: Path, folder: Path, url: str, outside: "Outside | None" = None
) -> Iterator[object]:
    """Prepares the recordings among the sources; where there are none, fetches some into the folder first.

    Events of a download and of a corpus, at last Got. Closed before, it goes on from there the next time. Raises
    DownloadError, CorpusError, CheckpointError and StorageError.
    """
    features, shape = kind_of(model)
    recorded = [source for source in sources if not is_cache(source)]
    is_fetched = not recorded
    if is_fetched:
        yield from _fetched(folder, url, outside)
        recorded = [folder]
    with closing(prepared(recorded, features, shape.n_stacked)) as events:
        for event in events:
            if isinstance(event, Prepared):
                yield Got(event.report.utterances, folder if is_fetched else None)
            else:
                yield event


def _fetched(folder: Path, url: str, outside: "Outside | None") -> Iterator[object]:
    from trainer.download.download import download, read_index
    from trainer.download.speaker_sample import Sample

    index = Index(url, ())
    with closing(read_index(url, outside)) as events:
        for event in events:
            if isinstance(event, IndexRead):
                index = event.index
            yield event
    with closing(download(make_plan(index, Sample(N_ARCHIVES), folder), outside)) as events:
        yield from events
