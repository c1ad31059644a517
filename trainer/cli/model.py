"""The verb `model` of the command line: models made by others, imported from a folder or downloaded by name."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from engine.cli import say
from engine.text_marks import in_line
from trainer.cli.progress import Pace
from trainer.cli.stop_signals import STOPPED_BY_SIGNAL, until_stopped
from trainer.download.public_models import PUBLIC_MODELS, public_model

_REPORT_EVERY_S = 5.0
_MB = 1e6


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Options of `model`."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("add", help="import a model from a folder, or download one by name")
    add.add_argument(
        "what",
        metavar="FOLDER|NAME",
        help=f"folder of a model, or one of {', '.join(model.name for model in PUBLIC_MODELS)}",
    )
    acts.add_parser("list", help="list the installed models and those that can be downloaded")


def model(arguments: argparse.Namespace) -> int:
    """Runs the verb; 130 if interrupted."""
    if arguments.act == "list":
        return _list()
    folder = Path(arguments.what)
    try:
        home = _imported(folder) if folder.is_dir() else _fetched(arguments.what)
    except KeyboardInterrupt:
        say("Stopped; the same command goes on from here.")
        return STOPPED_BY_SIGNAL
    say("The model was checked and taken in:")
    print(home)
    return 0


def _imported(folder: Path) -> Path:
    from trainer.training.model_list import import_model

    return [home for home in until_stopped(import_model(folder)) if home is not None][-1]


def _fetched(name: str) -> Path:
    public = public_model(name)
    from trainer.download.hub import add_public

    say(f"{public.title}: about {public.n_bytes / _MB:.0f} MB, {public.licence}, from {public.repository}.")
    return _printed(until_stopped(add_public(public)))


def _printed(events: Iterator[object]) -> Path:
    """Prints progress at intervals; returns the new model's folder."""
    from trainer.download.events import ModelAdded, ModelProgress, Retrying

    home, pace = Path(), Pace(_REPORT_EVERY_S)
    for event in events:
        match event:
            case Retrying():
                say(f"{event.name}: {event.error} Trying again in {event.wait_s:.0f} s.")
            case ModelProgress(is_checking=False) if event.total_bytes and pace.is_due():
                say(f"{event.done_bytes / _MB:.0f} of {event.total_bytes / _MB:.0f} MB")
            case ModelAdded():
                home = event.home
    return home


def _list() -> int:
    from trainer.training.model_list import list_models

    for listed in list_models():
        origin = f"  ({listed.foreign.family}, {listed.foreign.licence})" if listed.foreign else ""
        print(f"{listed.n_bytes / _MB:>6.0f} MB  {in_line(str(listed.folder))}{origin}")
    print("To be downloaded:")
    for public in PUBLIC_MODELS:
        print(f"{public.n_bytes / _MB:>6.0f} MB  {public.name:<18} {public.licence:<11} {public.good_for}")
    return 0
