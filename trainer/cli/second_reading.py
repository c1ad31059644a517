"""The verb `second-reading` of the command line."""

import argparse
from pathlib import Path

from trainer.cli.progress import follow_run
from trainer.cli.train import add_without_option
from trainer.devices import PROCESSOR


def add_second_reading_options(parser: argparse.ArgumentParser) -> None:
    """The texts, the run's folder, the language model that gets the network, and how long it trains."""
    add = parser.add_argument
    text = "text, may be compressed (.xz, .gz), or a corpus, whose training sentences are used"
    add("text", nargs="+", type=Path, metavar="TEXT", help=text)
    add("-o", "--out", type=Path, required=True, metavar="DIR", help="folder of the run; an existing run is resumed")
    add(
        "--language-model",
        type=Path,
        required=True,
        metavar="MODEL",
        help="folder of the language model that supplies the vocabulary and receives the network",
    )
    add("--steps", type=int, default=20_000, metavar="N", help="training steps of 1,500 words (default: %(default)s)")
    add("--seed", type=int, default=1, metavar="N", help="seed of the random numbers (default: %(default)s)")
    add_without_option(parser)


def second_reading(arguments: argparse.Namespace) -> int:
    """Trains the network, or resumes; Ctrl+C saves it. Progress goes to standard error."""
    from trainer.network.device import use_device

    use_device(PROCESSOR)
    from trainer.second_reading.training import Reading, SecondReadingConfig, Trained, train

    config = SecondReadingConfig(steps=arguments.steps, seed=arguments.seed)
    events = train(arguments.text, arguments.out, arguments.language_model, config, arguments.without)

    def line(event: Reading | Trained) -> str:
        if isinstance(event, Reading):
            return f"reading ... {event.words:,} words"
        return f"step {event.step} of {event.steps}: {-event.loss:.3f} nats a word gained"

    done = f"{arguments.language_model}: its readings are weighed once more from now on"
    return follow_run(events, arguments.out, line, done)
