"""What people expect of any window: files that are none are named, text grows, Space records, the model is named."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from engine.errors import AudioUnreadable
from engine.paths import shipped_checkpoint
from gui.session.folder_scan import is_other_file
from tests.gui.history_stage import states

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.mark.parametrize("name", ["a.txt", "a.PDF", "a.jpg", "a.docx", "a.srt", "a.html"])
def test_what_is_no_recording_is_known_by_its_name(name):
    assert is_other_file(Path(name))


@pytest.mark.parametrize("name", ["a.wav", "a.OGG", "a.mkv", "a", "a.unknown", "a.mp4"])
def test_what_may_be_one_is_tried(name):
    assert not is_other_file(Path(name))


def test_dropped_files_that_are_no_recordings_are_named_and_not_kept(stage, qtbot, tmp_path):
    paths = [tmp_path / name for name in ("план.pdf", "голос.wav", "фото.jpg")]
    for path in paths:
        path.touch()
    stage.session.open_dropped(paths)
    qtbot.waitUntil(lambda: bool(stage.session.jobs))
    assert [job.path.name for job in stage.session.jobs] == ["голос.wav"]
    assert stage.page.messages.texts == ["2 files are no recordings and were left out: “план.pdf”, “фото.jpg”"]
    stage.engine.read("раз")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert states(stage, qtbot) == [("голос.wav", "done", "раз")]
    stage.session.open_dropped(paths[:1])
    qtbot.waitUntil(lambda: "“план.pdf” is no recording and was left out." in stage.page.messages.texts)
    assert len(states(stage, qtbot)) == 1


def turn(widget, notches: int, held: Qt.KeyboardModifier) -> bool:
    """Whether the widget takes the wheel for itself; Qt hands what it does not take to its parents."""
    place = QPointF(5, 5)
    turned = QPoint(0, 120 * notches)
    event = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        turned,
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_the_words_are_counted(stage, qtbot):
    assert stage.page.toolbar.count.text() == ""
    stage.session.open_files([Path("/записи/a b.wav"), Path("/записи/c.wav")])
    stage.engine.read("раз два")
    stage.engine.read("три")
    qtbot.waitUntil(lambda: stage.page.toolbar.count.text() == "3 words")
    stage.page.clear()
    qtbot.waitUntil(lambda: stage.page.toolbar.count.text() == "")


def test_files_that_were_opened_are_offered_again(stage, qtbot, tmp_path):
    opened, gone = tmp_path / "план & смета.wav", tmp_path / "ушла.wav"
    opened.touch()
    stage.session.open_files([opened, gone])
    stage.engine.read("раз")
    stage.engine.read("два")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    menu = stage.program.recent_files.menu
    qtbot.keyClick(stage.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: bool(menu.actions()) and menu.isVisible())
    assert [action.text() for action in menu.actions()] == ["план && смета.wav"]
    menu.actions()[0].trigger()
    menu.close()
    qtbot.waitUntil(lambda: len(stage.engine.calls) == 3)
    stage.engine.read("снова")
    qtbot.waitUntil(lambda: not stage.session.jobs)


def test_whoever_looks_elsewhere_is_told_that_the_queue_is_done(stage, qtbot, monkeypatch):
    told = []
    monkeypatch.setattr(QApplication, "alert", lambda window, *_: told.append(window))
    monkeypatch.setattr(type(stage.window), "isActiveWindow", lambda _window: False)
    stage.session.open_files([Path("/записи/a.wav"), Path("/записи/b.wav")])
    stage.engine.read("раз")
    qtbot.waitUntil(lambda: len(stage.engine.calls) == 2)
    assert told == []
    stage.engine.fail(AudioUnreadable(path=Path("/записи/b.wav"), reason="unknown format"))
    said = "1 file is transcribed. 1 file could not be transcribed."
    qtbot.waitUntil(lambda: said in stage.page.messages.texts)
    assert told == [stage.window]


def test_a_file_that_fails_alone_is_told_at_once_and_once(stage, qtbot, monkeypatch):
    told = []
    monkeypatch.setattr(QApplication, "alert", lambda window, *_: told.append(window))
    monkeypatch.setattr(type(stage.window), "isActiveWindow", lambda _window: False)
    for name in ("a.wav", "b.wav"):
        stage.session.open_files([Path("/записи") / name])
        stage.engine.fail(AudioUnreadable(path=Path("/записи") / name, reason="unknown format"))
        qtbot.waitUntil(lambda name=name: any(name in text for text in stage.page.messages.texts))
        qtbot.waitUntil(lambda: not stage.session.jobs)
    assert told == [stage.window] * 2
    assert [text for text in stage.page.messages.texts if "could not be transcribed" in text] == []


def test_ctrl_and_the_wheel_change_the_size_of_all_text(stage):
    settings, text = stage.program.settings, stage.page.transcript.viewport()
    before = stage.page.transcript.font().pointSizeF()
    assert not turn(text, 1, Qt.KeyboardModifier.ControlModifier)
    assert turn(stage.window, 1, Qt.KeyboardModifier.ControlModifier)
    assert settings.text_percent == 110
    assert stage.page.transcript.font().pointSizeF() > before
    turn(stage.window, 1, Qt.KeyboardModifier.NoModifier)
    assert settings.text_percent == 110
    for _notch in range(5):
        turn(stage.window, -1, Qt.KeyboardModifier.ControlModifier)
    assert settings.text_percent == 80


def test_space_records_on_my_voice_without_a_click(stage, qtbot):
    stage.window.tabs.setCurrentWidget(stage.window.voice)
    qtbot.waitUntil(lambda: stage.window.voice.page is not None)
    reader = stage.window.voice.page.reader
    qtbot.waitUntil(reader.record.hasFocus)
    stage.window.tabs.tabBar().setFocus()
    qtbot.keyClick(stage.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: reader.state.name == "RECORDING")
    reader.cancel()


def test_the_model_in_use_is_named_with_the_way_back(stage, tmp_path):
    label = stage.page.model
    assert label.text() == "Model: as shipped"
    assert not label.back.isEnabled()
    folder = tmp_path / "Мой голос"
    folder.mkdir()
    (folder / "model.json").write_text("{}")
    stage.program.settings.model = folder
    stage.session.use_model(folder)
    assert label.text() == "Model: Мой голос"
    assert not label.former.isVisible()  # that is the shipped one, which has its own line
    other = tmp_path / "Другой"

    other.mkdir()
    (other / "model.json").write_text("{}")
    stage.program.settings.model = other
    assert label.former.isVisible()
    assert label.former.text() == "Back to the model before: Мой голос"
    label.former.trigger()
    assert stage.session.model == stage.program.settings.model == folder
    label.back.trigger()
    assert stage.session.model == stage.program.settings.model == shipped_checkpoint()
    assert label.text() == "Model: as shipped"
