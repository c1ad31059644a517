"""Marks and capitals from dictation to page, history and clipboard, and for entries that were read without them."""

import json

import docx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QPushButton

from engine.errors import PunctuationError
from engine.transcript.export import write
from gui.session.status import Recording
from tests.gui.history_stage import choose, entries, listed, open_entry, settle, show_history
from tests.helpers.punctuation import ByHeart, Ready

MARKS = "Привет, дела? Москве. хорошо!"


@pytest.fixture
def punctuated(stage):
    stage.session.punctuator = Ready(ByHeart(MARKS))
    stage.program.settings.punctuate = True
    return stage


def dictate(stage, qtbot, *breaths: str) -> None:
    stage.page.toggle_recording()
    stage.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    for number, text in enumerate(breaths):
        stage.engine.write(text, start_s=10.0 * number)
    qtbot.waitUntil(lambda: len(stage.text.split()) == len(" ".join(breaths).split()))
    stage.page.toggle_recording()
    stage.microphone.say_for(1.0)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.NONE)
    stage.engine.finish()
    qtbot.waitUntil(lambda: not stage.session.jobs)
    settle(stage, qtbot)


def press(page, text: str) -> None:
    (button,) = [b for b in page.messages.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    button.click()


def test_a_dictation_has_its_marks_on_the_page_in_the_history_and_in_the_clipboard(punctuated, qtbot):
    dictate(punctuated, qtbot, "привет как дела", "у нас в москве хорошо")
    wanted = "Привет, как дела? У нас в Москве. Хорошо!"

    assert punctuated.text == wanted
    assert entries(punctuated, qtbot)[0].text == wanted
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == wanted)


def test_the_last_mark_comes_when_nothing_is_said_any_more(punctuated, qtbot):
    punctuated.page.toggle_recording()
    punctuated.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: punctuated.session.status.recording is Recording.LISTENING)
    punctuated.engine.guess("привет как")
    qtbot.waitUntil(lambda: punctuated.page.transcript.provisional_text == "Привет, как")
    punctuated.engine.write("привет как дела")
    qtbot.waitUntil(lambda: punctuated.text == "Привет, как дела")
    punctuated.engine.finish()
    qtbot.waitUntil(lambda: punctuated.text == "Привет, как дела?")


def test_what_a_person_changed_stays_when_marks_come(punctuated, qtbot):
    punctuated.page.toggle_recording()
    punctuated.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: punctuated.session.status.recording is Recording.LISTENING)
    punctuated.engine.write("привет как дела")
    qtbot.waitUntil(lambda: punctuated.text == "Привет, как дела")
    cursor = punctuated.page.transcript.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(len("Привет"), cursor.MoveMode.KeepAnchor)
    cursor.insertText("Здравствуй")
    punctuated.engine.write("у нас", start_s=10.0)
    qtbot.waitUntil(lambda: "нас" in punctuated.text)

    assert punctuated.text == "Здравствуй, как дела? У нас"


def test_the_switch_writes_words_as_they_were_said(punctuated, qtbot):
    punctuated.program.settings.punctuate = False
    dictate(punctuated, qtbot, "привет как дела")

    assert punctuated.text == "привет как дела"


def test_a_model_that_cannot_be_used_is_told_and_words_come_all_the_same(punctuated, qtbot):
    punctuated.session.punctuator = Ready(None, PunctuationError(path="/нет", reason="it is gone"))
    dictate(punctuated, qtbot, "привет как дела")

    assert punctuated.text == "привет как дела"
    assert any("without marks" in message for message in punctuated.page.messages.texts)


def test_entries_of_before_are_punctuated_when_that_is_asked_for_and_back_again(stage, qtbot):
    stage.session.punctuator = Ready(ByHeart(MARKS))
    dictate(stage, qtbot, "привет как дела")
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    qtbot.mouseClick(page.actions.punctuate, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: entries(stage, qtbot)[0].text == "Привет, как дела?")
    qtbot.waitUntil(lambda: not page.punctuating.busy)
    press(page, "Undo")

    qtbot.waitUntil(lambda: entries(stage, qtbot)[0].text == "привет как дела")


def test_a_text_that_has_its_marks_is_left_as_it_is(punctuated, qtbot):
    dictate(punctuated, qtbot, "привет как дела")
    page = show_history(punctuated, qtbot)
    choose(page, qtbot, 0)
    page.actions.punctuate.click()
    qtbot.waitUntil(lambda: not page.punctuating.busy)

    assert [entry.text for entry in entries(punctuated, qtbot)] == ["Привет, как дела?"]
    assert not entries(punctuated, qtbot)[0].has_previous


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_dictation_is_saved_with_its_marks_in_every_form(punctuated, qtbot, tmp_path):
    dictate(punctuated, qtbot, "привет как дела", "у нас в москве хорошо")
    wanted = "Привет, как дела? У нас в Москве. Хорошо!"
    for form in ("txt", "srt", "docx", "json"):
        path = tmp_path / f"текст.{form}"
        punctuated.page.ask_save_path = lambda *_, path=path: path
        punctuated.page.save_as()
        qtbot.waitUntil(path.exists)

    assert (tmp_path / "текст.txt").read_text("utf-8").split() == wanted.split()
    shown = (tmp_path / "текст.srt").read_text("utf-8").splitlines()
    assert " ".join(line for line in shown if any(map(str.isalpha, line))) == wanted
    assert " ".join(one.text for one in docx.Document(str(tmp_path / "текст.docx")).paragraphs if one.text) == wanted
    segments = json.loads((tmp_path / "текст.json").read_text("utf-8"))["segments"]
    words = [word for segment in segments for word in segment["words"]]
    assert [(word.get("plain", word["text"]), word.get("mark", "")) for word in (words[0], words[-1])] == [
        ("привет", ","),
        ("хорошо", "!"),
    ]


def test_what_is_transcribed_again_has_its_marks_and_a_correction_can_be_had_back(punctuated, qtbot):
    dictate(punctuated, qtbot, "привет как дела")
    page = show_history(punctuated, qtbot)
    choose(page, qtbot, 0)
    page.keeper.read_again(page.chosen)
    punctuated.engine.read("у нас в москве хорошо")
    qtbot.waitUntil(lambda: listed(page, qtbot) == ["У нас в Москве. Хорошо!"])
    choose(page, qtbot, 0)
    (swap,) = [action for action in page.actions.menu().actions() if action.text() == "Bring back the earlier text"]
    swap.trigger()

    qtbot.waitUntil(lambda: listed(page, qtbot) == ["Привет, как дела?"])


def test_a_correction_has_its_marks_in_every_file_is_undone_and_what_is_typed_stays(punctuated, qtbot, tmp_path):
    dictate(punctuated, qtbot, "привет как дела", "у нас в москве хорошо")
    page = show_history(punctuated, qtbot)
    editor = open_entry(page, qtbot, 0)
    qtbot.waitUntil(lambda: editor.text.places is not None and len(editor.text.places.words) == 8)
    before = "Привет, как дела? У нас в Москве. Хорошо!"
    (word,) = [word for word in editor.text.places.words if word.text == "Москве."]
    editor.text.replace(word, "Минске.")
    corrected = before.replace("Москве", "Минске")
    qtbot.waitUntil(lambda: editor.document.text.split() == corrected.split())
    assert saved(editor, tmp_path / "1", qtbot) == {"txt": corrected, "srt": corrected, "docx": corrected}

    editor.text.undo()
    qtbot.waitUntil(lambda: editor.document.text.split() == before.split())
    assert saved(editor, tmp_path / "2", qtbot) == {"txt": before, "srt": before, "docx": before}

    editor.text.moveCursor(QTextCursor.MoveOperation.End)
    editor.text.insertPlainText(" Да, и ещё.")
    typed = f"{before} Да, и ещё."
    qtbot.waitUntil(lambda: editor.document.text.split() == typed.split())
    assert saved(editor, tmp_path / "3", qtbot) == {"txt": typed, "srt": typed, "docx": typed}
    editor.bar.back.click()
    qtbot.waitUntil(lambda: entries(punctuated, qtbot)[0].text.split() == typed.split())


def saved(editor, folder, qtbot) -> dict[str, str]:
    """The words of each file that the editor's document makes."""
    folder.mkdir()
    qtbot.waitUntil(lambda: bool(editor.document.segments))
    for form in ("txt", "srt", "docx"):
        write(folder / f"a.{form}", editor.document)
    cues = (folder / "a.srt").read_text("utf-8").splitlines()
    spoken = [line for line in cues if any(map(str.isalpha, line))]
    paragraphs = [one.text for one in docx.Document(str(folder / "a.docx")).paragraphs if one.text]
    texts = {"txt": [(folder / "a.txt").read_text("utf-8")], "srt": spoken, "docx": paragraphs}
    return {form: " ".join(" ".join(lines).split()) for form, lines in texts.items()}
