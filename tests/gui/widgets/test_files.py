"""Opening recordings: by the dialog, by dropping, from the command line; progress, failures and Cancel."""

import os
import threading
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from unittest.mock import Mock

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from engine.errors import AudioUnreadable, CheckpointMissing, EngineError
from engine.notes import Note
from gui.session.folder_scan import with_folders_opened
from gui.widgets.dialogs import ask_open_paths, ask_save_path, dropped_paths
from tests.gui.history_stage import entries
from tests.helpers.corpora import speech_wav

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
    assert stage.words == "Transcribing the file"
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
    qtbot.waitUntil(lambda: stage.words.startswith("Transcribing file 2 of 3, "))
    progress = stage.page.controls.progress
    qtbot.waitUntil(progress.isVisible)
    assert progress.value() / progress.maximum() == pytest.approx(0.5, abs=0.01)
    assert stage.page.controls.cancel.isVisible()
    qtbot.mouseClick(stage.page.controls.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert not progress.isVisible()
    assert stage.page.messages.texts == ["Cancelled. 2 recordings were not transcribed to their end; they are kept."]
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
    assert stage.page.messages.texts == ["No speech was recognised in первая.wav."]


def test_why_there_is_no_speech_is_said_in_the_same_message(stage, qtbot):
    stage.session.open_files(FILES[:1])
    stage.engine.begin(3.0)
    stage.engine.finish(3.0, Note("quiet_left_out", left_out_s=2.9))
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    assert stage.page.messages.texts == [
        "No speech was recognised in первая.wav. Too quiet to make out the words: 2.9 s have no text. "
        "Move closer or turn the microphone up."
    ]


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
    stage.page.ask_open_paths = lambda _parent, folder: asked.append(folder) or chosen
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
    assert stage.window.drop_hint.isVisible()
    drop(stage, dropped)
    assert not stage.window.drop_hint.isVisible()
    for text in ("раз", "два", "три"):
        stage.engine.read(text)
    qtbot.waitUntil(lambda: len(stage.engine.calls) == 3 and stage.words == "Ready")
    assert [path for _verb, path in stage.engine.calls] == [tmp_path / "a.mp3", tmp_path / "b.wav", FILES[0]]


def test_dropping_looks_the_same_on_every_page(stage, qtbot):
    window, seen = stage.window, []
    for number in range(window.tabs.count()):
        window.tabs.setCurrentIndex(number)
        page = window.tabs.currentWidget()
        enter(stage, mime(FILES[:1]))
        assert window.tabs.currentIndex() == number
        assert window.drop_hint.isVisible()
        assert page.rect().translated(page.mapTo(window.tabs, QPoint())).contains(window.drop_hint.geometry())
        seen.append(window.drop_hint.words.text())
        QApplication.sendEvent(window, QDragLeaveEvent())
        assert not window.drop_hint.isVisible()
    assert set(seen) == {"Drop to transcribe"}
    enter(stage, mime(FILES[:1]))
    drop(stage, mime(FILES[:1]))  # on the settings
    assert window.tabs.currentWidget() is stage.page
    stage.engine.read("раз")
    qtbot.waitUntil(lambda: stage.text == "раз")


def test_what_is_no_recording_is_named_and_never_in_the_history(stage, qtbot, tmp_path):
    """By its content where the name tells nothing."""
    (tmp_path / "README").write_text("Прочти меня", "utf-8")
    (tmp_path / "данные.xyz").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "запись").write_bytes(speech_wav())
    dropped = mime([tmp_path / name for name in ("README", "данные.xyz", "запись")])
    enter(stage, dropped)
    drop(stage, dropped)
    stage.engine.read("раз")
    qtbot.waitUntil(lambda: stage.text == "раз")
    assert stage.page.messages.texts == ["2 files are no recordings and were left out: “README”, “данные.xyz”"]
    assert [entry.source.name for entry in entries(stage, qtbot)] == ["запись"]


def test_folders_are_opened_all_the_way_down_and_sorted(tmp_path):
    for name in ("b/2.wav", "b/1.OGG", "b/below/0.flac", "a.wav", "notes.txt", "c/empty.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).touch()
    *told, listed = with_folders_opened([tmp_path, FILES[0]], clock=count().__next__)
    found = listed.recordings
    below = [tmp_path / name for name in ("a.wav", "b/1.OGG", "b/2.wav", "b/below/0.flac")]
    assert found == (*below, FILES[0])
    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] == 4


def test_a_folder_that_may_not_be_read_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "a.wav").touch()
    monkeypatch.setattr(os, "scandir", Mock(side_effect=PermissionError))
    *_told, listed = with_folders_opened([tmp_path])
    found = listed.recordings
    assert found == ()


def let_fall(stage, dropped: QMimeData) -> None:
    enter(stage, dropped)
    drop(stage, dropped)


class Slow:
    """A folder on a disk that gives an entry only when it is let."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.threads, self.lets, self._scandir = folder, set(), threading.Semaphore(0), os.scandir
        monkeypatch.setattr(os, "scandir", self.scandir)

    def scandir(self, folder="."):
        return self._listed() if Path(folder) == self.folder else self._scandir(folder)

    @contextmanager
    def _listed(self):
        with self._scandir(self.folder) as entries:
            yield self._one_by_one(sorted(entries, key=lambda entry: entry.name))

    def _one_by_one(self, entries):
        for entry in entries:
            self.threads.add(threading.current_thread())
            self.lets.acquire()
            yield entry

    def let(self, n):
        for _ in range(n):
            self.lets.release()


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """A folder of five recordings on a slow disk."""
    for n in range(5):
        (tmp_path / f"{n}.wav").touch()
    monkeypatch.setattr("gui.session.folder_scan.TELL_EVERY_S", 0.0)
    disk = Slow(tmp_path, monkeypatch)
    yield disk
    disk.let(1000)


def test_while_a_folder_is_listed_the_window_goes_on_and_says_so(stage, slow, qtbot, tmp_path):
    let_fall(stage, mime([tmp_path]))
    qtbot.waitUntil(lambda: stage.words == "Looking for recordings; 0 were found so far")
    slow.let(2)
    qtbot.waitUntil(lambda: stage.words == "Looking for recordings; 2 were found so far")
    assert threading.main_thread() not in slow.threads
    stage.window.tabs.setCurrentWidget(stage.window.settings_page)  # it answers
    stage.window.tabs.setCurrentWidget(stage.page)
    slow.let(3)
    for n in range(5):
        stage.engine.read(str(n))
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert [path for _verb, path in stage.engine.calls] == [tmp_path / f"{n}.wav" for n in range(5)]


def test_listing_a_folder_can_be_cancelled(stage, slow, qtbot, tmp_path):
    let_fall(stage, mime([tmp_path]))
    slow.let(1)
    qtbot.waitUntil(stage.page.controls.cancel.isVisible)
    qtbot.mouseClick(stage.page.controls.cancel, Qt.MouseButton.LeftButton)
    slow.let(1)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert stage.engine.calls == []
    assert stage.page.messages.texts == []


def test_the_window_closes_while_a_folder_is_listed(stage, slow, qtbot, tmp_path):
    let_fall(stage, mime([tmp_path]))
    qtbot.waitUntil(lambda: stage.words.startswith("Looking"))
    stage.window.close()
    assert not stage.session.has_closed
    slow.let(1)
    qtbot.waitUntil(lambda: stage.session.has_closed)
    assert stage.engine.calls == []


def test_folders_dropped_one_after_the_other_are_all_read(stage, slow, qtbot, tmp_path):
    let_fall(stage, mime([tmp_path]))
    let_fall(stage, mime(FILES[:1]))
    slow.let(5)
    for n in range(6):
        stage.engine.read(str(n))
    qtbot.waitUntil(lambda: len(stage.engine.calls) == 6 and stage.words == "Ready")
    assert [path for _verb, path in stage.engine.calls] == [*(tmp_path / f"{n}.wav" for n in range(5)), FILES[0]]


@pytest.mark.parametrize("is_quiet", [False, True])
def test_a_folder_without_recordings_is_told_where_it_was_dropped(stage, qtbot, tmp_path, is_quiet):
    (tmp_path / "notes.txt").touch()
    page = stage.page
    if is_quiet:
        stage.window.tabs.setCurrentWidget(stage.window.history_page)
        qtbot.waitUntil(lambda: stage.window.history_page.page is not None)
        page = stage.window.history_page.page
    let_fall(stage, mime([tmp_path]))
    said = "There is no audio or video among the dropped files."
    qtbot.waitUntil(lambda: [text.partition(".")[0] for text in page.messages.texts] == [said.rstrip(".")])
    assert not (is_quiet and stage.page.messages.texts)


def test_on_the_history_page_the_queue_says_that_it_looks(stage, slow, qtbot, tmp_path):
    stage.window.tabs.setCurrentWidget(stage.window.history_page)
    qtbot.waitUntil(lambda: stage.window.history_page.page is not None)
    queue = stage.window.history_page.page.queue
    let_fall(stage, mime([tmp_path]))
    slow.let(1)
    qtbot.waitUntil(lambda: queue.words.text() == "Looking for recordings; 1 was found so far")
    assert queue.isVisible()
    assert not queue.pause.isVisible()
    qtbot.mouseClick(queue.cancel, Qt.MouseButton.LeftButton)
    slow.let(1)
    qtbot.waitUntil(lambda: not queue.isVisible())
    assert stage.engine.calls == []


def test_a_drag_that_leaves_changes_nothing(stage):
    enter(stage, mime(FILES))
    QApplication.sendEvent(stage.window, QDragLeaveEvent())
    assert not stage.window.drop_hint.isVisible()
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
    assert ask_save_path(stage.page, tmp_path, "текст") == tmp_path / f"сказанное{suffix}"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_dialog_that_is_closed_chooses_nothing(stage, tmp_path):
    for ask, nothing in ((ask_open_paths, []), (partial(ask_save_path, name="текст"), None)):
        QTimer.singleShot(0, lambda: QApplication.activeModalWidget().reject())
        assert ask(stage.page, folder=tmp_path) == nothing
