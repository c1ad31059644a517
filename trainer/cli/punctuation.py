"""The verb `punctuation` of the command line."""

import argparse
from pathlib import Path

from trainer.cli.progress import follow_run
from trainer.cli.train import add_without_option
from trainer.devices import PROCESSOR


def add_punctuation_options(parser: argparse.ArgumentParser) -> None:
    """The texts, the run's folder, and how long it trains."""
    add = parser.add_argument
    text = "text with punctuation and capitals, one paragraph per line, may be compressed (.xz, .gz); "
    add("text", nargs="+", type=Path, metavar="TEXT", help=f"{text}or a folder with transcripts.tsv")
    add("-o", "--out", type=Path, required=True, metavar="DIR", help="folder of the run; an existing run is resumed")
    add(
        "--steps",
        type=int,
        default=12_000,
        metavar="N",
        help="training steps of 32 stretches of words (default: %(default)s)",
    )
    add("--seed", type=int, default=1, metavar="N", help="seed of the random numbers (default: %(default)s)")
    add_without_option(parser)


def punctuation(arguments: argparse.Namespace) -> int:
    """Trains a punctuation model, or resumes; Ctrl+C saves it. Progress goes to standard error."""
    from trainer.network.device import use_device

    use_device(PROCESSOR)
    from trainer.punctuation.training import Preparing, PunctuationConfig, Trained, train

    config = PunctuationConfig(steps=arguments.steps, seed=arguments.seed)
    events = train(arguments.text, arguments.out, config, arguments.without)

    def line(event: Preparing | Trained) -> str:
        if isinstance(event, Preparing):
            return f"reading ... {event.words:,} words"
        f1 = "" if event.f1 is None else f", F1 of all marks {event.f1:.3f}"
        return f"step {event.step} of {event.steps}: loss {event.loss:.4f}{f1}"

    return follow_run(events, arguments.out, line, f"{arguments.out}: done")
