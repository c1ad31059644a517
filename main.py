"""Diktovka: speak Russian and read the text. Without a verb the window opens."""

import argparse
import sys

from engine.errors import DiktovkaError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="diktovka", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    from trainer.commands import add_train_options

    add_train_options(verbs.add_parser("train", help="train a model"))
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs one verb; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        from trainer.commands import train

        return train(arguments)
    except DiktovkaError as error:
        print(f"diktovka: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
