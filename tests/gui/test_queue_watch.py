"""The watched folder: new recordings are read once they have stopped growing."""

from pathlib import Path

import pytest

from gui.queue_watch import sizes_in
from tests.gui.history_stage import settle, states


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "наблюдение"
    folder.mkdir()
    (folder / "старая.wav").write_bytes(b"was here before")
    return folder


def watch(stage, qtbot, folder: Path):
    watched = stage.program.watch
    watched.settle.setInterval(20)
    stage.program.settings.watch_folder = str(folder)
    settle(stage, qtbot)
    return watched


def look_twice(watched, qtbot) -> None:
    """As the file system or the clock would have it."""
    for _ in range(2):
        watched.look()
        qtbot.waitUntil(lambda: watched._task is None)


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
    watched = watch(stage, qtbot, folder)
    watched.settle.setInterval(1_000_000)
    growing = folder / "растёт.wav"
    for size in (0, 10, 20, 30):
        growing.write_bytes(b"x" * size)
        watched.look()
        qtbot.waitUntil(lambda: watched._task is None)
        settle(stage, qtbot)
        assert stage.session.jobs == []
    with qtbot.waitSignal(watched.read):
        watched.look()


def test_an_empty_file_is_not_whole(stage, qtbot, folder):
    watched = watch(stage, qtbot, folder)
    (folder / "пустая.wav").touch()
    look_twice(watched, qtbot)
    settle(stage, qtbot)
    assert stage.session.jobs == []


def test_nothing_is_read_twice(stage, make_stage, qtbot, folder):
    watched = watch(stage, qtbot, folder)
    with qtbot.waitSignal(watched.read):
        (folder / "новая.mp3").write_bytes(b"sound")
        watched.look()
    stage.engine.read("прочитано")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    look_twice(watched, qtbot)
    with qtbot.waitSignal(stage.program.history.closed):
        stage.window.close()
    (folder / "пока закрыто.ogg").write_bytes(b"sound")
    again = make_stage()
    again.program.watch.settle.setInterval(20)
    with qtbot.waitSignal(again.program.watch.read) as told:
        again.program.watch.look()
    assert told.args == [[folder / "пока закрыто.ogg"]]


def test_a_folder_that_is_gone_is_told_once_and_taken_up_again(stage, qtbot, folder, tmp_path):
    watched = watch(stage, qtbot, folder)
    qtbot.waitUntil(lambda: watched._task is None)
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
    qtbot.waitUntil(lambda: watched._task is None)
    stage.program.settings.watch_folder = ""
    (folder / "новая.mp3").write_bytes(b"sound")
    watched.look()
    assert watched._task is None
    assert not watched._every.isActive()
    assert watched._watcher.directories() == []


def test_sizes(folder):
    assert {path.name: size for path, (size, _time) in sizes_in(folder).items()} == {"старая.wav": 15}
