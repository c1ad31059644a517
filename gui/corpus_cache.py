"""From the folder that a person chose to a feature cache for a certain front end. Knows no Qt."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from engine.config import SAMPLE_RATE_HZ, FeatureConfig
from engine.paths import data_dir
from trainer.cache import FEATURES, FeatureCache
from trainer.corpus_events import CacheReady, CorpusEvent
from trainer.preflight import Report, SplitSize

_FRAME_S = 160 / SAMPLE_RATE_HZ


def is_cache(folder: Path) -> bool:
    return (folder / FEATURES).is_file()


def cache_folder(source: Path, features: FeatureConfig, n_stacked: int) -> Path:
    """Where the cache of a folder is kept; the folder itself if it is one."""
    if is_cache(source):
        return source
    made_for = json.dumps([str(source.absolute()), features.to_dict(), n_stacked], sort_keys=True)
    digest = hashlib.sha256(made_for.encode()).hexdigest()[:8]
    return data_dir() / "caches" / f"{source.name}-{digest}"


def prepared(source: Path, features: FeatureConfig, n_stacked: int) -> Iterator[CorpusEvent]:
    """Ends with CacheReady. Raises CorpusError or StorageError."""
    from trainer.cache_build import build_cache
    from trainer.cache_writer import read_report
    from trainer.preflight import Rules

    folder = cache_folder(source, features, n_stacked)
    if is_cache(source):
        cache = FeatureCache(source)
        cache.require(features)
        yield CacheReady(source, read_report(source) or _counted(cache), reused=True)
    else:
        yield from build_cache([source], folder, Rules(features, n_stacked), seed=1)


def _counted(cache: FeatureCache) -> Report:
    """What can be told of a cache that came without a report. Its seconds are those that the front end kept."""
    names = sorted({one.split for one in cache.utterances}, key=lambda name: (name != "train", name))
    sizes = tuple(_size(name, cache.split(name)) for name in names)
    whole = _size("", cache.utterances)
    return Report(whole.utterances, whole.seconds, whole.speakers, whole.sentences, sizes, (), ())


def _size(name: str, utterances) -> SplitSize:
    seconds = round(sum(one.frames for one in utterances) * _FRAME_S, 1)
    speakers, sentences = ({one.speaker for one in utterances}, {one.text for one in utterances})
    return SplitSize(name, len(utterances), seconds, len(speakers), len(sentences))
