"""A second start hands its command to the first: over a socket of this person's, and with two real processes."""

import json
import os
import signal
import stat
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtNetwork import QLocalSocket

from engine.errors import DiktovkaError
from gui.core.errors import NotAnswered, ToldByOther
from gui.desktop import start_options
from gui.desktop.single_instance import TRY_EVERY_MS, SingleInstance
from gui.desktop.start_options import StartOptions, parse
from tests.helpers.screens import program, x11_screen

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks at files of POSIX systems")


@pytest.fixture
def instances(tmp_path, qapp):
    made = []

    def make(**options) -> SingleInstance:
        made.append(SingleInstance(tmp_path, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


# It listens once there is a file "go" in its folder.
FIRST = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from gui.desktop.single_instance import SingleInstance
from engine.errors import DiktovkaError
app = QCoreApplication([])
instance = SingleInstance(Path(sys.argv[1]))
assert instance.claim()
def take(options):
    print(options.command, *options.files, flush=True)
    if options.command == "cancel":
        raise DiktovkaError(reason="there is nothing")
def listen():
    if (Path(sys.argv[1]) / "go").exists():
        waiting.stop()
        instance.listen(take)
        print("listening", flush=True)
waiting = QTimer(interval=10)
waiting.timeout.connect(listen)
waiting.start()
print("starting", flush=True)
app.exec()
"""


@pytest.fixture
def starting(tmp_path):
    """Another process that is the first, and does not listen yet."""
    with program("-c", FIRST, str(tmp_path)) as running:
        assert running.stdout.readline() == "starting\n"
        yield running


@pytest.fixture
def first(starting, tmp_path):
    """Another process that runs already."""
    (tmp_path / "go").touch()
    assert starting.stdout.readline() == "listening\n"
    return starting


def test_the_first_takes_what_the_second_hands_over(first, instances, tmp_path):
    second = instances()
    assert not second.claim()
    second.hand_over(StartOptions(start_options.TOGGLE))
    assert first.stdout.readline() == "toggle\n"
    second.hand_over(StartOptions(start_options.OPEN, (tmp_path / "мой файл.wav", tmp_path / "b.wav")))
    assert first.stdout.readline() == f"open {tmp_path / 'мой файл.wav'} {tmp_path / 'b.wav'}\n"


def test_what_the_first_cannot_do_is_told_by_the_second(first, instances):
    with pytest.raises(ToldByOther, match="there is nothing"):
        instances().hand_over(StartOptions(start_options.CANCEL))


def test_a_killed_program_leaves_nothing_in_the_way(first, instances, tmp_path):
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    assert any(path.is_socket() for path in tmp_path.iterdir())
    heir = instances()
    assert heir.claim()
    heir.listen(lambda _options: None)
    assert not instances().claim()


def test_a_program_that_does_not_answer_is_told(first, instances, monkeypatch):
    monkeypatch.setattr("gui.desktop.single_instance.ANSWER_WITHIN_MS", 200)
    first.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(NotAnswered):
            instances().hand_over(StartOptions(start_options.SHOW))
    finally:
        first.send_signal(signal.SIGCONT)


def test_a_start_while_the_first_is_still_starting_waits_for_it(starting, instances, tmp_path, monkeypatch):
    monkeypatch.setattr("gui.desktop.single_instance.ANSWER_WITHIN_MS", 60_000)

    def sleep_ms(ms: int) -> None:
        """By now it was tried once, in vain."""
        (tmp_path / "go").touch()
        QThread.msleep(ms)

    second = instances(sleep_ms=sleep_ms)
    assert not second.claim()
    assert second.hand_over(StartOptions(start_options.TOGGLE))
    assert [starting.stdout.readline() for _ in range(2)] == ["listening\n", "toggle\n"]


def test_a_first_that_never_listens_is_told_without_a_busy_loop(instances, monkeypatch):
    monkeypatch.setattr("gui.desktop.single_instance.ANSWER_WITHIN_MS", 20 * TRY_EVERY_MS)
    assert instances().claim()
    slept = []

    def sleep_ms(ms: int) -> None:
        slept.append(ms)
        QThread.msleep(ms)

    with pytest.raises(NotAnswered):
        instances(sleep_ms=sleep_ms).hand_over(StartOptions(start_options.SHOW))
    assert 1 <= len(slept) <= 20
    assert set(slept) == {TRY_EVERY_MS}


def test_a_start_while_the_first_is_ending_runs_in_its_place(instances):
    first = instances()
    assert first.claim()
    first.listen(lambda _options: None)
    first.stop_listening()
    second = instances(sleep_ms=lambda _ms: first.close())
    assert not second.claim()
    assert not second.hand_over(StartOptions(start_options.SHOW))
    assert not instances().claim()
    second.listen(lambda _options: None)


def test_only_this_person_may_use_the_socket(instances, tmp_path):
    one = instances()
    assert one.claim()
    one.listen(lambda _options: None)
    assert stat.S_IMODE(Path(one.address).stat().st_mode) & 0o077 == 0


def test_the_socket_lies_where_nobody_else_may_enter(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    folder = Path(SingleInstance().address).parent
    assert folder.stat().st_uid == os.getuid()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    open_to_all = tmp_path / "runtime"
    open_to_all.mkdir(mode=0o755)
    open_to_all.chmod(0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(open_to_all))
    assert Path(SingleInstance().address).parent == folder


def test_in_a_flatpak_it_lies_where_each_start_finds_it(monkeypatch, tmp_path):
    """There each start has a runtime folder of its own; the one of the app, in it, they have in common."""
    app = "org.diktovka.Diktovka"
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert Path(SingleInstance().address).parent == tmp_path
    monkeypatch.setenv("FLATPAK_ID", app)
    assert not Path(SingleInstance().address).is_relative_to(tmp_path)
    shared = tmp_path / "app" / app
    shared.mkdir(mode=0o700, parents=True)
    assert Path(SingleInstance().address).parent == shared


def test_a_long_path_is_shortened_for_the_socket(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("DIKTOVKA_HOME", str(tmp_path / ("long" * 40)))
    assert len(SingleInstance().address) < 108


@pytest.mark.parametrize(
    "said",
    [b"nonsense\n", b"{}\n", b'{"command": "format the disk", "files": []}\n', b'{"command": "show", "files": [1]}\n']
    + [
        json.dumps({"command": "show", "files": [], **wrong}).encode() + b"\n"
        for wrong in ({"files": ["a\0b"]}, {"files": ["\ud800"]}, {"token": "a\0b"}, {"token": "\ud800"}, {"token": 1})
    ],
)
def test_what_is_not_understood_changes_nothing(instances, qtbot, said):
    taken = []
    one = instances()
    assert one.claim()
    one.listen(taken.append)
    socket = QLocalSocket()
    socket.connectToServer(one.address)
    socket.write(said)
    with qtbot.waitSignal(socket.disconnected):
        pass
    assert bytes(socket.readAll().data()) == b'{"error": "it was not understood"}\n'
    assert taken == []


def test_where_no_lock_can_be_made_each_start_is_one_for_itself(tmp_path, qapp, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DIKTOVKA_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "none"))
    for one in (SingleInstance(tmp_path / "file"), SingleInstance()):
        assert one.claim()
        one.listen(lambda _options: None)
        one.close()


def test_a_message_without_end_is_cut_off(instances, qtbot):
    one = instances()
    assert one.claim()
    one.listen(lambda _options: None)
    socket = QLocalSocket()
    socket.connectToServer(one.address)
    with qtbot.waitSignal(socket.disconnected):
        for _ in range(40):
            socket.write(b"x" * 65_536)


def test_options():
    assert parse([]) == StartOptions("show")
    assert parse(["--toggle"]) == StartOptions("toggle")
    assert parse(["--start-hidden"]) == StartOptions("hide")
    assert parse(["a.wav", "b.wav"]) == StartOptions("open", (Path("a.wav").absolute(), Path("b.wav").absolute()))


@pytest.mark.parametrize("argv", [["--toggle", "--cancel"], ["--nonsense"]])
def test_options_that_make_no_sense(argv, capsys):
    with pytest.raises(SystemExit):
        parse(argv)
    assert "diktovka" in capsys.readouterr().err


# --- the program itself ---


# As main.py, but it has time to wait for a first program that is slow for want of processors.
PATIENT = """
import sys
import gui.desktop.single_instance
import main
gui.desktop.single_instance.ANSWER_WITHIN_MS = 90_000
sys.exit(main.main())
"""


def run_main(*arguments: str, **environment: str) -> tuple[int, str]:
    with program("-c", PATIENT, *arguments, **environment) as running:
        _out, errors = running.communicate(timeout=100)
        return running.returncode, errors


def test_commands_without_a_running_program(own_home):
    assert run_main("--cancel", QT_QPA_PLATFORM="offscreen") == (1, "diktovka: Diktovka is not running.\n")


def test_two_real_programs(own_home, tmp_path, qtbot):
    """The second tells the first to hide nothing, to open a file that is not there, and the first ends in peace."""
    with x11_screen() as display:
        environment = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "DIKTOVKA_LANGUAGE": "en"}
        with program("main.py", "--start-hidden", **environment) as first:
            log = own_home / "log" / "diktovka.log"
            second = SingleInstance()
            qtbot.waitUntil(lambda: Path(second.address).exists())
            assert first.poll() is None
            for arguments in (("--show-nothing",), ("--toggle",), ("--cancel",), (str(tmp_path / "нет.wav"),)):
                status, errors = run_main(*arguments, **environment)
                assert (status, bool(errors)) == ((2, True) if arguments == ("--show-nothing",) else (0, False)), errors
            first.send_signal(signal.SIGTERM)
            assert first.wait(60) == 0
            assert log.exists()
        assert second.claim()
        second.close()


def test_errors_are_ours():
    assert issubclass(NotAnswered, DiktovkaError)
