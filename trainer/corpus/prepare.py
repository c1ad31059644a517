"""Turns the folders that a person chose into feature caches for a front end. Does not use Qt."""

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
    """The last event. folders: feature caches to train on; report: on all of them together."""

    folders: tuple[Path, ...]
    report: Report


def is_cache(folder: Path) -> bool:
    """Whether a folder is a feature cache."""
    return (folder / FEATURES).is_file()


def cache_folder(sources: Sequence[Path], features: FeatureConfig, n_stacked: int) -> Path:
    """The folder of the cache made from some sources, whatever their order."""
    names = sorted(str(source.absolute()) for source in sources)
    made_for = json.dumps([names, features.to_dict(), n_stacked], sort_keys=True)
    digest = hashlib.sha256(made_for.encode()).hexdigest()[:8]
    return caches_dir() / f"{Path(min(names)).name}-{digest}"


def tidy_caches() -> Iterator[None]:
    """Removes unfinished caches of killed programs."""
    remove_unfinished(caches_dir())
    yield None


def prepared(
    sources: Sequence[Path], features: FeatureConfig, n_stacked: int
) -> Generator[CorpusEvent | Prepared, None, None]:
    """Yields events and ends with Prepared. Raises CorpusError or StorageError.

    Folders of recordings become one cache, so that a sentence held out in one of them is not learned from another;
    feature caches are used as they are, with their own splits.
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
    counted = _counted([utterance for folder in folders for utterance in FeatureCache(folder).utterances])
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
    """The report on a cache that came without one. Seconds count only the frames that the front end kept."""
    names = sorted({utterance.split for utterance in utterances}, key=lambda name: (name != "train", name))
    sizes = tuple(_size(name, [utterance for utterance in utterances if utterance.split == name]) for name in names)
    total = _size("", utterances)
    return Report(total.utterances, total.seconds, total.speakers, total.sentences, sizes, (), ())


def _size(name: str, utterances: Sequence[Utterance]) -> SplitSize:
    seconds = round(sum(utterance.frames for utterance in utterances) * HOP_S, 1)
    speakers, sentences = {utterance.speaker for utterance in utterances}, {utterance.text for utterance in utterances}
    return SplitSize(name, len(utterances), seconds, len(speakers), len(sentences))


def prepared_corpora(folders: list[Path], features: FeatureConfig, n_stacked: int) -> Iterator[Path]:
    """Existing feature caches of other people's speech that fit the model.

    Folders of recordings may have been prepared together or each alone. Never yields both, because sentences that are
    held out in one cache are in the training set of another.
    """
    from trainer.corpus.cache import FeatureCache

    raw = [folder for folder in folders if not is_cache(folder)]
    together = cache_folder(raw, features, n_stacked) if raw else None
    alone = [cache_folder([folder], features, n_stacked) for folder in raw]
    caches = [together] if together is not None and is_cache(together) else alone
    for folder in [*filter(is_cache, folders), *caches]:
        with suppress(DiktovkaError):
            if is_cache(folder):
                FeatureCache(folder).require(features)
                yield folder
