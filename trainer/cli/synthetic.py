"""The verb `synthetic` of the command line."""

import argparse
from pathlib import Path

from engine.cli import say
from trainer.cli.progress import Pace
from trainer.cli.train import add_without_option
from trainer.presets import PRESETS


def add_synthetic_options(parser: argparse.ArgumentParser) -> None:
    """Options of `synthetic`."""
    add = parser.add_argument
    add("text", nargs="+", type=Path, metavar="TEXT", help="text, may be compressed (.xz, .gz)")
    add("-o", "--out", type=Path, required=True, metavar="CACHE", help="folder of the feature cache")
    add("--sentences", type=int, default=9000, metavar="N", help="number of sentences (default: %(default)s)")
    add_without_option(parser)
    add(
        "--synthesiser",
        action="append",
        choices=("espeak-ng", "festival", "RHVoice-test"),
        help="default: all that are installed",
    )
    add("--clean", action="store_true", help="without rooms, noise and telephones")
    add("--preset", choices=sorted(PRESETS), default="shipped", help="front end (default: %(default)s)")
    add("--seed", type=int, default=1, help="seed of the random numbers (default: %(default)s)")


def synthetic(arguments: argparse.Namespace) -> int:
    """Chooses sentences, synthesises them and writes the feature cache."""
    from trainer.corpus.events import CacheReady
    from trainer.made_speech.synthetic import Avoided, Plan, chosen_sentences, write_corpus

    avoided = Avoided(arguments.without)
    texts = chosen_sentences(arguments.text, arguments.sentences, avoided, arguments.seed)
    features, _ = PRESETS[arguments.preset]
    chosen = tuple(arguments.synthesiser) if arguments.synthesiser else None
    plan = Plan(features, chosen, not arguments.clean, arguments.seed)
    pace = Pace()
    for event in write_corpus(arguments.out, texts, plan):
        if isinstance(event, CacheReady):
            report = event.report
            hours = report.seconds / 3600
            say(f"{event.folder}: {report.utterances} sentences, {hours:.1f} h, {report.speakers} voices")
        elif pace.is_due():
            say(f"spoken: {event.done} of {event.total}, {event.left_s:.0f} s left")
    return 0
