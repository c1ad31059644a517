"""The verbs `train` and `evaluate` of the command line."""

import argparse
import signal
import sys
import time
from pathlib import Path

from engine.checkpoint import load_checkpoint
from engine.config import CLASSIC, VOXFORGE, ModelConfig
from trainer.events import EpochDone, Event, Saved, StepDone, Stopped
from trainer.settings import TrainConfig, described

PRESETS = {
    "shipped": (VOXFORGE, ModelConfig(n_layers=2, n_units=128, n_stacked=3, dropout=0.2)),
    "classic": (CLASSIC, ModelConfig(n_layers=2, n_units=128)),
}
_REPORT_EVERY_S = 10.0


def add_train_options(parser: argparse.ArgumentParser) -> None:
    """Options of `train`; the settings' options are made from TrainConfig."""
    parser.add_argument("corpus", nargs="+", type=Path, metavar="CORPUS", help="feature cache to train on")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="folder of the run; an existing run goes on")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="shipped", help="front end and shape (default: %(default)s)")
    parser.add_argument("--from", dest="start", type=Path, metavar="CHECKPOINT", help="model to start from, instead of chance")
    parser.add_argument("--layers", type=int, help="bidirectional LSTM layers")
    parser.add_argument("--units", type=int, help="units of each layer and direction")
    parser.add_argument("--stacked", type=int, help="neighbouring frames joined before the first layer")
    parser.add_argument("--deltas", action="store_true", default=None, help="add the cepstra's slopes")
    parser.add_argument("--dropout", type=float, help="dropout between layers")
    parser.add_argument("--threads", type=int, default=2, help="processor threads (default: %(default)s)")
    group = parser.add_argument_group("settings")
    for name, kind, default, meaning in described():
        group.add_argument(f"--{name.replace('_', '-')}", type=kind, default=default, help=f"{meaning} (default: %(default)s)")


def train(arguments: argparse.Namespace) -> int:
    """Runs or goes on with a training; SIGINT and SIGTERM save the state and end it."""
    from engine.model import use_threads

    use_threads(arguments.threads)
    training = _training(arguments)
    asked_to_stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: asked_to_stop.append(number))
    report = _Report()
    events = training.events()
    for event in events:
        report.tell(event)
        if asked_to_stop:
            events.close()
            training.save()
            print(f"Stopped; the same command goes on from step {training.position.step}.", file=sys.stderr)
            return 130
    return 0


def _training(arguments: argparse.Namespace):
    from trainer.loop import Training
    from trainer.material import material

    features, model = PRESETS[arguments.preset]
    start = load_checkpoint(arguments.start) if arguments.start else None
    if start:
        features, model = start.features, start.model
    named = {"layers": "n_layers", "units": "n_units", "stacked": "n_stacked", "deltas": "deltas", "dropout": "dropout"}
    changed = {field: getattr(arguments, option) for option, field in named.items() if getattr(arguments, option) is not None}
    model = ModelConfig.from_dict(model.to_dict() | changed)
    settings = TrainConfig(**{name: getattr(arguments, name) for name, *_ in described()})
    return Training(arguments.out, material(arguments.corpus), features, model, settings, start)


class _Report:
    """Events as lines on standard error."""

    def __init__(self) -> None:
        self._next = 0.0

    def tell(self, event: Event) -> None:
        match event:
            case StepDone() if time.monotonic() >= self._next:
                self._next = time.monotonic() + _REPORT_EVERY_S
                loss = "not finite" if event.loss is None else f"{event.loss:.3f}"
                self._say(
                    f"step {event.step}  epoch {event.epoch}  loss {loss}  "
                    f"gradient {event.gradient_norm:.2f}  rate {event.learning_rate:.2e}"
                )
            case EpochDone():
                self._say(f"epoch {event.epoch}/{event.epochs}  loss {event.loss:.3f}  {event.seconds:.0f} s  left out {event.skipped}")
                for held in event.held:
                    self._say(
                        f"  {held.split}: loss {held.loss:.3f}  CER {held.rate.cer:.4f}  WER {held.rate.wer:.4f}"
                        f"\n    said: {held.reference}\n    read: {held.hypothesis}"
                    )
            case Saved(best=True):
                self._say("  best so far")
            case Stopped():
                self._say(f"Ended: {event.reason}.")

    @staticmethod
    def _say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)
