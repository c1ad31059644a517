"""What is remembered, what is put into force at once, and the page on which it is chosen."""

import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from engine.decode.own_words import read_own_words
from engine.errors import ConfigError, LanguageModelMissing, OwnWordsUnreadable
from engine.paths import models_dir, own_words_file, recordings_dir, shipped_checkpoint, shipped_language_model
from gui.core.settings import Settings
from gui.settings.page import SettingsPage
from gui.settings.sections import SECTIONS, Section
from gui.shell.app import start_engine_process
from gui.widgets.theme import DARK, LIGHT, theme
from tests.gui.settings_stage import choose, section, settings_page, told
from tests.helpers.language import language_model
from tests.helpers.models import write_random_checkpoint, write_rates

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def theme_afterwards(qapp):
    yield
    theme().prefer("system")
    theme().scale_text(100)


# --- the file ---


def test_every_setting_is_kept(tmp_path):
    settings = Settings(tmp_path)
    settings.text_percent, settings.tour_seen, settings.appearance = 130, True, "dark"
    settings.save()
    again = Settings(tmp_path)
    assert (again.text_percent, again.tour_seen, again.appearance) == (130, True, "dark")
    assert again.values() == settings.values()


@pytest.mark.parametrize(
    ("name", "value"),
    [("appearance", "pink"), ("text_percent", 10), ("text_percent", "large"), ("tour_seen", 1), ("language", None)],
)
def test_what_is_not_allowed_is_refused(tmp_path, name, value):
    settings = Settings(tmp_path)
    before = settings.values()
    with pytest.raises(ConfigError):
        setattr(settings, name, value)
    assert settings.values() == before


def test_what_stands_in_the_file_and_is_not_allowed_is_the_default(tmp_path):
    (tmp_path / "window.ini").write_text("[General]\nappearance=pink\ntext_percent=1000\ntour_seen=perhaps\n")
    settings = Settings(tmp_path)
    assert (settings.appearance, settings.text_percent, settings.tour_seen) == ("system", 100, False)


def test_a_change_is_told_once(tmp_path):
    settings = Settings(tmp_path)
    heard = []
    settings.changed.connect(heard.append)
    settings.text_percent = 130
    settings.text_percent = 130
    assert heard == ["text_percent"]


def test_all_are_taken_or_none(tmp_path):
    settings = Settings(tmp_path)
    with pytest.raises(ConfigError):
        settings.take({"text_percent": 130, "appearance": "pink"})
    with pytest.raises(ConfigError, match="does not know it"):
        settings.take({"text_percent": 130, "colour_of_shoes": "brown"})
    assert settings.text_percent == 100
    settings.take({"text_percent": 130, "appearance": "dark"})
    assert (settings.text_percent, settings.appearance) == (130, "dark")


def test_language_models(tmp_path):
    settings = Settings(tmp_path)
    assert settings.language_model == shipped_language_model()
    settings.language_model = None
    assert settings.language_model is None
    settings.language_model = tmp_path
    assert settings.language_model == tmp_path
    settings.language_model = shipped_language_model()
    assert settings.language_model_folder == ""


# --- the page ---


def test_the_page_is_made_when_its_tab_is_first_shown(stage, qtbot):
    assert stage.window.settings_page.page is None
    qtbot.keyClick(stage.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(stage.window.settings_page.page, SettingsPage)


def test_what_is_not_imported_yet_is_imported_on_another_thread(stage, qtbot, monkeypatch):
    monkeypatch.delitem(sys.modules, "gui.settings.page")
    stage.window.tabs.setCurrentWidget(stage.window.settings_page)
    assert stage.window.settings_page.page is None
    qtbot.waitUntil(lambda: stage.window.settings_page.page is not None)
    qtbot.waitUntil(lambda: stage.window.settings_page.page.isVisible())


def test_a_page_that_cannot_be_imported_says_so(qtbot):
    from gui.widgets.lazy_page import LatePage

    page = LatePage("gui.no_such_page", QWidget, "waiting")
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: "no_such_page" in page.findChild(QLabel).text())
    assert page.page is None


def test_sections_are_made_when_first_looked_at(stage, qtbot):
    page = settings_page(stage)
    assert list(page.made) == [SECTIONS[0].name]
    for one in SECTIONS:
        qtbot.waitUntil(page.show_section(one.name).isVisible)
    assert list(page.made) == [one.name for one in SECTIONS]


def test_anybody_may_add_a_section(stage, qtbot):
    around = settings_page(stage).around
    page = SettingsPage(around, [Section("one", "Appearance", "cog", "tests.gui.settings.test_settings", "OneSection")])
    qtbot.addWidget(page)
    page.show_section("one")
    page.save_last()
    assert page.made["one"].saved == [around.settings]


class OneSection(QWidget):
    """A section as another part of the program would write it."""

    def __init__(self, around):
        super().__init__()
        self.around, self.saved = around, []

    def save_last(self):
        self.saved.append(self.around.settings)


# --- put into force ---


def test_the_appearance_changes_at_once(stage):
    appearance = section(stage, "appearance")
    choose(appearance.appearance, "dark")
    assert theme().colours is DARK
    choose(appearance.appearance, "light")
    assert theme().colours is LIGHT
    assert Settings().appearance == "light"


def test_the_text_grows_at_once_also_where_a_widget_has_its_own_font(stage, qapp):
    before = stage.page.transcript.font().pointSizeF()
    base = qapp.font().pointSizeF()
    choose(section(stage, "appearance").text, 150)
    assert qapp.font().pointSizeF() == pytest.approx(1.5 * base)
    assert stage.page.transcript.font().pointSizeF() == pytest.approx(1.5 * before)
    choose(section(stage, "appearance").text, 100)
    assert stage.page.transcript.font().pointSizeF() == pytest.approx(before)


def test_the_language_changes_at_the_next_start(stage, make_stage):
    appearance = section(stage, "appearance")
    choose(appearance.language, "ru")
    assert "next time" in appearance.note.text()
    assert make_stage(language=None).program.language == "ru"


def test_a_language_that_is_asked_for_goes_before_the_chosen_one(stage, make_stage):
    choose(section(stage, "appearance").language, "ru")
    assert make_stage(language="en").program.language == "en"


def test_the_microphone_is_the_same_on_both_pages(stage, qtbot):
    box = section(stage, "microphone").microphones
    qtbot.waitUntil(lambda: box.count() == 3)
    box.setCurrentIndex(2)
    box.activated.emit(2)
    assert stage.page.controls.microphones.microphone == "Webcam"
    stage.page.controls.microphones.setCurrentIndex(1)
    stage.page.controls.microphones.activated.emit(1)
    assert box.microphone == "Headset"


def test_new_recordings_go_into_the_chosen_folder(stage, qtbot, tmp_path):
    stage.program.settings.recordings = tmp_path
    stage.session.record(None)
    stage.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: bool(list(tmp_path.glob("*.wav"))))
    assert not recordings_dir().exists()


# --- models ---


def test_another_model(stage, qtbot):
    write_random_checkpoint(models_dir() / "first" / "best")
    recognition = section(stage, "recognition")
    choose(recognition.model, models_dir() / "first" / "best")
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    assert stage.models == [shipped_checkpoint(), models_dir() / "first" / "best"]
    assert Settings().model == models_dir() / "first" / "best"
    assert told(stage) == ["Dictation uses the model first from now on."]


def test_a_worse_model_is_asked_about(stage, qtbot):
    """As on the Trainer page: it is not in use, and not shown as chosen, before the person says so."""
    worse = write_random_checkpoint(models_dir() / "worse")
    write_rates(worse, dev_unseen_text=0.75)
    recognition = section(stage, "recognition")
    choose(recognition.model, worse)
    assert stage.session.model == recognition.model.currentData() == shipped_checkpoint()
    assert "This model recognises worse than the one in use: 75.0 %" in told(stage)[0]
    messages = settings_page(stage).around.messages
    next(button for button in messages.findChildren(QPushButton) if button.text() == "Use it all the same").click()
    assert stage.session.model == recognition.model.currentData() == worse == Settings().model
    assert told(stage) == ["Dictation uses the model worse from now on."]


def test_without_the_language_model(stage, qtbot):
    recognition = section(stage, "recognition")
    choose(recognition.language_model, None)
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    assert Settings().language_model is None
    assert "own words are not used" in recognition.note.text()


def test_a_folder_without_a_language_model_is_refused(stage, qtbot, tmp_path):
    recognition = section(stage, "recognition")
    object.__setattr__(recognition.around, "ask_folder", lambda *_: tmp_path)
    recognition.other.click()
    qtbot.waitUntil(lambda: not recognition.work.running and bool(told(stage)))
    assert "There is no language model in" in told(stage)[0]
    assert Settings().language_model == shipped_language_model()
    assert len(stage.engines) == 1


def test_another_folder_of_a_language_model(stage, qtbot, tmp_path):
    small_language_model = language_model(tmp_path / "мой", "Аб ба.", "Аб ба.", "Аб вы.").folder
    recognition = section(stage, "recognition")
    object.__setattr__(recognition.around, "ask_folder", lambda *_: small_language_model)
    recognition.other.click()
    qtbot.waitUntil(lambda: Settings().language_model == small_language_model)
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    assert recognition.language_model.currentData() == small_language_model


def test_the_recognition_process_reads_with_the_chosen_language_model(tmp_path):
    settings = Settings(tmp_path)
    settings.language_model = None
    assert start_engine_process(settings, shipped_checkpoint()).language.model is None
    settings.language_model = shipped_language_model()
    assert start_engine_process(settings, shipped_checkpoint()).language.model == shipped_language_model()


def test_a_language_model_that_fails_is_told_once_and_can_be_switched_off(stage, qtbot, tmp_path):
    for n in (1, 2):
        stage.engine.language_error = LanguageModelMissing(path=tmp_path, file="model.json")
        stage.session.open_files([tmp_path / f"{n}.wav"])
        stage.engine.read("раз")
        qtbot.waitUntil(lambda n=n: len(stage.engine.calls) == n and stage.words == "Ready")
    (text,) = stage.page.messages.texts
    assert "There is no language model in" in text
    assert "written by ear" in text
    stage.press("Do without it")
    assert Settings().language_model is None
    qtbot.waitUntil(lambda: len(stage.engines) == 2)


def test_own_words_that_cannot_be_read_are_told(stage, qtbot, tmp_path):
    stage.engine.language_error = OwnWordsUnreadable(path=own_words_file(), reason="it is no UTF-8 text")
    stage.session.open_files([tmp_path / "1.wav"])
    stage.engine.read("раз")
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    assert "cannot be read: it is no UTF-8 text" in stage.page.messages.texts[0]


# --- own words ---


@pytest.fixture
def own_words(stage):
    own_words_file().parent.mkdir(parents=True, exist_ok=True)
    own_words_file().write_text("Сыктывкар\nQt 6\n", encoding="utf-8")
    return section(stage, "own_words")


def test_own_words_are_shown_with_what_is_wrong(own_words):
    assert own_words.text.toPlainText() == "Сыктывкар\nQt 6"
    assert "1 entry is preferred." in own_words.state.text()
    assert "Line 2, “Qt 6”, is left out: it has signs that are no Russian letters." in own_words.state.text()


def test_own_words_are_saved_by_themselves(own_words, qtbot):
    own_words.text.setPlainText("Сыктывкар\nАбакан")
    qtbot.waitUntil(lambda: read_own_words().words == ("сыктывкар", "абакан"))
    qtbot.waitUntil(lambda: "2 entries" in own_words.state.text())


def test_own_words_are_saved_when_the_window_closes(own_words, stage, qtbot):
    own_words.text.setPlainText("Абакан")
    with qtbot.waitSignal(stage.session.closed):
        stage.window.close()
    assert read_own_words().words == ("абакан",)


def test_own_words_are_imported_and_exported(own_words, stage, qtbot, tmp_path):
    (tmp_path / "more.txt").write_text("Абакан\nсыктывкар\n", encoding="utf-8")
    own_words.ask_open, own_words.ask_save = (lambda *_: tmp_path / "more.txt"), (lambda *_: tmp_path / "out.txt")
    own_words.imports.click()
    qtbot.waitUntil(lambda: told(stage) == ["1 line was added."])
    assert own_words.text.toPlainText().splitlines() == ["Сыктывкар", "Qt 6", "Абакан"]
    own_words.exports.click()
    qtbot.waitUntil(lambda: (tmp_path / "out.txt").exists() and not own_words.work.running)
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "Сыктывкар\nQt 6\nАбакан\n"


def test_a_list_that_is_no_text_is_left_alone(own_words, stage, qtbot):
    own_words_file().write_bytes(b"\xff\xfe\x00")
    section(stage, "appearance")
    section(stage, "own_words")
    assert own_words.text.isReadOnly()
    assert "it is no UTF-8 text" in own_words.state.text()
    own_words.save_last()
    assert own_words_file().read_bytes() == b"\xff\xfe\x00"


def test_an_import_that_fails_is_told(own_words, stage, qtbot, tmp_path):
    own_words.ask_open = lambda *_: tmp_path / "missing.txt"
    own_words.imports.click()
    qtbot.waitUntil(lambda: bool(told(stage)))
    assert "there is no such file" in told(stage)[0]
    assert own_words.text.toPlainText() == "Сыктывкар\nQt 6"
