"""Diktovka: speak Russian and read the text. Without a verb, the window opens."""

import argparse
import multiprocessing
import os
import sys

from engine.errors import DiktovkaError
from engine.paths import refuse_shipped
from gui.desktop.start_options import NAMES as WINDOW_OPTIONS
from gui.desktop.start_options import USAGE

# Many small products, as the front end has, are several times slower when OpenBLAS spreads each over all processors.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_OF_TRAINER = (
    "train",
    "tune",
    "average",
    "language-model",
    "second-reading",
    "punctuation",
    "download",
    "corpus",
    "synthetic",
    "self-label",
    "model",
)
NO_MEMORY = "There is not enough memory. Close other programs and try again; what was finished is kept."
CLOSED_PIPE = 141  # as a shell gives it for a program that a closed pipe has ended
VERBS = ("transcribe", "evaluate", *_OF_TRAINER, "devices", "demo")


def command_line() -> argparse.ArgumentParser:
    """The verbs and their options. Nothing here imports Qt, PortAudio or TensorFlow."""
    from engine import cli as engine_commands
    from trainer.cli import corpus as corpus_commands
    from trainer.cli import evaluate as report
    from trainer.cli import language_model as language_model_command
    from trainer.cli import model as model_command
    from trainer.cli import punctuation as punctuation_command
    from trainer.cli import second_reading as second_reading_command
    from trainer.cli import self_training as self_training_command
    from trainer.cli import synthetic as synthetic_command
    from trainer.cli import train as trainer_commands
    from trainer.cli import tune as tuning_command

    parser = argparse.ArgumentParser(prog="diktovka", description=__doc__, epilog=f"Without a verb: {USAGE}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, run, text: str, add_options=None) -> None:
        parser_of_verb = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        parser_of_verb.set_defaults(run=run)
        if add_options:
            add_options(parser_of_verb)

    verb(
        "transcribe",
        engine_commands.transcribe,
        "transcribe recordings",
        engine_commands.add_transcribe_options,
    )
    verb(
        "evaluate",
        report.evaluate,
        "measure a model's error rates",
        report.add_evaluate_options,
    )
    verb(
        "train",
        trainer_commands.train,
        "train a model, or resume its training",
        trainer_commands.add_train_options,
    )
    verb(
        "tune",
        tuning_command.tune,
        "tune a model to a few recordings of your own voice",
        tuning_command.add_tune_options,
    )
    verb(
        "average",
        trainer_commands.average,
        "average the weights of several models",
        trainer_commands.add_average_options,
    )
    verb(
        "language-model",
        language_model_command.language_model,
        "make a language model from text",
        language_model_command.add_language_model_options,
    )
    verb(
        "second-reading",
        second_reading_command.second_reading,
        "train a network that rescores the best hypotheses, for a language model",
        second_reading_command.add_second_reading_options,
    )
    verb(
        "punctuation",
        punctuation_command.punctuation,
        "train a model of punctuation and capitals on text",
        punctuation_command.add_punctuation_options,
    )
    verb(
        "download",
        corpus_commands.download,
        "download recordings with transcripts from VoxForge",
        corpus_commands.add_download_options,
    )
    verb(
        "corpus",
        corpus_commands.corpus,
        "check recordings and build a feature cache to train on",
        corpus_commands.add_corpus_options,
    )
    verb(
        "synthetic",
        synthetic_command.synthetic,
        "make training data with the speech synthesisers that are installed",
        synthetic_command.add_synthetic_options,
    )
    verb(
        "self-label",
        self_training_command.self_label,
        "make training data from recordings without transcripts",
        self_training_command.add_self_label_options,
    )
    verb(
        "model",
        model_command.model,
        "import or download models made by others",
        model_command.add_model_options,
    )
    verb("devices", engine_commands.devices, "list the microphones")
    verb("demo", engine_commands.demo, "transcribe the two sample recordings")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs one verb, or opens the window with the files named; returns the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    multiprocessing.freeze_support()
    if not argv or argv[0] in WINDOW_OPTIONS or (argv[0] not in VERBS and not argv[0].startswith("-")):
        from gui.shell.app import run

        return run(argv)
    from engine.cli import end_output, prepare_output, say

    prepare_output()
    try:
        status = _run_verb(argv)
    except DiktovkaError as error:
        say(f"diktovka: {error}")
        status = 1
    except MemoryError:
        say(f"diktovka: {NO_MEMORY}")
        status = 1
    except BrokenPipeError:
        status = CLOSED_PIPE
    except KeyboardInterrupt:
        status = 130
    return status if end_output() else status or 1


def _run_verb(argv: list[str]) -> int:
    arguments = command_line().parse_args(argv)
    if hasattr(arguments, "out"):
        refuse_shipped(arguments.out)
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
