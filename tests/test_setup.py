"""What `make` decides before the program starts, with the machine's facts passed in."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import environment
import libraries
import pytest
import setup
from environment import Interpreter, SetupError
from libraries import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
PORTAUDIO = libraries.SOUND[0]
CURSOR = next(requirement for requirement in libraries.WINDOW if "cursor" in requirement.apt)
NEVER = Requirement("libno-such-thing.so.9", "libno9", "no-libs", "no")
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries are Linux's")


def python(command="python3", version=(3, 11, 2), is_64_bit=True, complete=True) -> Interpreter:
    return Interpreter(command, version, is_64_bit, complete)


# --- which Python ---


def choose(*found: Interpreter | None) -> Interpreter:
    known = dict(enumerate(found))
    return environment.choose(known, known.get)


def test_takes_the_first_python_that_fits_and_skips_those_that_do_not_run():
    older, fitting, other = python(version=(3, 9, 1)), python("python3.12", (3, 12, 1)), python("python3.11")
    assert choose(None, older, fitting, other) == fitting


def test_prefers_a_python_that_can_make_environments():
    stripped, whole = python("python3.12", (3, 12, 0), complete=False), python("python3.11")
    assert choose(stripped, whole) == whole
    assert choose(stripped) == stripped


@pytest.mark.parametrize(
    "unfit", [python(version=(3, 10, 9)), python(version=(3, 13, 0)), python(is_64_bit=False), None]
)
def test_says_which_python_is_needed(unfit):
    with pytest.raises(SetupError, match=r"needs Python 3\.11 or 3\.12.*found: (none|3\.\d+\.\d+)\."):
        choose(unfit)


def test_probe_asks_a_real_interpreter():
    found = environment.probe(sys.executable)
    assert found.version == sys.version_info[:3]
    assert environment.probe("no-such-python") is None


def test_the_launcher_passes_over_a_python_that_does_not_run(tmp_path):
    for name, script in {"python3.12": "exit 127", "python3": 'echo "$@"'}.items():
        stub = tmp_path / name
        stub.write_text(f"#!/bin/sh\n{script}\n")
        stub.chmod(0o755)
    launcher = ROOT / "scripts" / "with_python.sh"
    done = subprocess.run(
        ["/bin/sh", launcher, "run", "-v"], cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "scripts/setup.py run -v"
    (tmp_path / "python3").unlink()
    done = subprocess.run(
        ["/bin/sh", launcher, "run"], cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or 3.12" in done.stderr


@pytest.mark.parametrize("name", ["setup.py", "environment.py", "libraries.py"])
def test_older_pythons_can_read_the_set_up(name):
    ast.parse((ROOT / "scripts" / name).read_text("utf-8"), feature_version=(3, 8))


# --- the virtual environment ---

WANTED = {"requirements.lock": "abc", "requirements-build.lock": "def"}


@pytest.fixture
def venv(tmp_path) -> Path:
    """An environment that was filled and stamped."""
    folder = tmp_path / ".venv"
    folder.mkdir()
    (folder / "diktovka.unfinished").touch()
    environment.write_stamp(folder, python(), WANTED)
    return folder


def test_a_stamped_environment_is_whole(venv):
    assert environment.state(venv, python(version=(3, 11, 9)), WANTED) == "whole"


def test_the_environment_of_the_tests_serves_the_program_too(venv):
    assert environment.state(venv, python(), {"requirements.lock": "abc"}) == "whole"


def test_a_changed_lock_is_installed_into_it(venv):
    assert environment.state(venv, python(), {**WANTED, "requirements.lock": "new"}) == "fill"
    assert environment.state(venv, python(), {**WANTED, "requirements-dev.lock": "x"}) == "fill"


def test_an_unreadable_stamp_counts_for_nothing(venv):
    (venv / "diktovka.json").write_text('{"folder"', "utf-8")
    assert environment.state(venv, python(), WANTED) == "fill"


def test_one_made_by_hand_is_taken_over(tmp_path):
    assert environment.state(tmp_path, python(), WANTED) == "fill"


def test_an_interrupted_installation_is_not_taken_for_a_whole_one(venv):
    (venv / "diktovka.unfinished").touch()
    assert environment.state(venv, python(), WANTED) == "renew"


def test_a_copy_in_another_folder_is_made_anew(venv, tmp_path):
    moved = tmp_path / "elsewhere"
    venv.rename(moved)
    assert environment.state(moved, python(), WANTED) == "renew"


@pytest.mark.parametrize("own", [None, python(version=(3, 12, 1)), python(version=(3, 13, 0))])
def test_an_environment_whose_python_went_or_changed_is_made_anew(venv, own):
    assert environment.state(venv, own, WANTED) == "renew"


def test_a_folder_that_is_no_environment_is_left_alone(tmp_path):
    precious = tmp_path / ".venv" / "notes.txt"
    precious.parent.mkdir()
    precious.write_text("keep")
    with pytest.raises(SetupError, match="not a virtual environment"):
        environment.make(tmp_path / ".venv", python(sys.executable), print)
    assert precious.read_text() == "keep"


def test_a_real_environment_from_nothing_to_whole_and_through_a_failed_installation(tmp_path, capfd):
    root = tmp_path / "Диктовка проба"
    root.mkdir()
    for lock in LOCKS:
        (root / lock).write_text("# nothing to install\n")
    said = []
    interpreter = environment.ensure(root, environment.RUN_LOCKS, said.append)
    assert len(said) == 2
    code = "import sys; print(sys.prefix != sys.base_prefix)"
    assert subprocess.check_output([interpreter, "-c", code], text=True).strip() == "True"

    assert environment.ensure(root, environment.RUN_LOCKS, said.append) == interpreter
    assert len(said) == 2

    (root / "requirements.lock").write_text("numpy==2.4.6\n")  # without a hash
    with pytest.raises(SetupError, match=r"could not install requirements\.lock"):
        environment.ensure(root, environment.RUN_LOCKS, said.append)
    own = environment.probe(str(interpreter))
    wanted = environment.digests(root, [environment.BUILD_LOCK, *environment.RUN_LOCKS])
    assert environment.state(root / ".venv", own, wanted) == "renew"
    assert "Hashes are required" in capfd.readouterr().err


# --- the lock files ---


def pins(name: str) -> dict[str, str]:
    """Each locked package with its version; one that differs between Pythons stands there once for each."""
    lines = re.findall(r"^([a-z0-9][\w.-]*)==(\S+)( ; .+?)?\s*\\$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return {package + marker: version for package, version, marker in lines}


def test_the_tests_run_on_the_versions_of_the_program():
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()
    assert pins("requirements.lock")["setuptools"] == pins("requirements-build.lock")["setuptools"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(name):
    text = (ROOT / name).read_text("utf-8")
    assert len(pins(name)) >= 3
    assert len(re.findall(r"^\S+==[^\\]+\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)) == len(pins(name))
    assert "://" not in text
    assert "-index-url" not in text


def test_every_declared_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    training = project["project"]["optional-dependencies"]["train"]
    declared = project["project"]["dependencies"] + training + project["dependency-groups"]["dev"]
    names = {re.match(r"[\w-]+", line)[0].lower().replace("_", "-") for line in declared}
    assert names <= {pin.partition(" ;")[0] for pin in pins("requirements-dev.lock")}


# --- system libraries ---


@linux_only
def test_finds_what_is_there_and_misses_what_is_not():
    def there(find: str) -> bool:
        return libraries.is_present(Requirement(find, "", "", ""))

    assert there("libc.so.6")
    assert not there("libno-such-thing.so.9")
    assert there("sh")
    assert not there("no-such-command")
    assert there("/no/such/*|/etc/pass*d")
    assert not there("/no/such/**/file")


@linux_only
def test_gives_what_is_missing():
    assert libraries.missing([PORTAUDIO, CURSOR], lambda requirement: requirement == CURSOR) == [PORTAUDIO]


@pytest.mark.parametrize(
    ("family", "root", "command"),
    [
        ("apt", False, "sudo apt-get install -y --no-install-recommends libxcb-cursor0 libportaudio2"),
        ("apt", True, "apt-get install -y --no-install-recommends libxcb-cursor0 libportaudio2"),
        ("dnf", False, "sudo dnf install -y xcb-util-cursor portaudio"),
        ("pacman", False, "sudo pacman -S --needed --noconfirm xcb-util-cursor portaudio"),
    ],
)
def test_names_the_exact_command(family, root, command):
    said = libraries.advice([CURSOR, PORTAUDIO, CURSOR], family, root, lists_are_empty=lambda: False)
    assert said.splitlines()[-1].strip() == command


def test_names_the_step_before_it_where_apt_knows_no_packages_yet():
    said = libraries.advice([PORTAUDIO], "apt", False, lists_are_empty=lambda: True)
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends libportaudio2" in said


def test_names_the_libraries_where_the_package_manager_is_unknown():
    assert "libxcb-cursor.so.0, portaudio" in libraries.advice([CURSOR, PORTAUDIO], None, False)


@pytest.mark.parametrize("family", ["apt", "dnf", "pacman"])
def test_recognises_the_family_by_its_package_manager(family):
    tool = {"apt": "apt-get"}.get(family, family)
    assert libraries.package_family(lambda name: f"/usr/bin/{name}" if name == tool else None) == family
    assert libraries.package_family(lambda name: None) is None


def recorder(*statuses: int):
    """A stand-in for running commands, which gives these exit statuses in turn."""
    calls, left = [], list(statuses)

    def call(command: list[str]) -> int:
        calls.append(command[1])
        return left.pop(0)

    return calls, call


@pytest.mark.parametrize(
    ("empty", "statuses", "commands", "success"),
    [
        (False, [0], ["install"], True),
        (True, [0, 0], ["update", "install"], True),
        (False, [100, 0, 0], ["install", "update", "install"], True),
        (False, [100, 0, 100], ["install", "update", "install"], False),
        (True, [100], ["update"], False),
    ],
)
def test_apt_takes_fresh_lists_where_it_must(empty, statuses, commands, success):
    calls, call = recorder(*statuses)
    assert libraries.apt_install(["libportaudio2"], call, lambda: empty) is success
    assert calls == commands


class Machine:
    """A Linux without some packages. refuses: packages that cannot be installed."""

    def __init__(self, *lacking: Requirement, family="apt", root=True, refuses=()):
        self.lacking, self.family, self.root, self.refuses = set(lacking), family, root, set(refuses)
        self.installed, self.said = [], []

    def install(self, packages) -> bool:
        self.installed += packages
        self.lacking = {r for r in self.lacking if r.apt not in packages or r.apt in self.refuses}
        return not self.refuses

    def ensure(self, *wanted: Requirement) -> list[Requirement]:
        return libraries.ensure(
            wanted,
            self.said.append,
            look=lambda requirements: [r for r in requirements if r in self.lacking],
            install=self.install,
            family=lambda: self.family,
            root=lambda: self.root,
        )


def test_installs_only_what_is_missing_as_root_on_debian():
    machine = Machine(PORTAUDIO)
    assert machine.ensure(PORTAUDIO, CURSOR) == []
    assert machine.installed == ["libportaudio2"]


def test_says_nothing_where_nothing_is_missing():
    machine = Machine()
    assert machine.ensure(PORTAUDIO, CURSOR) == []
    assert (machine.installed, machine.said) == ([], [])


@pytest.mark.parametrize("machine", [Machine(PORTAUDIO, root=False), Machine(PORTAUDIO, family="dnf")])
def test_prints_the_command_where_it_may_not_install(machine):
    assert machine.ensure(PORTAUDIO) == [PORTAUDIO]
    assert machine.installed == []
    assert "portaudio" in machine.said[-1]


def test_says_what_is_missing_after_a_failed_installation():
    machine = Machine(PORTAUDIO, NEVER, refuses=["libno9"])
    assert machine.ensure(PORTAUDIO, NEVER) == [NEVER]
    assert machine.said[-1].endswith("apt-get install -y --no-install-recommends libno9")


# --- window, terminal, tests ---


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_knows_whether_there_is_a_display(environ, platform, expected):
    assert setup.has_display(environ, platform) is expected


@pytest.mark.parametrize(
    ("environ", "lacking", "reason"),
    [
        ({"DISPLAY": ":0"}, [], None),
        ({"DISPLAY": ":0"}, [PORTAUDIO], None),
        ({"DISPLAY": ":0"}, [CURSOR], setup.NO_WINDOW),
        ({"DISPLAY": ":0"}, [libraries.WAYLAND[0]], None),
        ({"WAYLAND_DISPLAY": "wayland-0"}, [libraries.XCB[0]], None),
        ({"WAYLAND_DISPLAY": "wayland-0"}, [libraries.WAYLAND[0]], setup.NO_WINDOW),
        ({"WAYLAND_DISPLAY": "wayland-0"}, [libraries.QT[0]], setup.NO_WINDOW),
        ({}, [], setup.NO_DISPLAY),
    ],
)
def test_says_why_the_window_cannot_open(environ, lacking, reason):
    assert setup.why_no_window(environ, "linux", lacking) == reason


@pytest.mark.parametrize(
    ("arguments", "begun"),
    [
        ([], ["demo"]),
        (["--language", "ru"], ["demo", "--language", "ru"]),
        (["evaluate", "--help"], ["evaluate", "--help"]),
        (["language-model", "text.txt"], ["language-model", "text.txt"]),
    ],
)
@linux_only
def test_without_a_display_a_verb_runs_and_the_window_gives_way_to_the_samples(monkeypatch, arguments, begun):
    ran = []
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(environment, "ensure", lambda *_: "python")
    monkeypatch.setattr(libraries, "ensure", lambda *_: [])
    monkeypatch.setattr(setup, "become", lambda command, environ: ran.append(command))
    setup.run(arguments)
    assert ran == [["python", "main.py", *begun]]


@linux_only
def test_tests_run_on_the_display_there_is_or_on_a_virtual_one_or_on_none():
    command = ["python", "-m", "pytest"]
    assert setup.on_a_screen(command, {"DISPLAY": ":0"}, []) == command
    environ = {}
    assert setup.on_a_screen(command, environ, [PORTAUDIO]) == [*setup.SCREEN, *command]
    assert environ == {}
    assert setup.on_a_screen(command, environ, [libraries.VIRTUAL_SCREEN[0]]) == command
    assert environ == {"QT_QPA_PLATFORM": "offscreen"}


@pytest.mark.parametrize(
    ("arguments", "in_two"),
    [
        ([], True),
        (["-k", "audio"], True),
        (["tests/engine"], True),
        (["-k", "audio", "--numprocesses=0"], True),
        (["tests/test_setup.py"], False),
        (["-x", "tests/test_setup.py::test_an_unknown_verb_is_refused"], False),
    ],
)
def test_tests_run_in_two_processes_unless_a_file_is_named(monkeypatch, arguments, in_two):
    """What is typed comes last, so that it overrules."""
    ran = []
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(environment, "ensure", lambda *_: "python")
    monkeypatch.setattr(libraries, "ensure", lambda *_: [])
    monkeypatch.setattr(setup, "become", lambda command, environ: ran.append((command, environ)))
    setup.test(arguments)
    ((command, environ),) = ran
    begun = command[command.index("pytest") + 1 :]
    assert begun == [*(setup.IN_TWO if in_two else []), *arguments]
    assert not in_two or environ["TF_NUM_INTRAOP_THREADS"] == "1"


def test_tests_do_not_depend_on_the_language_of_the_machine():
    assert setup.plain_locale({"LANG": "ru_RU.KOI8-R", "LANGUAGE": "ru"}, "linux") == {
        "LANG": "ru_RU.KOI8-R",
        "LC_ALL": "C.UTF-8",
    }


def test_an_unknown_verb_is_refused(capsys):
    assert setup.main(["dance"]) == 2
    assert "run|demo|test|bench|check|fuzz" in capsys.readouterr().err
