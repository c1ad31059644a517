"""The verb `language-model` of the command line."""

import argparse
from pathlib import Path

from engine.cli import say
from engine.paths import shipped_language_model
from trainer.cli.progress import Pace
from trainer.cli.train import add_without_option

_REPORT_EVERY_S = 2.0


def add_language_model_options(parser: argparse.ArgumentParser) -> None:
    """Options of `language-model`."""
    add = parser.add_argument
    text = "text, may be compressed (.xz, .gz), or a corpus, whose training sentences are used"
    add("text", nargs="+", type=Path, metavar="TEXT", help=text)
    add("-o", "--out", type=Path, required=True, metavar="DIR", help="folder for the language model")
    add("--order", type=int, default=4, help="length of the longest n-grams (default: %(default)s)")
    add(
        "--vocabulary",
        type=int,
        default=300_000,
        metavar="N",
        help="size of the vocabulary, besides a merged model's (default: %(default)s)",
    )
    add(
        "--threshold",
        type=float,
        default=3e-8,
        metavar="SHARE",
        help="prune n-grams that change the perplexity by less; 0 keeps all (default: %(default)s)",
    )
    add(
        "--megabytes",
        type=float,
        default=0.0,
        metavar="MB",
        help="prune n-grams until their file is no larger than this; 0: any size (default: %(default)s)",
    )
    add(
        "--merge",
        nargs="?",
        type=Path,
        const=shipped_language_model(),
        metavar="MODEL",
        help="interpolate equally with another language model (default: the shipped one)",
    )
    add_without_option(parser)
    add(
        "--tune-on",
        nargs="+",
        type=Path,
        default=[],
        metavar="CORPUS",
        help="weight the texts by the development sentences of these corpora",
    )


def language_model(arguments: argparse.Namespace) -> int:
    """Counts texts and writes a language model; what it does goes to standard error."""
    from trainer.language_model.build import BuildConfig, Built, build

    config = BuildConfig(arguments.order, arguments.vocabulary, arguments.threshold, arguments.megabytes)
    events = build(arguments.text, arguments.out, config, arguments.without, arguments.tune_on, arguments.merge)
    stage, pace = "", Pace(_REPORT_EVERY_S)
    for event in events:
        if isinstance(event, Built):
            counts = ", ".join(f"{n:,} of {i}" for i, n in enumerate(event.described["ngrams"], start=1))
            say(f"{event.folder}: n-grams by length: {counts}")
            for name, figures in event.described["measured"].items():
                say(f"{name}: perplexity {figures['perplexity']}, unknown words {figures['unknown']:.1%}")
        elif pace.is_due(event.stage != stage):
            stage = event.stage
            say(f"{event.stage} ... {f'{event.done:,} words' if stage == 'reading' else ''}".rstrip())
    return 0
