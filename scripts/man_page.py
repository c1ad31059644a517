"""Writes the man page from the command line's own help.

.venv/bin/python scripts/man_page.py            scripts/packaging/diktovka.1
.venv/bin/python scripts/man_page.py --check    says whether that file is current (exit status 1 if not)
"""

import os
import re
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "scripts" / "packaging" / "diktovka.1"
_OF_MACHINE = re.compile(r";\s+on\s+this\s+machine:\s+the\s+processor")
WIDTH = "100"  # of usage lines, which argparse breaks at the width of the terminal


def man_page() -> str:
    """The page, in the man macros of troff; the same on every machine and every day."""
    os.environ["COLUMNS"] = WIDTH
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # none is named by `train --help`
    from argparse_manpage.manpage import Manpage

    sys.path.insert(0, str(ROOT))
    from gui.help.about import version
    from main import command_line

    about = {
        "prog": "diktovka",
        "manual_title": "Diktovka",
        "description": "speak Russian and read the text",
        "version": version(),
        "date": date(2026, 11, 22).isoformat(),
    }
    text = _OF_MACHINE.sub("", str(Manpage(command_line(), about))) + _window()
    return "\n".join(line.rstrip() for line in text.replace(str(ROOT), "").splitlines()) + "\n"


def _window() -> str:
    """What may stand there without a verb."""
    import argparse

    from gui.desktop.start_options import add_options

    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser)
    text = "\n.SH THE WINDOW\n"
    for action in parser._actions:  # argparse names no other way to its options
        name = ", ".join(action.option_strings) or action.metavar
        text += ".TP\n\\fB{}\\fR\n{}\n".format(name.replace("-", "\\-"), (action.help or "").replace("-", "\\-"))
    return text


def main(arguments: list[str]) -> int:
    text = man_page()
    if "--check" in arguments:
        return int(PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
