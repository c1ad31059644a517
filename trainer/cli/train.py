"""The verbs `train` and `average` of the command line."""

import argparse
import logging
import os
from dataclasses import replace
from pathlib import Path

from engine.cli import say
from engine.config import ModelConfig
from engine.model.checkpoint import save_checkpoint
from trainer.cli.progress import Pace
from trainer.cli.stop_signals import STOPPED_BY_SIGNAL, stop_signals
from trainer.devices import AUTO, DEVICES, EXTRA, card, has_cuda
from trainer.presets import PRESETS
from trainer.settings import TrainConfig, described
from trainer.training.cluster import Cluster, cluster_from, cluster_of
from trainer.training.events import Aligned, CorpusChanged, Device, EpochDone, Event, Result, Saved, StepDone, Stopped
from trainer.training.initial_model import shape_of_start
from trainer.training.training_process import Request, run

_SHAPE = {
    "layers": "n_layers",
    "units": "n_units",
    "stacked": "n_stacked",
    "deltas": "deltas",
    "dropout": "dropout",
}
log = logging.getLogger(__name__)


def add_train_options(parser: argparse.ArgumentParser) -> None:
    """Options of `train`; the settings' options are made from TrainConfig."""
    add = parser.add_argument
    add(
        "corpus",
        nargs="+",
        type=Path,
        metavar="CORPUS",
        help="feature cache whose split `train` is trained on",
    )
    add(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of the run; an existing run is resumed",
    )
    add(
        "--preset",
        choices=sorted(PRESETS),
        default="shipped",
        help="front end and shape (default: %(default)s)",
    )
    add("--from", dest="start", type=Path, metavar="CHECKPOINT", help="model to start from, instead of random weights")
    add(
        "--held",
        nargs="*",
        default=[],
        type=Path,
        metavar="PATH",
        help="more recordings to choose the best epoch on",
    )
    add("--align-with", type=Path, metavar="CHECKPOINT", help="model that finds the words, for --splice")
    add("--layers", type=int, help="bidirectional LSTM layers")
    add(
        "--high",
        type=int,
        metavar="N",
        help="mel bands above those of the cepstra (default: as in the preset or the model)",
    )
    add("--units", type=int, help="units per layer and direction; with --from, at least as many as in that model")
    add("--stacked", type=int, help="neighbouring frames stacked before the first layer")
    add("--deltas", action="store_true", default=None, help="add the deltas of the cepstra")
    add("--dropout", type=float, help="dropout between layers")
    add("--threads", type=int, default=2, help="processor threads (default: %(default)s)")
    computes = "what computes; auto and card: a graphics card where one can be used, else the processor"
    add(
        "--device", choices=DEVICES, default=AUTO, help=f"{computes} (default: %(default)s; on this machine: {_here()})"
    )
    add(
        "--workers",
        nargs="+",
        metavar="HOST:PORT",
        help="train in several processes or machines: the addresses of all, the same list in each (or set TF_CONFIG)",
    )
    add("--worker", type=int, default=0, metavar="N", help="index of this process in --workers; 0 writes the run")
    settings = parser.add_argument_group("settings")
    for name, kind, default, meaning in described():
        option = f"--{name.replace('_', '-')}"
        settings.add_argument(option, type=kind, default=default, help=f"{meaning} (default: %(default)s)")


def _here() -> str:
    """What computes on this machine unless it is chosen, without loading TensorFlow."""
    found = card()
    if found and not has_cuda():
        return f"the processor; {found} needs {EXTRA}"
    return found or "the processor"


def add_without_option(parser: argparse.ArgumentParser) -> None:
    """The option `without`: corpora whose held-out sentences are left out of the training data."""
    parser.add_argument(
        "--without",
        nargs="+",
        type=Path,
        default=[],
        metavar="CORPUS",
        help="leave out the sentences of the test and development sets of these corpora",
    )


def add_average_options(parser: argparse.ArgumentParser) -> None:
    """Options of `average`."""
    add = parser.add_argument
    add(
        "checkpoint",
        nargs="+",
        type=Path,
        metavar="CHECKPOINT",
        help="models of the same shape, trained from the same model",
    )
    add("-o", "--out", type=Path, required=True, metavar="DIR", help="folder for the averaged model")
    add("--half", action="store_true", help="write the weights as float16, half the size")


def average(arguments: argparse.Namespace) -> int:
    """Writes the mean of several models."""
    from trainer.network.average import average

    save_checkpoint(arguments.out, average(arguments.checkpoint), arguments.half)
    return 0


def train(arguments: argparse.Namespace) -> int:
    """Starts or resumes a training; SIGINT and SIGTERM save its state and end it, twice without a result."""
    with stop_signals() as asked_to_stop:
        request = _request(arguments)
        report = Report(request.cluster)
        events = run(request, lambda: bool(asked_to_stop), lambda: len(asked_to_stop) > 1)
        for event in events:
            report.tell(event)
            if asked_to_stop and isinstance(event, Aligned):
                events.close()
    if asked_to_stop:
        say("Stopped; the same command goes on from here.")
        return STOPPED_BY_SIGNAL
    return 0


def _cluster(arguments: argparse.Namespace) -> Cluster | None:
    """The cluster; options take precedence over TF_CONFIG."""
    if arguments.workers:
        return cluster_of(arguments.workers, arguments.worker)
    return cluster_from(os.environ)


def _request(arguments: argparse.Namespace) -> Request:
    features, model = PRESETS[arguments.preset]
    if arguments.start:
        features, model = shape_of_start(arguments.out, arguments.start)
    if arguments.high is not None:
        features = replace(features, n_high=arguments.high)
    shape_options = {field: getattr(arguments, option) for option, field in _SHAPE.items()}
    return Request(
        out=arguments.out,
        corpora=tuple(arguments.corpus),
        features=features,
        model=ModelConfig.from_dict(model.to_dict() | {k: v for k, v in shape_options.items() if v is not None}),
        settings=TrainConfig(**{name: getattr(arguments, name) for name, *_ in described()}),
        held=tuple(arguments.held),
        start=arguments.start,
        align_with=arguments.align_with,
        threads=arguments.threads,
        cluster=_cluster(arguments),
        device=arguments.device,
    )


class Report:
    """Prints events as lines on standard error."""

    def __init__(self, cluster: Cluster | None = None) -> None:
        self._pace = Pace()
        if cluster:
            role = "the chief, which evaluates and writes" if cluster.is_chief else "a worker; the chief writes"
            say(f"process {cluster.index} of {len(cluster.addresses)}: {role}; waiting for the others")

    def tell(self, event: Event) -> None:
        """Prints an event, if it is worth a line."""
        match event:
            case Device():
                say(
                    f"The graphics card {event.card} computes."
                    if event.card
                    else "No graphics card can be used here: the processor computes."
                )
            case Aligned():
                say(f"finding the words: {event.done} of {event.total}")
            case StepDone(loss=None):
                say(f"step {event.step}  the loss is not finite; left out: {', '.join(event.batch)}")
            case StepDone(wordless=False) if self._pace.is_due():
                say(
                    f"step {event.step}  epoch {event.epoch}  loss {event.loss:.3f}  "
                    f"gradient {event.gradient_norm:.2f}  rate {event.learning_rate:.2e}"
                )
            case EpochDone():
                _tell_epoch(event)
            case Saved(best=True):
                say("  best so far")
            case CorpusChanged():
                say(f"the recordings are others than before ({event.before}, now {event.now}); the epoch begins anew")
            case Result() | Stopped():
                _tell_end(event)


def _tell_end(event: Result | Stopped) -> None:
    if isinstance(event, Stopped):
        say(f"Ended: {event.reason}.")
        return
    for name, cer in event.cer.items():
        say(f"  {name}: CER {cer:.4f}")
    say(f"The result is {event.path}.")


def _tell_epoch(event: EpochDone) -> None:
    say(
        f"epoch {event.epoch}/{event.epochs}  loss {event.loss:.3f}  {event.seconds:.0f} s  "
        f"batches left out {event.skipped}"
    )
    for held in event.held:
        say(
            f"  {held.split}: loss {held.loss:.3f}  CER {held.rate.cer:.4f}  WER {held.rate.wer:.4f}"
            f"\n    spoken:     {held.reference}\n    recognised: {held.hypothesis}"
        )
