"""Texts of the history as files: one where the person says, several into a folder."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime

import docx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from engine.paths import data_dir
from engine.transcript.document import Document
from engine.transcript.export import FORMATS
from gui.core.file_names import text_formats
from gui.history import saving as history_saving
from tests.gui.history.test_history import dictate, read
from tests.gui.history_stage import choose, open_entry, rename, show_history


@pytest.fixture
def page(stage, qtbot):
    """Three recordings that were read, the last of them first."""
    read(stage, qtbot, "раз", "два", "три")
    return show_history(stage, qtbot)


@pytest.fixture
def folder(page, tmp_path):
    """Where the person wants the texts."""
    folder = tmp_path / "Тексты"
    folder.mkdir()
    page.saving.ask_folder = lambda *_: folder
    return folder


def save_as(page, form: str) -> None:
    """As what the menu of several texts lists."""
    menu = page.saving.formats_menu(page.actions, page.chosen)
    wanted = [action for action in menu.findChildren(QAction) if f"*.{form}" in action.text()]
    wanted[0].trigger()


def saved(page, qtbot) -> str:
    """What the person is told at the end."""
    qtbot.waitUntil(lambda: not page.saving.busy and bool(page.messages.texts))
    return page.messages.texts[0]


def test_what_can_be_chosen_is_what_can_be_written(qapp):
    assert sorted(text_formats()) == sorted(FORMATS)


def test_one_text_goes_where_the_person_says(page, qtbot, tmp_path):
    asked = []
    page.saving.ask_save_path = lambda _parent, _folder, name: asked.append(name) or tmp_path / "мой.srt"
    choose(page, qtbot, 0)
    qtbot.keyClick(page.view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(page.messages.texts))
    assert asked == ["2"]
    assert (tmp_path / "мой.srt").read_text("utf-8").endswith("три\n")
    assert page.messages.texts == ["Saved as мой.srt"]


def test_who_changes_their_mind_gets_nothing(page, qtbot):
    page.saving.ask_save_path = lambda *_: None
    page.saving.ask_folder = lambda *_: None
    choose(page, qtbot, 0)
    page.actions.save.click()
    choose(page, qtbot, 0, 1)
    save_as(page, "txt")
    assert not page.saving.busy
    assert page.messages.texts == []


@pytest.mark.parametrize("form", FORMATS)
def test_several_are_written_in_each_format_under_the_names_of_their_recordings(page, qtbot, folder, form):
    choose(page, qtbot, 0, 1, 2)
    save_as(page, form)
    assert saved(page, qtbot) == "3 texts were saved."
    assert sorted(path.name for path in folder.iterdir()) == [f"{number}.{form}" for number in range(3)]
    if form == "json":
        assert json.loads((folder / "1.json").read_text("utf-8"))["text"] == "два"
    elif form != "docx":
        assert "два" in (folder / f"1.{form}").read_text("utf-8")


def test_their_own_names_are_used_and_nothing_is_overwritten(stage, page, qtbot, folder):
    (folder / "План на лето.txt").write_text("важное", "utf-8")
    for row in (0, 1):
        choose(page, qtbot, row)
        page.actions.rename.click()
        with qtbot.waitSignal(page.model.listed):
            rename(page, "План: на лето?")
    choose(page, qtbot, 0, 1)
    save_as(page, "txt")
    assert saved(page, qtbot) == "2 texts were saved."
    texts = {path.name: path.read_text("utf-8").strip() for path in folder.iterdir()}
    assert texts == {"План на лето.txt": "важное", "План на лето (2).txt": "три", "План на лето (3).txt": "два"}


def test_an_edited_text_is_saved_as_it_was_edited(page, qtbot, folder):
    editor = open_entry(page, qtbot, 0)
    editor.text.selectAll()
    editor.text.insertPlainText("четыре")
    with qtbot.waitSignal(page.model.listed):
        editor.bar.back.click()
    choose(page, qtbot, 0, 1)
    save_as(page, "txt")
    saved(page, qtbot)
    assert (folder / "2.txt").read_text("utf-8") == "четыре\n"


def test_entries_without_a_text_are_counted(stage, page, qtbot, folder):
    read(stage, qtbot, "")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0, 1)
    save_as(page, "txt")
    assert saved(page, qtbot) == "1 text was saved. 1 entry has no text."


def test_the_button_tells_how_far_it_is_and_stops_it(page, qtbot, folder, monkeypatch):
    monkeypatch.setattr(history_saving, "_AT_ONCE", 1)
    told = []
    page.saving.changed.connect(lambda: told.append(page.actions.save.text()))

    def stop_after_one():
        if page.saving.busy and page.saving.n_done == 1:
            page.actions.save.click()

    page.saving.changed.connect(stop_after_one)
    choose(page, qtbot, 0, 1, 2)
    save_as(page, "txt")
    assert saved(page, qtbot) == "1 text was saved."
    assert told == ["Stop saving (0 of 3)", "Stop saving (1 of 3)", "Save…"]
    assert [path.name for path in folder.iterdir()] == ["2.txt"]


def test_a_folder_that_cannot_be_written_to_is_told(page, qtbot, folder):
    page.saving.ask_folder = lambda *_: folder / "нет такой"
    (folder / "нет такой").write_text("файл, не папка", "utf-8")
    choose(page, qtbot, 0, 1)
    save_as(page, "txt")
    qtbot.waitUntil(lambda: bool(page.messages.texts))
    assert not page.saving.busy
    assert len(page.messages.texts) == 1
    assert "нет такой" in page.messages.texts[0]
    assert page.actions.save.text() == "Save…"


def test_a_text_that_is_damaged_does_not_keep_the_others_from_being_saved(stage, page, qtbot, folder):
    with closing(sqlite3.connect(data_dir() / "history.sqlite")) as damaged, damaged:
        damaged.execute("UPDATE entry SET document = '{' WHERE id = ?", (page.model.keys[0],))
    choose(page, qtbot, 0, 1)
    save_as(page, "txt")
    assert saved(page, qtbot) == "1 text was saved. 1 entry has no text."


def test_nothing_is_offered_while_it_is_read_or_has_no_text(stage, qtbot):
    read(stage, qtbot, "")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    assert not page.actions.save.isEnabled()


def test_a_dictation_is_saved_under_its_date_and_time_which_its_title_tells(stage, qtbot, folder):
    path = dictate(stage, qtbot, "слово")
    made = datetime.strptime(path.stem, "%Y-%m-%d_%H-%M-%S")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0, 1)
    save_as(page, "docx")
    saved(page, qtbot)
    named = sorted(path for path in folder.iterdir() if path.name.startswith("Dictation "))
    assert named == [folder / f"Dictation {made:%Y-%m-%d %H-%M}.docx"]
    title = docx.Document(str(named[0])).core_properties.title
    assert title.startswith("Dictation of ")
    assert f"{made:%M}" in title
    assert f"{made:%y}" in title
    asked = []
    page.saving.ask_save_path = lambda _parent, _folder, name: asked.append(name)
    choose(page, qtbot, 0)
    page.actions.save.click()
    stage.page.ask_save_path = lambda _parent, _folder, name: asked.append(name)
    stage.page.save_as()
    assert asked == [named[0].stem] * 2


def test_a_text_without_times_is_counted_where_times_are_wanted(page, qtbot, folder):
    with closing(sqlite3.connect(data_dir() / "history.sqlite")) as changed, changed:
        untimed = Document.of([], "0.wav").edited("написано").to_json()
        changed.execute("UPDATE entry SET document = ? WHERE id = ?", (untimed, page.model.keys[0]))
    choose(page, qtbot, 0, 1)
    save_as(page, "srt")
    assert saved(page, qtbot) == "1 text was saved. 1 entry has no text with times."
    assert [path.name for path in folder.iterdir()] == ["1.srt"]
