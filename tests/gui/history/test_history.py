"""The history in the window: all that is read is kept and found, and can be read, heard, named and deleted."""

import re
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QPushButton

from engine.errors import AudioNotFound, AudioUnreadable, NoLoudspeaker
from engine.history.entry import Show, State
from engine.paths import data_dir, recordings_dir, shipped_checkpoint
from gui.history.page import HistoryPage
from gui.session.status import Recording
from tests.gui.history_stage import FILES, choose, entries, in_database, listed, rename, settle, show_history, states


def read(stage, qtbot, *texts: str) -> None:
    for number, text in enumerate(texts):
        stage.session.open_files([Path(f"/записи/{number}.wav")])
        stage.engine.read(text, duration_s=10 + number)
        qtbot.waitUntil(lambda: not stage.session.jobs)
    settle(stage, qtbot)


def dictate(stage, qtbot, text: str) -> Path:
    stage.page.toggle_recording()
    stage.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    stage.page.toggle_recording()
    stage.microphone.say_for(1.0)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.NONE)
    stage.engine.read(text)
    qtbot.waitUntil(lambda: not stage.session.jobs)
    settle(stage, qtbot)
    (path,) = recordings_dir().glob("*.wav")
    return path


def press(page: HistoryPage, text: str) -> None:
    (button,) = [b for b in page.messages.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    button.click()


# --- what is kept ---


def test_a_file_is_an_entry_before_it_is_read(stage, qtbot):
    stage.session.open_files(FILES[:1])
    qtbot.waitUntil(lambda: bool(stage.engine.calls))
    (entry,) = in_database()
    assert (entry.source, entry.title) == (FILES[0], "первая.wav")
    assert entry.state in (State.WAITING, State.READING)
    stage.engine.read("готово", duration_s=61)
    qtbot.waitUntil(lambda: not stage.session.jobs)
    (entry,) = entries(stage, qtbot)
    assert (entry.state, entry.text, entry.duration_s) == (State.DONE, "готово", 61)
    assert entry.model == str(shipped_checkpoint())


def test_a_recording_is_an_entry_while_it_is_made(stage, qtbot):
    stage.page.toggle_recording()
    stage.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: bool(stage.engine.calls))
    (entry,) = entries(stage, qtbot)
    assert entry.kind == "recording"
    assert entry.state in (State.RECORDING, State.READING)
    assert entry.source.exists()
    stage.page.toggle_recording()
    stage.microphone.say_for(1.0)
    stage.engine.read("сказано")
    qtbot.waitUntil(lambda: not stage.session.jobs and stage.session.status.recording is Recording.NONE)
    (entry,) = entries(stage, qtbot)
    assert (entry.state, entry.text) == (State.DONE, "сказано")
    assert entry.n_bytes == entry.source.stat().st_size > 0


def test_failures_and_cancelled_files_are_kept_with_their_state(stage, qtbot):
    stage.session.open_files(FILES)
    stage.engine.fail(AudioUnreadable(path=FILES[0], reason="MP4"))
    stage.engine.begin(60)
    stage.engine.write("начало")
    qtbot.waitUntil(lambda: stage.text.endswith("начало"))
    stage.session.cancel()
    assert states(stage, qtbot) == [
        ("первая.wav", "failed", ""),
        ("вторая.mp3", "cancelled", "начало"),
        ("третья.ogg", "cancelled", ""),
    ]
    assert isinstance(entries(stage, qtbot)[2].failure, AudioUnreadable)


def test_trying_again_from_the_page_is_the_same_entry(stage, qtbot):
    stage.session.open_files(FILES[:1])
    stage.engine.begin(60)
    qtbot.waitUntil(lambda: bool(stage.engine.calls))
    stage.session.cancel()
    qtbot.waitUntil(lambda: stage.words == "Ready")
    stage.press("Try again")
    stage.engine.read("теперь да")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert states(stage, qtbot) == [("первая.wav", "done", "теперь да")]


def test_all_is_there_after_the_window_was_closed(stage, make_stage, qtbot):
    read(stage, qtbot, "раз", "два")
    with qtbot.waitSignal(stage.program.history.closed):
        stage.window.close()
    assert [entry.text for entry in in_database()] == ["два", "раз"]
    again = make_stage()
    assert listed(show_history(again, qtbot), qtbot) == ["два", "раз"]


# --- the list ---


def test_nothing_is_there_at_first(stage, qtbot):
    page = show_history(stage, qtbot)
    assert page.empty.isVisible()
    assert page.empty_title.text() == "Nothing here yet"
    assert not page.actions.isVisible()
    assert not page.queue.isVisible()


def test_search_marks_what_it_finds_and_says_when_there_is_nothing(stage, qtbot):
    read(stage, qtbot, "во дворе зелёная берёза", "совсем другое")
    page = show_history(stage, qtbot)
    qtbot.keyClick(stage.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.search.hasFocus)
    page.search.insert("БЕРЕЗ")
    qtbot.waitUntil(lambda: len(page.model.keys) == 1)
    assert listed(page, qtbot) == ["во дворе зелёная берёза"]
    assert page.row.query == "БЕРЕЗ"
    page.search.setText("слон")
    qtbot.waitUntil(lambda: page.empty.isVisible())
    assert page.empty_title.text() == "Nothing was found"
    page.search.clear()
    qtbot.waitUntil(lambda: len(page.model.keys) == 2)


def test_a_late_match_in_a_long_text_is_what_is_shown(stage, qtbot):
    read(stage, qtbot, "слово " * 300 + "жираф " + "конец " * 20)
    page = show_history(stage, qtbot)
    page.search.setText("жираф")
    qtbot.waitUntil(lambda: page.model.query == "жираф")
    qtbot.waitUntil(lambda: "жираф" in (page.model.index(0).data() or ""))


def test_order_and_filter(stage, qtbot):
    read(stage, qtbot, "коротко", "долго")
    stage.session.open_files([Path("/0 нет.wav")])  # by name the first: no two orders are the same
    stage.engine.fail(AudioNotFound(path="/0 нет.wav"))
    qtbot.waitUntil(lambda: not stage.session.jobs)
    page = show_history(stage, qtbot)
    assert listed(page, qtbot) == ["", "долго", "коротко"]
    for row, wanted in ((1, ["коротко", "долго", ""]), (2, ["", "коротко", "долго"]), (3, ["долго", "коротко", ""])):
        page.order_choice.setCurrentIndex(row)
        qtbot.waitUntil(lambda wanted=wanted: listed(page, qtbot) == wanted)
    page.show_choice.setCurrentIndex(2)
    qtbot.waitUntil(lambda: len(page.model.keys) == 1)
    qtbot.waitUntil(lambda: "There is no file /0 нет.wav." in (page.model.index(0).data() or ""))


def test_the_marked_entry_stays_marked_when_others_come(stage, qtbot):
    read(stage, qtbot, "раз", "два")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 1)
    read(stage, qtbot, "три")
    qtbot.waitUntil(lambda: len(page.model.keys) == 3)
    assert [entry.text for entry in page.chosen] == ["раз"]


def test_many_entries_are_fetched_only_as_they_come_into_sight(stage, qtbot):
    def fill(history) -> None:
        for number in range(500):
            history.add(Path(f"/{number}.wav"), "file", State.DONE)

    stage.program.history.store.write(fill)
    page = show_history(stage, qtbot)
    assert len(page.model.keys) == 500
    qtbot.waitUntil(lambda: page.model.entry(page.model.keys[0]) is not None)
    assert page.model.entry(page.model.keys[-1]) is None
    page.view.scrollToBottom()
    qtbot.waitUntil(lambda: page.model.entry(page.model.keys[-1]) is not None)


def test_what_is_done_to_all_is_done_to_those_out_of_sight_too(stage, qtbot):
    stage.program.history.store.write(
        lambda history: history.add_all((Path(f"/{number}.wav"), "file", State.DONE) for number in range(3000))
    )
    page = show_history(stage, qtbot)
    page.view.selectAll()
    assert not page.actions.delete.isEnabled()  # most of them have not been fetched yet
    qtbot.waitUntil(page.actions.delete.isEnabled)
    page.actions.delete.click()
    qtbot.waitUntil(lambda: page.model.keys == [])
    assert page.messages.texts == ["3000 entries were deleted."]
    press(page, "Undo")
    qtbot.waitUntil(lambda: len(page.model.keys) == 3000)


def test_how_much_there_is(stage, qtbot):
    dictate(stage, qtbot, "раз")
    page = show_history(stage, qtbot)
    words = re.compile(r"1 entry, 0:01 of sound, \S+\s[kM]B on disk")
    qtbot.waitUntil(lambda: bool(words.fullmatch(page.totals.text())))


@pytest.mark.parametrize(("language", "words"), [("en", "Waiting"), ("ru", "Ждёт очереди")])
def test_the_state_is_told_in_words(make_stage, qtbot, language, words):
    stage = make_stage(ready=False, language=language)
    stage.session.open_files(FILES[:1])
    page = show_history(stage, qtbot)
    qtbot.waitUntil(lambda: words in (page.model.index(0).data() or ""))


# --- what is done with an entry ---


def test_renaming(stage, qtbot):
    read(stage, qtbot, "раз", "два")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 1)
    qtbot.keyClick(page.view, Qt.Key.Key_F2)
    assert page.view.viewport().findChild(QLineEdit).text() == "0.wav"
    assert not [window for window in QApplication.topLevelWidgets() if window.isVisible() and window.isModal()]
    rename(page, "Планы на лето")
    qtbot.waitUntil(lambda: "Планы на лето" in (page.model.index(1).data() or ""))
    page.search.setText("лет")
    qtbot.waitUntil(lambda: len(page.model.keys) == 1)  # of two
    assert listed(page, qtbot) == ["раз"]


def test_what_is_known_of_the_chosen_entry(stage, qtbot):
    read(stage, qtbot, "раз", "два")
    page = show_history(stage, qtbot)
    assert not page.details.isVisible()
    choose(page, qtbot, 0)
    told = page.details.text().replace("\N{ZERO WIDTH SPACE}", "")
    entry = page.chosen[0]
    assert str(entry.source) in told
    assert told.endswith("Transcribed with the model that came with the program")
    choose(page, qtbot, 0, 1)
    assert not page.details.isVisible()


def test_a_long_name_may_be_broken(stage, qtbot, tmp_path):
    path = tmp_path / ("оченьдлинноеимя" * 12 + ".wav")
    stage.session.open_files([path])
    stage.engine.fail(AudioUnreadable(path=path, reason="it is a folder"))
    page = show_history(stage, qtbot)
    stage.window.resize(800, 600)
    choose(page, qtbot, 0)
    qtbot.waitUntil(lambda: "it is a folder" in page.details.text())
    qtbot.waitUntil(lambda: page.details.heightForWidth(page.details.width()) <= page.details.height())
    assert stage.window.minimumSizeHint().width() <= 800


def test_deleting_and_undo(stage, qtbot):
    read(stage, qtbot, "раз", "два", "три")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0, 1)
    qtbot.keyClick(page.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(page.model.keys) == 1)
    assert page.messages.texts == ["2 entries were deleted."]
    press(page, "Undo")
    qtbot.waitUntil(lambda: len(page.model.keys) == 3)
    assert listed(page, qtbot) == ["три", "два", "раз"]


def test_deleting_is_undone_by_key(stage, qtbot):
    read(stage, qtbot, "раз", "два")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    qtbot.keyClick(page.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(page.model.keys) == 1)
    qtbot.keyClick(page.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(page.model.keys) == 2)
    assert page.messages.texts == []


def test_the_bin(stage, qtbot):
    path = dictate(stage, qtbot, "лишнее")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    page.actions.delete.click()
    page.show_choice.setCurrentIndex(3)
    qtbot.waitUntil(lambda: page.model.show is Show.BIN and len(page.model.keys) == 1)
    choose(page, qtbot, 0)
    assert page.actions.restore.isVisible()
    assert not page.actions.open.isVisible()
    page.actions.restore.click()
    qtbot.waitUntil(lambda: page.model.keys == [])
    assert path.exists()
    page.show_choice.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(page.model.keys) == 1)
    choose(page, qtbot, 0)
    page.actions.delete.click()
    page.show_choice.setCurrentIndex(3)
    qtbot.waitUntil(lambda: page.model.show is Show.BIN and len(page.model.keys) == 1)
    page.actions.empty_bin.click()
    assert path.exists()
    press(page, "Delete for good")
    qtbot.waitUntil(lambda: page.model.keys == [])
    assert not path.exists()


def test_copying_the_text(stage, qtbot):
    read(stage, qtbot, "скопируй меня")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    (copy,) = [action for action in page.actions.menu().actions() if action.text() == "Copy the text"]
    copy.trigger()
    qtbot.waitUntil(lambda: page.messages.texts == ["The text was copied."])
    assert QGuiApplication.clipboard().text() == "скопируй меня"


def test_a_text_read_again_can_be_had_back(stage, qtbot):
    read(stage, qtbot, "старое")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    before = stage.text
    page.keeper.read_again(page.chosen)
    stage.engine.read("новое")
    qtbot.waitUntil(lambda: listed(page, qtbot) == ["новое"])
    assert stage.text == before  # the Dictation page is left alone
    choose(page, qtbot, 0)
    (swap,) = [action for action in page.actions.menu().actions() if action.text() == "Bring back the earlier text"]
    swap.trigger()
    qtbot.waitUntil(lambda: listed(page, qtbot) == ["старое"])
    press(page, "Undo")
    qtbot.waitUntil(lambda: listed(page, qtbot) == ["новое"])


def press_read_again(page, qtbot) -> list[QMenu]:
    """The menus that are open after the keys."""
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_R, both)
    return [menu for menu in page.findChildren(QMenu) if menu.isVisible()]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_it_is_read_again_by_keyboard(stage, qtbot):
    read(stage, qtbot, "старое")
    page = show_history(stage, qtbot)
    choose(page, qtbot)
    assert press_read_again(page, qtbot) == []  # nothing is marked
    choose(page, qtbot, 0)
    (menu,) = press_read_again(page, qtbot)
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    stage.engine.read("новое")
    qtbot.waitUntil(lambda: listed(page, qtbot) == ["новое"])


def test_what_is_being_recorded_is_not_disturbed_by_those_keys(make_stage, qtbot):
    stage = make_stage(ready=False)  # so that it is not read yet
    stage.page.toggle_recording()
    stage.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    assert page.chosen[0].state is State.RECORDING
    assert press_read_again(page, qtbot) == []
    assert stage.session.status.recording is Recording.LISTENING


def test_with_another_model_and_back(stage, qtbot, tmp_path):
    read(stage, qtbot, "старое")
    (entry,) = entries(stage, qtbot)
    stage.program.history.read_again([entry], tmp_path)
    qtbot.waitUntil(lambda: len(stage.engines) == 2 and bool(stage.engine.calls))
    assert stage.models[-1] == tmp_path
    stage.engine.read("другой моделью")
    qtbot.waitUntil(lambda: len(stage.engines) == 3)  # dictation has its own model again
    assert stage.models[-1] == shipped_checkpoint()
    (entry,) = entries(stage, qtbot)
    assert (entry.text, entry.model, entry.state) == ("другой моделью", str(tmp_path), State.DONE)


def test_another_model_that_cannot_be_loaded(make_stage, qtbot, tmp_path):
    from engine.errors import CheckpointMissing

    stage = make_stage()
    read(stage, qtbot, "старое")
    (entry,) = entries(stage, qtbot)
    stage.ready = False
    stage.program.history.read_again([entry], tmp_path)
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    stage.ready = True
    stage.engine.break_down(CheckpointMissing(path=tmp_path, file="weights.npz"))
    qtbot.waitUntil(lambda: len(stage.engines) == 3 and stage.words == "Ready")
    (entry,) = entries(stage, qtbot)
    assert (entry.text, entry.state) == ("старое", State.FAILED)
    assert isinstance(entry.failure, CheckpointMissing)
    assert stage.page.messages.texts == []


# --- hearing it ---


class FakePlayback:
    """Plays until the test says otherwise."""

    def __init__(self):
        self.played: list[Path] = []
        self.over = Event()
        self.failure: Exception | None = None

    def __call__(self, path: Path):
        self.played.append(path)
        if self.failure is not None:
            raise self.failure
        while not self.over.wait(0.01):
            yield 0.0


def test_hearing_an_entry(stage, qtbot):
    read(stage, qtbot, "раз", "два")
    page = show_history(stage, qtbot)
    playback = page.player.play = FakePlayback()
    choose(page, qtbot, 0)
    qtbot.keyClick(page.view, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.actions.play.text() == "Stop")
    choose(page, qtbot, 1)
    page.actions.play.click()
    qtbot.waitUntil(lambda: playback.played == [Path("/записи/1.wav"), Path("/записи/0.wav")])
    page.actions.play.click()
    qtbot.waitUntil(lambda: not page.player.is_playing)
    assert page.actions.play.text() == "Play"
    page.actions.play.click()
    playback.over.set()
    qtbot.waitUntil(lambda: not page.player.is_playing and page.actions.play.text() == "Play")
    assert page.messages.texts == []


def test_what_cannot_be_heard_is_told(stage, qtbot):
    read(stage, qtbot, "раз")
    page = show_history(stage, qtbot)
    playback = page.player.play = FakePlayback()
    playback.failure = NoLoudspeaker()
    choose(page, qtbot, 0)
    page.actions.play.click()
    qtbot.waitUntil(lambda: page.messages.texts == [str(NoLoudspeaker())])
    assert not page.player.is_playing


# --- correcting it ---


def test_an_entry_is_opened_corrected_and_kept(stage, qtbot):
    read(stage, qtbot, "карова на лугу")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.editing.editor is not None and page.editing.key is not None)
    editor = page.editing.editor
    qtbot.waitUntil(editor.isVisible)
    assert editor.text.toPlainText() == "карова на лугу"
    cursor = editor.text.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(6, cursor.MoveMode.KeepAnchor)
    editor.text.setTextCursor(cursor)
    editor.text.insertPlainText("корова")
    editor.back.emit()
    qtbot.waitUntil(lambda: page.view.isVisible() and listed(page, qtbot) == ["корова на лугу"])
    (entry,) = entries(stage, qtbot)
    assert entry.text == "корова на лугу"


def test_what_was_just_corrected_is_kept_when_the_window_closes(stage, qtbot):
    read(stage, qtbot, "слово")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    page.actions.open.click()
    qtbot.waitUntil(lambda: page.editing.editor is not None and page.editing.key is not None)
    page.editing.editor.text.moveCursor(page.editing.editor.text.textCursor().MoveOperation.End)
    page.editing.editor.text.insertPlainText(" ещё одно")
    with qtbot.waitSignal(stage.program.history.closed):
        stage.window.close()
    assert [entry.text for entry in in_database()] == ["слово ещё одно"]


def test_what_is_corrected_on_the_dictation_page_is_kept_with_its_entry(stage, qtbot):
    read(stage, qtbot, "карова на лугу", "второе")
    cursor = stage.page.transcript.textCursor()
    cursor.setPosition(1)
    cursor.deletePreviousChar()
    cursor.insertText("К")
    cursor.setPosition(2)
    cursor.deletePreviousChar()
    cursor.insertText("о")
    stage.program.dictated_text.keep()
    assert [text for _name, _state, text in states(stage, qtbot)] == ["Корова на лугу", "второе"]
    stage.page.clear()
    stage.program.dictated_text.keep()
    assert [text for _name, _state, text in states(stage, qtbot)] == ["Корова на лугу", "второе"]


def test_the_page_does_not_overwrite_what_the_editor_changed(stage, qtbot):
    read(stage, qtbot, "слово")
    (entry,) = entries(stage, qtbot)
    stage.program.dictated_text.leave(entry.key)
    stage.page.transcript.textCursor().insertText("не ")
    stage.program.dictated_text.keep()
    assert [text for _name, _state, text in states(stage, qtbot)] == ["слово"]


# --- what goes wrong ---


def test_a_full_disk_is_told_once_and_all_is_written_later(stage, qtbot):
    store = stage.program.history.store
    read(stage, qtbot, "до того")

    def fill_up(history) -> None:
        ((pages,),) = history._ask("PRAGMA page_count")
        history._ask(f"PRAGMA max_page_count = {pages}")

    store.ask(fill_up, lambda _result: None)
    for _ in range(2):
        stage.session.open_files([Path("/много.wav")])
        stage.engine.read("много " * 3000)
        qtbot.waitUntil(lambda: not stage.session.jobs)
    settle(stage, qtbot)
    told = [text for text in stage.page.messages.texts if text.startswith("The disk is full")]
    assert len(told) == 1
    assert stage.text.count("много") == 6000
    store.ask(lambda history: history._ask("PRAGMA max_page_count = 1000000"), lambda _result: None)
    store.retry.timeout.emit()
    settle(stage, qtbot)
    assert [state for _name, state, _text in states(stage, qtbot)] == ["done"] * 3
    assert not store.retry.isActive()


def test_a_damaged_history_is_told_and_the_window_works_on(own_home, make_stage, qtbot):
    data_dir().mkdir(parents=True)
    (data_dir() / "history.sqlite").write_bytes(b"garbage " * 1000)
    stage = make_stage()
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    assert stage.page.messages.texts[0].startswith("The history was damaged. It was put aside as ")
    read(stage, qtbot, "дальше")
    assert states(stage, qtbot) == [("0.wav", "done", "дальше")]
    assert len(list(data_dir().glob("history-damaged-*"))) == 1


def test_a_place_that_cannot_be_written_to_leaves_the_window_working(own_home, make_stage, qtbot):
    (data_dir() / "history.sqlite").mkdir(parents=True)
    stage = make_stage()
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    assert stage.page.messages.texts[0].startswith("The history ")
    read(stage, qtbot, "в памяти")
    assert states(stage, qtbot) == [("0.wav", "done", "в памяти")]


# --- for everybody ---


def test_every_control_has_a_name_and_a_hint(stage, qtbot):
    read(stage, qtbot, "раз")
    page = show_history(stage, qtbot)
    for button in page.actions.buttons:
        assert button.accessibleName()
        assert button.toolTip()
    for widget in (page.view, page.search, page.show_choice, page.order_choice, page.queue.pause, page.queue.cancel):
        assert QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    assert page.actions.rename.toolTip().endswith("(F2)")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_cut_in_a_small_window(make_stage, qtbot, language):
    stage = make_stage(language=language)
    stage.window.resize(800, 600)
    read(stage, qtbot, "раз")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    for show in (0, 2, 3):
        page.show_choice.setCurrentIndex(show)
        qtbot.waitUntil(lambda show=show: page.model.show is list(Show)[show])
        page.actions.show()
        buttons = [one for one in page.actions.findChildren(QAbstractButton) if one.isVisible()]
        assert buttons
        qtbot.waitUntil(lambda buttons=buttons: all(one.width() >= one.sizeHint().width() for one in buttons))
        assert page.actions.minimumSizeHint().width() <= 752
