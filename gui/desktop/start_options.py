"""What `diktovka` without a verb was asked for: options to bind in the desktop, and files to open. Knows no Qt."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHOW, OPEN, TOGGLE, RECORD, STOP, CANCEL, HIDE = "show", "open", "toggle", "record", "stop", "cancel", "hide"
COMMANDS = (SHOW, OPEN, TOGGLE, RECORD, STOP, CANCEL, HIDE)
_OPTIONS = (
    ("--toggle", TOGGLE, "start dictating, or stop if the program that runs already is doing so"),
    ("--record", RECORD, "start dictating; with --stop on the key's release this is push-to-talk"),
    ("--stop", STOP, "stop dictating; the text comes"),
    ("--cancel", CANCEL, "stop dictating without any text; the recording is kept"),
    ("--start-hidden", HIDE, "start without showing the window, as for a start with the desktop"),
)
NAMES = tuple(option for option, _command, _text in _OPTIONS)
USAGE = "diktovka [--toggle | --record | --stop | --cancel | --start-hidden] [FILE...]"


@dataclass(frozen=True)
class StartOptions:
    """command: one of COMMANDS; files: absolute, to be opened."""

    command: str
    files: tuple[Path, ...] = ()


def add_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    for option, command, text in _OPTIONS:
        group.add_argument(option, action="store_const", const=command, dest="command", help=text)
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help="recordings to open")


def parse(argv: Sequence[str]) -> StartOptions:
    """Ends the program with a sentence on standard error where argv is none of this."""
    parser = argparse.ArgumentParser(prog="diktovka", usage=USAGE, allow_abbrev=False)
    add_options(parser)
    options = parser.parse_args(argv)
    files = tuple(path.absolute() for path in options.files)
    return StartOptions(options.command or (OPEN if files else SHOW), files)
