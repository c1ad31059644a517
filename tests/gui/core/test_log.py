"""The log, and the stall meter."""

import logging
import sys
import threading

import pytest

from gui.core.log import Uncaught, read_log, start_logging
from tests.support.stall import BEAT_MS, StallMeter


# --- the log ---
@pytest.fixture
def logged(tmp_path):
    """A log file in use."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    path = tmp_path / "log" / "diktovka.log"
    start_logging(path)
    yield path
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.fixture
def uncaught(qapp):
    uncaught = Uncaught()
    uncaught.install()
    yield uncaught
    uncaught.uninstall()


def test_what_nobody_caught_is_logged_and_told(logged, uncaught, qtbot):
    error = ZeroDivisionError("ноль")
    with qtbot.waitSignal(uncaught.failed) as told:
        sys.excepthook(type(error), error, None)
    assert told.args == [error]
    assert "ZeroDivisionError: ноль" in read_log(logged)


def test_what_nobody_caught_on_a_thread_is_told_on_the_windows(logged, uncaught, qtbot):
    def fail():
        raise ValueError("в потоке")

    with qtbot.waitSignal(uncaught.failed) as told:
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert str(told.args[0]) == "в потоке"
    assert "в потоке" in read_log(logged)


def test_ctrl_c_is_no_failure(logged, uncaught):
    told = []
    uncaught.failed.connect(told.append)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told == []
    assert read_log(logged) == ""


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path, capsys):
    (tmp_path / "file").touch()
    start_logging(tmp_path / "file" / "diktovka.log")
    assert "No log is kept" in capsys.readouterr().err
    assert read_log(tmp_path / "file" / "diktovka.log") == ""


# --- the stall meter ---
def test_the_stall_meter_tells_the_longest_gap(qapp):
    now_s = [0.0]
    waited_s = [5.0]
    meter = StallMeter(lambda: now_s[0], lambda: waited_s[0])
    meter.beat()
    for gap_s, for_processor_s in ((0.005, 0), (0.3, 0.28), (0.1, 0.01)):
        now_s[0] += gap_s + BEAT_MS / 1000
        waited_s[0] += for_processor_s
        meter.beat()
    assert meter.longest_s == pytest.approx(0.3)
    assert meter.longest_own_s == pytest.approx(0.09)


def test_the_stall_meter_sees_a_loop_that_stands_still(qtbot):
    with StallMeter() as meter:
        qtbot.wait(20)
        threading.Event().wait(0.15)
    assert meter.longest_s >= 0.14
    assert meter.longest_own_s >= 0.13  # it slept, and did not wait for a processor
