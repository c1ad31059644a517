"""The verb `punctuation` of the command line."""

import argparse
import time
from contextlib import closing
from pathlib import Path

from engine.cli import say
from trainer.cli.stop_signals import STOPPED_BY_SIGNAL, stop_signals
from trainer.cli.train import add_without_option

_REPORT_EVERY_S = 10.0


def add_punctuation_options(parser: argparse.ArgumentParser) -> None:
    """The texts, the run's folder, and how long it trains."""
    add = parser.add_argument
    text = "UTF-8 text with its marks and capitals, a paragraph a line, as it is or compressed (.xz, .gz); "
    add("text", nargs="+", type=Path, metavar="TEXT", help=f"{text}or a folder with transcripts.tsv")
    add("-o", "--out", type=Path, required=True, metavar="DIR", help="folder of the run; a run found there goes on")
    add("--steps", type=int, default=12_000, metavar="N", help="steps of 32 stretches of words (default: %(default)s)")
    add("--seed", type=int, default=1, metavar="N", help="another one makes another model (default: %(default)s)")
    add_without_option(parser)


def punctuation(arguments: argparse.Namespace) -> int:
    """Trains a model of punctuation, or goes on; Ctrl+C saves it. What it does goes to standard error."""
    from trainer.punctuation.training import Preparing, PunctuationConfig, train

    config = PunctuationConfig(steps=arguments.steps, seed=arguments.seed)
    told = 0.0
    with stop_signals() as came, closing(train(arguments.text, arguments.out, config, arguments.without)) as events:
        for event in events:
            if isinstance(event, Preparing):
                if time.monotonic() >= told + _REPORT_EVERY_S:
                    told = time.monotonic()
                    say(f"reading ... {event.words:,} words")
            elif event.f1 is not None:
                say(f"step {event.step} of {event.steps}: loss {event.loss:.4f}, F1 of all marks {event.f1:.3f}")
            elif time.monotonic() >= told + _REPORT_EVERY_S:
                told = time.monotonic()
                say(f"step {event.step} of {event.steps}: loss {event.loss:.4f}")
            if came:
                say(f"{arguments.out}: saved; the same command goes on with it")
                return STOPPED_BY_SIGNAL
    say(f"{arguments.out}: done")
    return 0
