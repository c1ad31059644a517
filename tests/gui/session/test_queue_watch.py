"""The watched folder: new recordings are read once they have stopped growing."""

import time
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from gui.session.watched_folder import SETTLE_MS, sizes_in
from tests.gui.history_stage import settle, states


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "наблюдение"
    folder.mkdir()
    (folder / "старая.wav").write_bytes(b"was here before")
    return folder


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self):
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def leaping_clock():
    """Each time it is asked, so much later that what has not changed is whole."""
    return count(time.monotonic(), SETTLE_MS / 1000).__next__


def watch(stage, qtbot, folder: Path, clock=None):
    watched = stage.program.watch
    watched.clock = clock or leaping_clock()
    watched.settle.setInterval(20)
    stage.program.settings.watch_folder = str(folder)
    settle(stage, qtbot)
    return watched


def look(watched, qtbot) -> None:
    """As the file system or the clock would have it."""
    watched.look()
    qtbot.waitUntil(lambda: not watched.busy)


def look_twice(watched, qtbot) -> None:
    look(watched, qtbot)
    look(watched, qtbot)


def watch_by_hand(stage, qtbot, folder: Path):
    """The watched folder, which looks when the test says so, and its clock."""
    clock = HandClock()
    watched = watch(stage, qtbot, folder, clock)
    qtbot.waitUntil(lambda: not watched.busy)
    watched.settle.stop()
    watched.settle.setInterval(1_000_000)
    watched.every.stop()
    return watched, clock


def test_a_new_recording_is_read_and_an_old_one_is_not(stage, qtbot, folder):
    watched = watch(stage, qtbot, folder)
    with qtbot.waitSignal(watched.read) as told:
        (folder / "новая.mp3").write_bytes(b"sound")
        (folder / "заметки.txt").write_bytes(b"no sound")
        watched.look()
    assert told.args == [[folder / "новая.mp3"]]
    stage.engine.read("прочитано")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert states(stage, qtbot) == [("новая.mp3", "done", "прочитано")]
    assert stage.text == ""


def test_a_recording_that_still_grows_waits(stage, qtbot, folder):
    watched, clock = watch_by_hand(stage, qtbot, folder)
    growing = folder / "растёт.wav"
    for size in (0, 10, 20, 30):
        growing.write_bytes(b"x" * size)
        clock.now_s += 10
        look(watched, qtbot)
        settle(stage, qtbot)
        assert stage.session.jobs == []
    clock.now_s += 10
    with qtbot.waitSignal(watched.read):
        watched.look()


def test_a_recording_is_not_whole_because_the_folder_was_looked_at_twice(stage, qtbot, folder):
    """Each other file that is put there is a reason to look, however soon after the last one."""
    watched, clock = watch_by_hand(stage, qtbot, folder)
    (folder / "растёт.wav").write_bytes(b"x" * 10)
    look(watched, qtbot)
    for passed_s in (0.0, 0.1, 1.8):
        clock.now_s += passed_s
        look(watched, qtbot)
        settle(stage, qtbot)
        assert stage.session.jobs == []
    clock.now_s += 0.2
    with qtbot.waitSignal(watched.read):
        watched.look()


def test_changes_without_end_do_not_put_the_look_off(stage, qtbot, folder):
    watched = watch(stage, qtbot, folder)
    watched.settle.setInterval(200)
    changing = QTimer(interval=10)
    changing.timeout.connect(lambda: watched.watcher.directoryChanged.emit(str(folder)))
    (folder / "новая.mp3").write_bytes(b"sound")
    changing.start()
    with qtbot.waitSignal(watched.read):
        pass
    assert changing.isActive()
    changing.stop()


def test_a_change_is_not_looked_at_while_it_is_still_made(stage, qtbot, folder):
    watched, _clock = watch_by_hand(stage, qtbot, folder)
    watched.watcher.directoryChanged.emit(str(folder))
    assert not watched.busy
    assert watched.settle.isActive()


def test_a_look_that_is_asked_for_during_another_is_taken_afterwards(stage, qtbot, folder):
    watched, _clock = watch_by_hand(stage, qtbot, folder)
    watched.look()
    assert not watched.settle.isActive()
    watched.look()
    assert watched.settle.isActive()
    qtbot.waitUntil(lambda: not watched.busy)


def test_an_empty_file_is_not_whole(stage, qtbot, folder):
    watched = watch(stage, qtbot, folder)
    (folder / "пустая.wav").touch()
    look_twice(watched, qtbot)
    settle(stage, qtbot)
    assert stage.session.jobs == []


def read_after_a_restart(stage, make_stage, qtbot, folder) -> list[Path]:
    """What the folder gives to read at the next start, one recording having been put there meanwhile."""
    with qtbot.waitSignal(stage.program.history.closed):
        stage.window.close()
    (folder / "пока закрыто.ogg").write_bytes(b"sound")
    again = make_stage()
    again.program.watch.clock = leaping_clock()
    again.program.watch.settle.setInterval(20)
    with qtbot.waitSignal(again.program.watch.read) as told:
        again.program.watch.look()
    (paths,) = told.args
    return paths


def test_nothing_is_read_twice(stage, make_stage, qtbot, folder):
    watched = watch(stage, qtbot, folder)
    with qtbot.waitSignal(watched.read):
        (folder / "новая.mp3").write_bytes(b"sound")
        watched.look()
    stage.engine.read("прочитано")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    look_twice(watched, qtbot)
    assert read_after_a_restart(stage, make_stage, qtbot, folder) == [folder / "пока закрыто.ogg"]


def test_what_was_deleted_for_good_is_not_read_again(stage, make_stage, qtbot, folder):
    watched = watch(stage, qtbot, folder)
    with qtbot.waitSignal(watched.read):
        (folder / "новая.mp3").write_bytes(b"sound")
        watched.look()
    stage.engine.read("прочитано")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    stage.program.history.store.write(lambda history: history.purge(history.keys()))
    assert read_after_a_restart(stage, make_stage, qtbot, folder) == [folder / "пока закрыто.ogg"]


def test_a_folder_that_is_gone_is_told_once_and_taken_up_again(stage, qtbot, folder, tmp_path):
    watched = watch(stage, qtbot, folder)
    qtbot.waitUntil(lambda: not watched.busy)
    folder.rename(tmp_path / "убрано")
    look_twice(watched, qtbot)
    told = [text for text in stage.page.messages.texts if str(folder) in text]
    assert len(told) == 1
    (tmp_path / "убрано").rename(folder)
    with qtbot.waitSignal(watched.read):
        (folder / "новая.mp3").write_bytes(b"sound")
        watched.look()


def test_watching_none_any_more(stage, qtbot, folder):
    watched = watch(stage, qtbot, folder)
    qtbot.waitUntil(lambda: not watched.busy)
    stage.program.settings.watch_folder = ""
    (folder / "новая.mp3").write_bytes(b"sound")
    watched.look()
    assert not watched.busy
    assert not watched.every.isActive()
    assert watched.watcher.directories() == []


def test_sizes(folder):
    assert {path.name: size for path, (size, _time) in sizes_in(folder).items()} == {"старая.wav": 15}
