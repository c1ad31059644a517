"""What the Makefile calls: sets up what a verb needs, then runs it in place of this program.

    python scripts/setup.py run|demo|test|bench|check|fuzz [ARGUMENTS...]

Standard library only, and readable by Python 3.8, so that it can say which Python is needed. What it has to
say goes to standard error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence

import environment
import libraries

ROOT = Path(__file__).resolve().parents[1]
SCREEN = ["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24"]
NO_DISPLAY = "There is no display, so the window cannot open: transcribing the two sample recordings in the terminal."
NO_WINDOW = "The window cannot open without these libraries: reading the two sample recordings in the terminal."
NO_QT_TESTS = "Qt cannot be loaded without these libraries: the tests of the window are left out."
# pytest-qt imports Qt before the first test, and without it nobody knows the options meant for it.
WITHOUT_QT = ["-p", "no:pytest-qt", "-o", "strict_config=false", "-W", "ignore::pytest.PytestConfigWarning"]

# Each file of tests stays in one process, with what its tests share; in order, for the last ones are short. More than
# two processes were not tried. A process that crashes ends the run: pytest-xdist would put another in its place, and
# may then wait for ever (its issues 784 and 1378).
IN_TWO = [
    *("--numprocesses=auto", "--maxprocesses=2", "--max-worker-restart=0"),
    *("--dist=loadfile", "--no-loadscope-reorder"),
]
# Two processes with a thread for each processor in either would be in each other's way.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def has_display(environ: Mapping[str, str], platform: str) -> bool:
    return not platform.startswith("linux") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def become(command: Sequence[str], environ: Dict[str, str]) -> None:
    """Runs the command in place of this program, so that its exit status and its last line are make's."""
    sys.stderr.flush()
    if os.name == "nt":
        sys.exit(subprocess.call(list(command), env=environ))
    os.execvpe(command[0], list(command), environ)


def run(arguments: List[str]) -> None:
    python = environment.ensure(ROOT, environment.RUN_LOCKS, say)
    lacking = libraries.ensure(libraries.WINDOW + libraries.SOUND, say)
    environ = dict(os.environ)
    reason = None if names_a_verb(arguments) else why_no_window(environ, sys.platform, lacking)
    if reason:
        say(reason)
    become([str(python), "main.py", *(["demo"] if reason else []), *arguments], environ)


def names_a_verb(arguments: Sequence[str]) -> bool:
    """Whether a verb of the command line is asked for, which needs no window."""
    first = arguments[0] if arguments else ""
    return first.isascii() and first.replace("-", "").isalpha() and not first.startswith("-")


def why_no_window(environ: Mapping[str, str], platform: str, lacking: Sequence[libraries.Requirement]) -> Optional[str]:
    """A sentence where the window cannot open; None where it can."""
    if not has_display(environ, platform):
        return NO_DISPLAY
    plugin = libraries.XCB if environ.get("DISPLAY") else libraries.WAYLAND
    return NO_WINDOW if set(lacking) & set(libraries.QT + plugin) else None


def demo(arguments: List[str]) -> None:
    python = environment.ensure(ROOT, environment.RUN_LOCKS, say)
    become([str(python), "main.py", "demo", *arguments], dict(os.environ))


def on_a_screen(command: List[str], environ: Dict[str, str], lacking: Sequence[libraries.Requirement]) -> List[str]:
    """The command on the display there is, else on a virtual one, else (where that is missing) on none."""
    if has_display(environ, sys.platform):
        return command
    if set(lacking) & set(libraries.QT + libraries.XCB + libraries.VIRTUAL_SCREEN):
        environ["QT_QPA_PLATFORM"] = "offscreen"
        return command
    return [*SCREEN, *command]


def test(arguments: List[str]) -> None:
    python = environment.ensure(ROOT, environment.TEST_LOCKS, say)
    lacking = libraries.ensure(libraries.WINDOW + libraries.SOUND + libraries.TESTS, say)
    environ = plain_locale(dict(os.environ), sys.platform)
    command = [str(python), "-m", "pytest"]
    if set(lacking) & set(libraries.QT):
        say(NO_QT_TESTS)
        command += [*WITHOUT_QT, "--ignore=tests/gui"]
    if not names_a_file(arguments):
        command += IN_TWO
        environ.update(ONE_THREAD)
    become(on_a_screen([*command, *arguments], environ, lacking), environ)


def names_a_file(arguments: Sequence[str]) -> bool:
    """Whether single tests are asked for, which are through sooner than a second process has begun."""
    return any(Path(argument.split("::")[0]).is_file() for argument in arguments)


def plain_locale(environ: Dict[str, str], platform: str) -> Dict[str, str]:
    """The tests read English and see UTF-8, whatever the machine speaks; Qt warns of any other encoding."""
    if platform.startswith("linux"):
        environ["LC_ALL"] = "C.UTF-8"
        environ.pop("LANGUAGE", None)
    return environ


def bench(arguments: List[str]) -> None:
    python = environment.ensure(ROOT, environment.RUN_LOCKS, say)
    lacking = libraries.ensure(libraries.WINDOW + libraries.SOUND + libraries.VIRTUAL_SCREEN, say)
    environ = dict(os.environ)
    become(on_a_screen([str(python), "-m", "scripts.benchmarks", *arguments], environ, lacking), environ)


def check(arguments: List[str]) -> None:
    python = environment.ensure(ROOT, environment.TEST_LOCKS, say)
    become([str(python), "-m", "pytest", "tests/test_architecture.py", *arguments], dict(os.environ))


def fuzz(arguments: List[str]) -> None:
    python = environment.ensure(ROOT, environment.TEST_LOCKS, say)
    libraries.ensure(libraries.SOUND, say)
    become([str(python), "-m", "tests.fuzz", *arguments], dict(os.environ))


VERBS = {"run": run, "demo": demo, "test": test, "bench": bench, "check": check, "fuzz": fuzz}


def main(arguments: List[str]) -> int:
    if not arguments or arguments[0] not in VERBS:
        say("usage: setup.py {} [ARGUMENTS...]".format("|".join(VERBS)))
        return 2
    os.chdir(str(ROOT))
    try:
        VERBS[arguments[0]](arguments[1:])
    except environment.SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped. Run make again to go on.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
