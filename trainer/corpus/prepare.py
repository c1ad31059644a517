"""From the folders that a person chose to feature caches for a certain front end. Knows no Qt."""

import hashlib
import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from engine.config import HOP_S, FeatureConfig
from engine.errors import DiktovkaError
from engine.system.atomic_folder import remove_unfinished
from trainer.corpus.cache import FEATURES, FeatureCache, Utterance
from trainer.corpus.events import CacheReady, CorpusEvent
from trainer.corpus.folders import caches_dir
from trainer.corpus.preflight import Report, SplitSize


@dataclass(frozen=True)
class Prepared:
    """The end. folders: of the feature caches to train on; report: of all of them together."""

    folders: tuple[Path, ...]
    report: Report


def is_cache(folder: Path) -> bool:
    """Whether a folder is a feature cache."""
    return (folder / FEATURES).is_file()


def cache_folder(sources: Sequence[Path], features: FeatureConfig, n_stacked: int) -> Path:
    """Where the cache made of some folders is kept, whatever their order."""
    named = sorted(str(source.absolute()) for source in sources)
    made_for = json.dumps([named, features.to_dict(), n_stacked], sort_keys=True)
    digest = hashlib.sha256(made_for.encode()).hexdigest()[:8]
    return caches_dir() / f"{Path(min(named)).name}-{digest}"


def tidy_caches() -> Iterator[None]:
    """Frees the space of caches that were being made when a program was killed."""
    remove_unfinished(caches_dir())
    yield None


def prepared(
    sources: Sequence[Path], features: FeatureConfig, n_stacked: int
) -> Generator[CorpusEvent | Prepared, None, None]:
    """Ends with Prepared. Raises CorpusError or StorageError.

    Folders of recordings become one cache, so that a sentence held out in one of them is not learned from another;
    feature caches are taken as they are, with their own splits.
    """
    from trainer.corpus.build_cache import build_cache
    from trainer.corpus.cache_writer import read_report
    from trainer.corpus.preflight import Rules

    folders, reports = [], []
    for source in filter(is_cache, sources):
        cache = FeatureCache(source)
        cache.require(features)
        folders.append(source)
        reports.append(read_report(source) or _counted(cache.utterances))
    raw = [source for source in sources if not is_cache(source)]
    if raw:
        for event in build_cache(raw, cache_folder(raw, features, n_stacked), Rules(features, n_stacked), seed=1):
            if isinstance(event, CacheReady):
                folders.append(event.folder)
                reports.append(event.report)
            else:
                yield event
    yield Prepared(tuple(folders), _joined(folders, reports))


def _joined(folders: Sequence[Path], reports: Sequence[Report]) -> Report:
    if len(reports) == 1:
        return reports[0]
    counted = _counted([one for folder in folders for one in FeatureCache(folder).utterances])
    return Report(
        counted.utterances,
        sum(report.seconds for report in reports),
        counted.speakers,
        counted.sentences,
        counted.splits,
        tuple(chain.from_iterable(report.rejects for report in reports)),
        tuple(chain.from_iterable(report.notes for report in reports)),
    )


def _counted(utterances: Sequence[Utterance]) -> Report:
    """What is known of a cache that came without a report. Its seconds are those that the front end kept."""
    names = sorted({one.split for one in utterances}, key=lambda name: (name != "train", name))
    sizes = tuple(_size(name, [one for one in utterances if one.split == name]) for name in names)
    whole = _size("", utterances)
    return Report(whole.utterances, whole.seconds, whole.speakers, whole.sentences, sizes, (), ())


def _size(name: str, utterances: Sequence[Utterance]) -> SplitSize:
    seconds = round(sum(one.frames for one in utterances) * HOP_S, 1)
    speakers, sentences = ({one.speaker for one in utterances}, {one.text for one in utterances})
    return SplitSize(name, len(utterances), seconds, len(speakers), len(sentences))


def prepared_corpora(folders: list[Path], features: FeatureConfig, n_stacked: int) -> Iterator[Path]:
    """Feature caches of other people's speech that are there already and fit the model.

    Folders of recordings may have been prepared together and each alone: never both, for what is held out in one cache
    is learned from in another.
    """
    from trainer.corpus.cache import FeatureCache

    raw = [folder for folder in folders if not is_cache(folder)]
    together = cache_folder(raw, features, n_stacked) if raw else None
    alone = [cache_folder([one], features, n_stacked) for one in raw]
    made = [together] if together is not None and is_cache(together) else alone
    for folder in [*filter(is_cache, folders), *made]:
        with suppress(DiktovkaError):
            if is_cache(folder):
                FeatureCache(folder).require(features)
                yield folder
