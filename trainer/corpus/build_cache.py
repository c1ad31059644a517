"""A corpus -> a feature cache and a report, on all processors; yields progress."""

import hashlib
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from trainer.corpus.cache import FeatureCache
from trainer.corpus.cache_writer import Collector, read_report, summary, whole_folder, write_report
from trainer.corpus.corpus import Corpus, find_recordings
from trainer.corpus.events import CacheReady, CorpusEvent, Extracting, Found
from trainer.corpus.preflight import KEPT_NEW, Heard, Reject, Report, Rules, hear_all, hear_in_rooms
from trainer.corpus.process_pool import process_pool
from trainer.corpus.recording import Recording
from trainer.corpus.splits import TRAIN, assign_released
from trainer.errors import CorpusError, NothingUsable

_AT_ONCE = 8  # recordings per task of a process; a cancel must wait for one task
_AHEAD = 3  # queued tasks per process
_TICK_S = 0.25


@dataclass(frozen=True)
class Means:
    """Outside dependencies of build_cache, for tests. pool: useful number of processes -> Executor."""

    pool: Callable[[int], Executor] = process_pool
    open_file: Callable[..., BinaryIO] = open
    clock: Callable[[], float] = time.monotonic


def build_cache(
    sources: Sequence[Path], folder: Path, rules: Rules, seed: int = 1, means: Means | None = None
) -> Generator[CorpusEvent, None, None]:
    """Yields Found, then Extracting, then CacheReady; an existing cache that matches is reused at once.

    sources: folders or manifests, see trainer.corpus.corpus. folder: of the cache, replaced atomically when it is
    complete. Raises CorpusError, DiskFull or NotWritable. Closing the iterator leaves nothing behind.
    """
    folder, means = Path(folder).absolute(), means or Means()
    corpus = find_recordings(sources, rules.alphabet)
    yield Found(len(corpus.recordings), len(corpus.rejects))
    made_of = _made_of(corpus, rules, seed)
    report = read_report(folder, made_of)
    if report and _is_whole(folder, report):
        yield CacheReady(folder, report, reused=True)
        return
    with (
        whole_folder(folder) as building,
        closing(Collector(building, rules.features.width, means.open_file)) as collector,
    ):
        rejects = list(corpus.rejects)
        yield from _collected(corpus.recordings, rules, means, collector, rejects)
        if not collector.rows:
            raise _nothing_usable(sources, rejects)
        recordings = [row.recording for row in collector.rows]
        spoken = [(recording.speaker, recording.text) for recording in recordings]
        splits, notes = assign_released(spoken, [recording.split for recording in recordings], seed)
        kept_new = [row.recording.path for row, split in zip(collector.rows, splits, strict=True) if split is None]
        rejects += [Reject(str(path), reason=KEPT_NEW) for path in kept_new]
        splits = [*splits, *(yield from _in_rooms(splits, rules, seed, means, collector))]
        collector.write_features(splits)
        report = summary(collector.rows, splits, rejects, notes)
        write_report(building, rules.features.to_dict(), made_of, report)
    yield CacheReady(folder, report, reused=False)


def _nothing_usable(sources: Sequence[Path], rejects: Sequence[Reject]) -> NothingUsable:
    reasons = [reject.reason for reject in rejects]
    commonest = max(reasons, key=reasons.count)
    return NothingUsable(n=len(rejects), path=", ".join(map(str, sources)), reason=commonest)


def _is_whole(folder: Path, report: Report) -> bool:
    try:
        return len(FeatureCache(folder).utterances) == report.utterances
    except CorpusError:
        return False


def _made_of(corpus: Corpus, rules: Rules, seed: int) -> dict[str, object]:
    """Everything that the cache depends on, as it is read back from JSON."""
    digest = hashlib.sha256()
    for recording in corpus.recordings:
        try:
            status = recording.path.stat()
            state = (status.st_size, status.st_mtime_ns)
        except OSError:
            state = (-1, -1)
        digest.update(
            repr((recording.id, recording.speaker, recording.text, recording.segment, recording.split, *state)).encode(
                "utf-8", "surrogatepass"
            )
        )
    for reject in corpus.rejects:
        digest.update(repr((reject.path, reject.reason, reject.detail)).encode("utf-8", "surrogatepass"))
    return asdict(rules) | {"seed": seed, "inputs": digest.hexdigest()}


def _collected(
    recordings: Sequence[Recording], rules: Rules, means: Means, collector: Collector, rejects: list[Reject]
) -> Iterator[Extracting]:
    """Extracts all recordings in order; usable ones go to the collector, others to the rejects."""
    n_done, started_s = 0, means.clock()
    yield Extracting(0, len(recordings), None)
    with closing(_heard(recordings, partial(hear_all, rules=rules), means)) as portions:
        for portion in portions:
            for recording, outcome in portion:
                if isinstance(outcome, Reject):
                    rejects.append(outcome)
                else:
                    collector.add(recording, outcome)
            n_done += len(portion)
            passed_s = means.clock() - started_s
            yield Extracting(
                n_done, len(recordings), passed_s / n_done * (len(recordings) - n_done) if n_done else None
            )


def _in_rooms(
    splits: Sequence[str | None], rules: Rules, seed: int, means: Means, collector: Collector
) -> Generator[Extracting, None, list[str | None]]:
    """Extracts the training recordings again, `rules.rooms` times in different rooms; returns the splits of the new
    rows."""
    trained_on = [row.recording for row, split in zip(collector.rows, splits, strict=True) if split == TRAIN]
    n_before = len(collector.rows)
    for room in range(1, rules.rooms + 1):
        again = [replace(recording, id=f"{recording.id}#room{room}") for recording in trained_on]
        with closing(_heard(again, partial(_hear_in_rooms, rules=rules, seed=seed), means)) as portions:
            n_done = 0
            for portion in portions:
                for recording, outcome in portion:
                    if isinstance(outcome, Heard):
                        collector.add(recording, outcome)
                n_done += len(portion)
                yield Extracting(n_done, len(again), None)
    return [TRAIN] * (len(collector.rows) - n_before)


def _heard(
    recordings: Sequence[Recording], hear_them: Callable[..., list[Heard | Reject]], means: Means
) -> Generator[list[tuple[Recording, Heard | Reject]], None, None]:
    """Portions of recordings with their results, in order; sometimes an empty one, while nothing is ready."""
    portions = [recordings[i : i + _AT_ONCE] for i in range(0, len(recordings), _AT_ONCE)]
    if not portions:
        return
    pool = means.pool(len(portions))
    queue: deque[tuple[Sequence[Recording], Future[list[Heard | Reject]]]] = deque()
    ahead = _AHEAD * (getattr(pool, "_max_workers", None) or 1)
    try:
        while portions or queue:
            while portions and len(queue) < ahead:
                portion = portions.pop(0)
                queue.append((portion, pool.submit(hear_them, portion)))
            while not wait([queue[0][1]], _TICK_S).done:
                yield []
            portion, future = queue.popleft()
            yield list(zip(portion, future.result(), strict=True))
    except BrokenProcessPool as error:
        folder = recordings[0].path.parent
        raise CorpusError(path=folder, reason="a process that read its recordings ended unexpectedly") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _hear_in_rooms(recordings: Sequence[Recording], rules: Rules, seed: int) -> list[Heard | Reject]:
    return hear_in_rooms(recordings, rules, [[seed, *recording.id.encode()] for recording in recordings])
