"""Opening recordings: by the dialog, by dropping, from the command line; progress, failures and Cancel."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from engine.errors import AudioUnreadable, CheckpointMissing, EngineError
from gui.files import ask_open_paths, ask_save_path, dropped_paths

FILES = [Path("/записи/первая.wav"), Path("/записи/вторая.mp3"), Path("/записи/третья.ogg")]


def mime(paths) -> QMimeData:
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return dropped


def enter(stage, dropped: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(50, 50), Qt.DropAction.CopyAction, dropped, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    QApplication.sendEvent(stage.window, event)
    return event


def drop(stage, dropped: QMimeData) -> None:
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        dropped,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QEvent.Type.Drop,
    )
    QApplication.sendEvent(stage.window, event)


def test_one_file(stage, qtbot):
    stage.session.open_files(FILES[:1])
    assert stage.words == "Reading the file"
    stage.engine.read("текст файла")
    qtbot.waitUntil(lambda: stage.text == "текст файла")
    assert stage.engine.calls == [("transcribe", FILES[0])]


def test_several_files_have_their_names_as_headings(stage, qtbot):
    stage.session.open_files(FILES)
    for text in ("раз", "два", "три"):
        stage.engine.read(text)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert stage.text == "первая.wav\nраз\nвторая.mp3\nдва\nтретья.ogg\nтри"


def test_progress_is_told_in_words_and_as_a_bar(stage, qtbot):
    stage.session.open_files(FILES)
    stage.engine.read("раз", duration_s=60)
    stage.engine.begin(duration_s=60)
    stage.engine.progress(30, 60)
    qtbot.waitUntil(lambda: stage.words.startswith("Reading 2 of 3 files, "))
    progress = stage.page.controls.progress
    qtbot.waitUntil(progress.isVisible)
    assert progress.value() / progress.maximum() == pytest.approx(0.5, abs=0.01)
    assert stage.page.controls.cancel.isVisible()
    qtbot.mouseClick(stage.page.controls.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert not progress.isVisible()
    assert stage.page.messages.texts == ["Cancelled. 2 recordings were not read to their end; they are kept."]
    stage.press("Try again")
    stage.engine.read("два")
    stage.engine.read("три")
    qtbot.waitUntil(lambda: stage.text.endswith("вторая.mp3\nдва\nтретья.ogg\nтри"))


def test_what_is_quick_shows_no_progress(stage, qtbot):
    stage.session.open_files(FILES[:1])
    assert not stage.page.controls.progress.isVisible()
    assert not stage.page.controls.cancel.isVisible()
    stage.engine.read("мигом")
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert not stage.page.controls.progress.isVisible()


def test_a_bad_file_stops_neither_the_window_nor_the_others(stage, qtbot):
    stage.session.open_files(FILES)
    failure = AudioUnreadable(path=FILES[1], reason="unknown format")
    stage.engine.read("раз")
    stage.engine.fail(failure)
    stage.engine.read("три")
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert stage.text == "первая.wav\nраз\nтретья.ogg\nтри"
    assert stage.page.messages.texts == [str(failure)]


def test_a_failure_of_recognition_can_be_tried_again(stage, qtbot):
    stage.session.open_files(FILES[:1])
    stage.engine.fail(EngineError(reason="out of memory"))
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    stage.press("Try again")
    stage.engine.read("теперь вышло")
    qtbot.waitUntil(lambda: stage.text == "теперь вышло")
    assert stage.page.messages.texts == []
    assert len(stage.engines) == 1


def test_an_unexpected_failure_is_told_without_a_traceback(stage, qtbot, caplog):
    stage.session.open_files(FILES[:1])
    stage.engine.fail(ZeroDivisionError("division by zero"))
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    assert stage.page.messages.texts == ["Something unexpected happened: division by zero. The log has the details."]
    assert "ZeroDivisionError" in caplog.text


def test_a_file_without_speech(stage, qtbot):
    stage.session.open_files(FILES[:1])
    stage.engine.begin(3.0)
    stage.engine.finish(3.0)
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    assert stage.page.messages.texts == ["No words were recognised in первая.wav."]


def test_without_a_model_files_wait_for_one(make_stage, qtbot):
    stage = make_stage(ready=False)
    stage.session.open_files(FILES[:1])
    assert "Getting the model ready" in stage.words
    failure = CheckpointMissing(path="checkpoint1", file="weights.npz")
    stage.engine.break_down(failure)
    qtbot.waitUntil(lambda: stage.words == "Waiting for a model")
    assert stage.page.messages.texts == [str(failure)]
    stage.press("Try again")
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    stage.engine.become_ready()
    stage.engine.read("дождались")
    qtbot.waitUntil(lambda: stage.text == "дождались")


def test_files_named_on_the_command_line(make_stage, qtbot):
    stage = make_stage(files=(FILES[0],))
    qtbot.waitUntil(lambda: bool(stage.engine.calls))
    assert stage.engine.calls == [("transcribe", FILES[0])]


def test_open_asks_where_and_remembers_the_folder(stage, qtbot, tmp_path):
    asked = []
    chosen = [tmp_path / "a.wav", tmp_path / "b.wav"]
    stage.page._ask_open_paths = lambda _parent, folder: asked.append(folder) or chosen
    qtbot.keyClick(stage.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(stage.engine.calls) == 1)
    stage.engine.read("а")
    stage.engine.read("б")
    qtbot.waitUntil(lambda: stage.words == "Ready")
    qtbot.mouseClick(stage.page.toolbar.open, Qt.MouseButton.LeftButton)
    assert asked == [Path.home(), tmp_path]


def test_dropped_files_are_read(stage, qtbot, tmp_path):
    for name in ("b.wav", "a.mp3", "notes.txt"):
        (tmp_path / name).touch()
    dropped = mime([tmp_path, FILES[0]])
    assert enter(stage, dropped).isAccepted()
    assert stage.page._drop_hint.isVisible()
    assert not stage.page.empty.isVisible()
    drop(stage, dropped)
    assert not stage.page._drop_hint.isVisible()
    for text in ("раз", "два", "три"):
        stage.engine.read(text)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert [path for _verb, path in stage.engine.calls] == [tmp_path / "a.mp3", tmp_path / "b.wav", FILES[0]]


def test_a_drag_that_leaves_changes_nothing(stage):
    enter(stage, mime(FILES))
    QApplication.sendEvent(stage.window, QDragLeaveEvent())
    assert not stage.page._drop_hint.isVisible()
    assert stage.page.transcript.isVisible()
    assert stage.engine.calls == []


def test_what_is_no_file_is_not_taken(stage):
    text = QMimeData()
    text.setText("слова")
    assert not enter(stage, text).isAccepted()
    web = QMimeData()
    web.setUrls([QUrl("https://example.org/a.wav")])
    assert not enter(stage, web).isAccepted()
    assert dropped_paths(web) == []


def answer(choose) -> None:
    """Has `choose` called with the file dialog once it is open, then presses its button."""

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        choose(dialog)
        dialog.accept()

    QTimer.singleShot(0, press)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_dialog_opens_several_files(stage, tmp_path):
    names = ["a.wav", "b.mp3"]
    for name in names:
        (tmp_path / name).touch()

    def choose(dialog) -> None:
        dialog.findChild(QLineEdit).setText(" ".join(f'"{name}"' for name in names))

    answer(choose)
    assert ask_open_paths(stage.page, tmp_path) == [tmp_path / name for name in names]


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize(("row", "suffix"), [(0, ".txt"), (1, ".srt"), (2, ".vtt"), (3, ".docx"), (4, ".json")])
def test_the_dialog_saves_in_the_format_chosen(stage, tmp_path, row, suffix):
    def choose(dialog) -> None:
        dialog.selectNameFilter(dialog.nameFilters()[row])
        dialog.filterSelected.emit(dialog.nameFilters()[row])
        dialog.findChild(QLineEdit).setText("сказанное")

    answer(choose)
    assert ask_save_path(stage.page, tmp_path) == tmp_path / f"сказанное{suffix}"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_dialog_that_is_closed_chooses_nothing(stage, tmp_path):
    for ask, nothing in ((ask_open_paths, []), (ask_save_path, None)):
        QTimer.singleShot(0, lambda: QApplication.activeModalWidget().reject())
        assert ask(stage.page, tmp_path) == nothing
