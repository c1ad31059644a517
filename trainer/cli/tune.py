"""The verb `tune`: adapts a model to recordings, usually of one's own voice."""

import argparse
from contextlib import closing
from pathlib import Path

from engine.cli import add_language_options, add_model_option, say
from engine.decode.beam_loader import Language
from engine.text_marks import in_line
from trainer.cli.stop_signals import STOPPED_BY_SIGNAL, stop_signals
from trainer.tuning.events import BeforeAfter, Judged, Split
from trainer.tuning.tuning import TuneConfig, TuneRequest


def add_tune_options(parser: argparse.ArgumentParser) -> None:
    """Options of `tune`."""
    add = parser.add_argument
    add("folder", nargs="+", type=Path, metavar="FOLDER", help="recordings with transcripts, or a feature cache")
    add(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of the run; the model will be in its subfolder tuned",
    )
    add_model_option(parser, "model to start from (default: the shipped one)")
    add(
        "--held",
        nargs="+",
        default=[],
        type=Path,
        metavar="PATH",
        help="evaluate on these recordings instead of a fifth of FOLDER",
    )
    add("--corpus", nargs="+", default=[], type=Path, metavar="CACHE", help="other people's speech to mix in")
    add("--general", nargs="+", default=[], type=Path, metavar="PATH", help="more of it, for evaluation only")
    add("--epochs", type=int, default=TuneConfig.epochs, help="passes over the recordings (default: %(default)s)")
    add(
        "--pull",
        type=float,
        default=TuneConfig.pull,
        help="strength of the pull towards the old weights (default: %(default)s)",
    )
    add_language_options(parser, "none")
    add("--threads", type=int, default=2, help="processor threads (default: %(default)s)")


def tune(arguments: argparse.Namespace) -> int:
    """Tunes a model or resumes a tuning; SIGINT and SIGTERM save its state and end it."""
    from trainer.tuning.tuning import tune as steps

    with stop_signals() as asked_to_stop, closing(steps(_request(arguments))) as events:
        for event in events:
            _tell(event)
            if isinstance(event, BeforeAfter):
                _print_result(event)
            elif asked_to_stop:
                say("Stopped; the same command goes on from here.")
                return STOPPED_BY_SIGNAL
    return 0


def _request(arguments: argparse.Namespace) -> TuneRequest:
    return TuneRequest(
        arguments.out,
        arguments.model,
        tuple(arguments.folder),
        tuple(arguments.held),
        tuple(arguments.corpus),
        tuple(arguments.general),
        TuneConfig(epochs=arguments.epochs, pull=arguments.pull),
        arguments.threads,
        Language(arguments.language_model, arguments.own_words),
    )


def _tell(event: object) -> None:
    from trainer.training.events import EpochDone

    match event:
        case Split():
            say(
                f"{event.own} recordings to learn, {event.held} held out, {event.rejects} unusable; "
                f"of other people {event.others} to mix in, {event.general} held out"
            )
        case EpochDone():
            rate = event.held[0].rate
            say(f"epoch {event.epoch}/{event.epochs}  loss {event.loss:.3f}  {event.seconds:.0f} s  CER {rate.cer:.4f}")
        case Judged():
            rates = "  ".join(f"{name} {rate.cer:.4f}" for name, rate in event.verdict.rates.items())
            say(f"{event.share:.0%} of the tuned weights: CER {rates}")


def _print_result(result: BeforeAfter) -> None:
    print(f"{'':<22} {'utterances':>10} {'words':>7} {'CER before':>11} {'after':>7} {'WER before':>11} {'after':>7}")
    for name, before, after in (
        ("own, held out", result.own_before, result.own_after),
        ("  as they are written", result.written_before, result.written_after),
        ("others, held out", result.general_before, result.general_after),
    ):
        if before is not None and after is not None:
            print(
                f"{name:<22} {before.utterances:>10} {before.words:>7} {before.cer:>11.4f} {after.cer:>7.4f} "
                f"{before.wer:>11.4f} {after.wer:>7.4f}"
            )
    print(f"The tuned model, {result.share:.0%} of it new: {in_line(str(result.folder))}")
