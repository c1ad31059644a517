"""The verbs `download` and `corpus` of the command line.

The pre-flight report goes to standard output, everything else to standard error.
"""

import argparse
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.cli import say
from engine.text_marks import in_line
from trainer.cli.progress import Pace
from trainer.cli.stop_signals import STOPPED_BY_SIGNAL, until_stopped
from trainer.download.archive_index import RUSSIAN, Choice, corpus_url
from trainer.presets import PRESETS

if TYPE_CHECKING:
    from trainer.corpus.events import CacheReady
    from trainer.download.archive_index import Index

_MB, _GB = 1e6, 1e9


def add_download_options(parser: argparse.ArgumentParser) -> None:
    """Options of `download`."""
    add = parser.add_argument
    site = parser.add_mutually_exclusive_group()
    site.add_argument(
        "--language",
        default=RUSSIAN,
        metavar="NAME",
        help="VoxForge's name of a language: Russian, de, fr, SpeechCorpus (English), ... (default: %(default)s)",
    )
    site.add_argument("--url", help="page that lists archives, on a mirror or another site")
    add("--count", type=_positive, metavar="N", help="only the first N archives")
    add("--name", default="", metavar="TEXT", help="only archives with this text in their names")
    add(
        "-o",
        "--output-directory",
        type=Path,
        metavar="DIR",
        help="folder for the recordings (default: corpora/LANGUAGE in the data folder)",
    )


def add_corpus_options(parser: argparse.ArgumentParser) -> None:
    """Options of `corpus`."""
    add = parser.add_argument
    add(
        "source",
        nargs="+",
        type=Path,
        metavar="FOLDER",
        help="VoxForge's recordings, a folder with transcripts.tsv, or a CSV manifest",
    )
    add("-o", "--out", type=Path, required=True, metavar="CACHE", help="folder of the feature cache")
    add(
        "--preset",
        choices=sorted(PRESETS),
        default="shipped",
        help="front end of the model to be trained (default: %(default)s)",
    )
    add("--high", type=int, metavar="N", help="mel bands above those of the cepstra (default: as in the preset)")
    add(
        "--rooms",
        type=int,
        default=0,
        metavar="N",
        help="add N copies of each training recording, in simulated rooms with noise (default: %(default)s)",
    )
    add("--seed", type=int, default=1, help="seed of the splits and rooms (default: %(default)s)")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be above zero")
    return number


def download(arguments: argparse.Namespace) -> int:
    """Downloads the chosen archives that are missing; 1 if one had to be left out, 130 if interrupted."""
    from trainer.download.download import download as fetch
    from trainer.download.events import Finished
    from trainer.download.plan import corpus_folder, make_plan

    url = arguments.url or corpus_url(arguments.language)
    report, n_failed = _Report(), 0
    try:
        index = _read_index(url, report)
        name = urlsplit(index.url).hostname or "" if arguments.url else arguments.language
        folder = arguments.output_directory or corpus_folder(name)
        plan = make_plan(index, Choice(arguments.count, arguments.name), folder)
        say(
            f"{len(plan.missing)} archives to fetch, about {plan.size_bytes / _MB:.0f} MB; "
            f"{len(plan.finished)} are there already. "
            f"Into {folder}: {plan.needed_bytes / _GB:.1f} GB needed, {plan.free_bytes / _GB:.1f} GB free."
        )
        with closing(until_stopped(fetch(plan))) as events:
            for event in events:
                report.tell(event)
                if isinstance(event, Finished):
                    n_failed = len(event.failed)
    except KeyboardInterrupt:
        say("Stopped; the same command goes on from here.")
        return STOPPED_BY_SIGNAL
    return int(n_failed > 0)


def _read_index(url: str, report: "_Report") -> "Index":
    from trainer.download.download import read_index
    from trainer.download.events import IndexRead

    with closing(until_stopped(read_index(url))) as events:
        for event in events:
            report.tell(event)
            if isinstance(event, IndexRead):
                return event.index
    raise AssertionError("reading an index ends with IndexRead")


def corpus(arguments: argparse.Namespace) -> int:
    """Builds a feature cache, or finds that an existing one is still valid; prints the report."""
    from trainer.corpus.build_cache import build_cache
    from trainer.corpus.events import CacheReady
    from trainer.corpus.preflight import Rules

    features, model = PRESETS[arguments.preset]
    if arguments.high is not None:
        features = replace(features, n_high=arguments.high)
    report = _Report()
    rules = Rules(features, model.n_stacked, rooms=arguments.rooms)
    try:
        with closing(until_stopped(build_cache(arguments.source, arguments.out, rules, arguments.seed))) as events:
            for event in events:
                report.tell(event)
                if isinstance(event, CacheReady):
                    _print_report(event)
    except KeyboardInterrupt:
        say("Stopped; nothing was written.")
        return STOPPED_BY_SIGNAL
    return 0


def _print_report(ready: "CacheReady") -> None:
    from trainer.corpus.cache_writer import REJECTS
    from trainer.corpus.preflight import Report, SplitSize

    report = ready.report
    print(f"{'':<18} {'recordings':>10} {'hours':>7} {'speakers':>8} {'sentences':>9}")
    sizes: tuple[SplitSize | Report, ...] = (*report.splits, report)
    for size in sizes:
        name = getattr(size, "name", "all")
        row = f"{size.utterances:>10} {size.seconds / 3600:>7.2f} {size.speakers:>8} {size.sentences:>9}"
        print(f"{name:<18} {row}")
    for note in report.notes:
        print(note)
    print(f"{'left out':<18} {len(report.rejects):>10}")
    for reason, n in report.reasons():
        print(f"{n:>29}  {reason}")
    if report.rejects:
        print(f"Each of them with its reason: {in_line(str(ready.folder / REJECTS))}")


class _Report:
    """Prints events as lines on standard error, and progress at intervals."""

    def __init__(self) -> None:
        self._pace = Pace()

    def tell(self, event: object) -> None:
        from trainer.corpus import events as corpus_events
        from trainer.download import events as download_events

        match event:
            case download_events.Retrying():
                say(f"{event.name}: {event.error} Trying again in {event.wait_s:.0f} s.")
            case download_events.Progress() if self._pace.is_due():
                rate = f", {event.rate_bytes_s / _MB:.2f} MB/s" if event.rate_bytes_s is not None else ""
                say(
                    f"{event.archives_done} of {event.archives_total} archives, "
                    f"{event.done_bytes / _MB:.0f} of {event.total_bytes / _MB:.0f} MB{rate}{_left(event.left_s)}"
                )
            case download_events.Finished():
                say(f"{event.done} archives fetched, {event.already} were there already, {len(event.failed)} left out.")
                for failed in event.failed:
                    say(f"  {failed.error}" if failed.name in str(failed.error) else f"  {failed.name}: {failed.error}")
            case corpus_events.Found():
                say(f"{event.recordings} recordings with a text, {event.rejects} left out for theirs.")
            case corpus_events.Extracting() if self._pace.is_due():
                say(f"{event.done} of {event.total} recordings{_left(event.left_s)}")
            case corpus_events.CacheReady(reused=True):
                say("Nothing changed: the feature cache that is there is used.")


def _left(left_s: float | None) -> str:
    if left_s is None:
        return ""
    return f", {left_s:.0f} s left" if left_s < 90 else f", {left_s / 60:.0f} min left"
