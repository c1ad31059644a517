"""After something was written the person is told where it lies, and can be shown the folder."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from engine.paths import own_words_file, recordings_dir
from gui.core.errors import NoFileManager
from gui.widgets import dialogs as files
from gui.widgets.dialogs import show_in_folder
from gui.widgets.fitted_text import ElidedLabel
from gui.widgets.message_bar import Action, MessageList
from tests.gui.history.test_history import read
from tests.gui.history_stage import choose, open_entry, show_history
from tests.gui.pages import cut
from tests.gui.settings_stage import section, settings_page

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LONG = Path("Документы") / "Расшифровки совещаний за прошлый и за позапрошлый год" / "Совет по делам без названия"


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / LONG
    folder.mkdir(parents=True)
    return folder


def the_page(stage, qtbot, folder) -> tuple[MessageList, Path]:
    read(stage, qtbot, "раз")
    stage.page.ask_save_path = lambda *_: folder / "текст.txt"
    stage.page.save_as()
    return stage.page.messages, folder / "текст.txt"


def a_correction(stage, qtbot, folder) -> tuple[MessageList, Path]:
    read(stage, qtbot, "раз")
    page = show_history(stage, qtbot)
    editor = open_entry(page, qtbot, 0)
    editor.ask_save_path = lambda *_: folder / "текст.srt"
    editor.messages.close_all()
    editor.save_as()
    return editor.messages, folder / "текст.srt"


def own_words(stage, qtbot, folder) -> tuple[MessageList, Path]:
    own_words_file().parent.mkdir(parents=True, exist_ok=True)
    own_words_file().write_text("Абакан\n", encoding="utf-8")
    form = section(stage, "own_words")
    form.ask_save = lambda *_: folder / "слова.txt"
    form.exports.click()
    return settings_page(stage).around.messages, folder / "слова.txt"


def all_settings(stage, qtbot, folder) -> tuple[MessageList, Path]:
    form = section(stage, "transfer")
    form.ask_save = lambda *_: folder / "настройки.json"
    form.exports.click()
    return settings_page(stage).around.messages, folder / "настройки.json"


def a_model(stage, qtbot, folder) -> tuple[MessageList, Path]:
    stage.window.tabs.setCurrentWidget(stage.window.trainer_page)
    qtbot.waitUntil(lambda: stage.window.trainer is not None)
    trainer = stage.window.trainer
    trainer.show_page(trainer.models)
    trainer.models.ask_folder = lambda *_: folder
    trainer.models.table.selectRow(0)
    trainer.models.export.click()
    qtbot.waitUntil(lambda: not trainer.models.work.running and bool(list(folder.iterdir())))
    (copy,) = folder.iterdir()
    return trainer.messages, copy


SAVED = (the_page, a_correction, own_words, all_settings, a_model)


@pytest.mark.parametrize("save", SAVED, ids=lambda save: save.__name__)
def test_the_folder_is_told_whole_and_shown_when_asked_for(stage, qtbot, folder, save):
    stage.window.resize(800, 600)
    messages, written = save(stage, qtbot, folder)
    qtbot.waitUntil(lambda: bool(messages.findChildren(ElidedLabel)))
    assert written.exists()
    place = written if written.is_dir() else folder
    (shown,) = messages.findChildren(ElidedLabel)
    assert shown.toolTip() == shown.accessibleName() == str(place)
    qtbot.waitUntil(lambda: "…" in shown.text())
    assert shown.text().startswith(str(place)[:4])
    message = next(one for one in messages.children() if isinstance(one, QWidget) and one.isAncestorOf(shown))
    assert str(place) in message.accessibleName()
    assert cut(messages) == []
    opened = []
    messages.show_in_folder = opened.append
    (button,) = [one for one in message.findChildren(QPushButton) if one.text() == "Show in folder"]
    button.click()
    assert opened == [written]


@pytest.mark.parametrize("height", [100, 900])
def test_one_message_tells_where_the_last_thing_was_saved(qtbot, height):
    host = QWidget()
    qtbot.addWidget(host)
    messages = MessageList(host)
    QVBoxLayout(host).addWidget(messages)
    host.resize(800, height)
    host.show()
    messages.say("раз", actions=[Action("Do", lambda: None)])
    messages.say_saved(Path("/a/один.txt"))
    messages.say_saved(Path("/b/два.txt"))
    assert sorted(messages.texts) == ["Saved as два.txt", "раз"]
    messages.say_saved(Path("/c/два.txt"))

    (message,) = [one for one in messages.findChildren(QFrame, "message") if one.isVisible()]
    assert message.accessibleName() == "Saved as два.txt: /c"
    message.close_message()
    assert messages.texts == [messages.shown_text] == ["раз"]


def test_without_a_file_manager_the_person_is_told(qtbot):
    def none(path: Path):
        raise NoFileManager(path=path.parent)

    messages = MessageList(show_in_folder=none)
    qtbot.addWidget(messages)
    messages.show_place(Path("/папка/один.txt"))
    assert "No program on this computer shows the folder /папка" in messages.texts[0]


def test_the_folder_of_a_file_is_opened(tmp_path, monkeypatch):
    opened, answers = [], [True, True, False]

    class Desktop:
        @staticmethod
        def openUrl(url):
            opened.append(url.toLocalFile())
            return answers.pop(0)

    monkeypatch.setattr(files, "QDesktopServices", Desktop)
    show_in_folder(tmp_path / "нет ещё.txt")
    show_in_folder(tmp_path)
    assert opened == [str(tmp_path)] * 2
    with pytest.raises(NoFileManager, match="Go there"):
        show_in_folder(tmp_path)


def test_the_recording_of_an_entry_is_shown_in_its_folder(stage, qtbot, tmp_path):
    (tmp_path / "голос.wav").touch()
    stage.session.open_files([tmp_path / "голос.wav"])
    stage.engine.read("раз")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    opened = []
    page.messages.show_in_folder = opened.append
    (action,) = [one for one in page.actions.menu().actions() if one.text() == "Show in folder"]
    action.trigger()
    assert opened == [tmp_path / "голос.wav"]


def test_a_folder_of_recordings_that_cannot_be_made_is_told(stage, qtbot, tmp_path):
    form = section(stage, "folders")
    qtbot.waitUntil(lambda: not form.work.running)
    recordings_dir().parent.mkdir(parents=True, exist_ok=True)
    recordings_dir().touch()
    form.open.click()
    assert str(recordings_dir()) in settings_page(stage).around.messages.texts[0]


# --- punctuation: said where a person meets it ---


@pytest.mark.parametrize(("language", "said"), [("en", "come by themselves"), ("ru", "появляются сами")])
def test_the_empty_page_says_that_marks_come_by_themselves(make_stage, qtbot, language, said):
    stage = make_stage(language=language)
    qtbot.waitUntil(stage.page.empty.marks.isVisible)
    assert said in stage.page.empty.marks.text()
    assert "новая строка" in stage.page.empty.marks.text()
