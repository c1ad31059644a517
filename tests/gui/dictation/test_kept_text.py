"""The text of last time comes back."""

from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCursor

from engine.errors import TranscriptDamaged
from engine.events import Segment, Word
from engine.paths import data_dir
from engine.transcript.kept_page import from_json
from gui.dictation.autosave import SAVE_AFTER_MS, KeptText
from gui.dictation.transcript_view import TranscriptView
from gui.session.jobs import Job

OFFER = "Text from your last session was kept."
RESTORE = "Restore"


def kept_in(folder: Path) -> dict[str, str]:
    """File name -> text; a file of an older version has the text alone."""
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    return {name: text if name.endswith(".txt") else from_json(text).text for name, text in written.items()}


def dictate(stage, qtbot, text: str) -> None:
    stage.session.open_files([Path("a.wav")])
    stage.engine.read(text)
    qtbot.waitUntil(lambda: stage.text.endswith(text))


def close(stage, qtbot) -> None:
    with qtbot.waitSignal(stage.session.closed):
        stage.window.close()


def test_the_text_of_last_time_comes_back(stage, make_stage, qtbot):
    assert stage.page.messages.texts == []
    dictate(stage, qtbot, "важные слова")
    close(stage, qtbot)
    again = make_stage()
    qtbot.waitUntil(lambda: again.page.messages.texts == [OFFER])
    dictate(again, qtbot, "новое")
    again.press(RESTORE)
    assert again.text == "важные слова\nновое"
    close(again, qtbot)
    assert list(kept_in(data_dir() / "texts").values()) == ["важные слова\nновое"]


def test_a_page_that_was_cleared_leaves_nothing_behind(stage, make_stage, qtbot):
    dictate(stage, qtbot, "лишнее")
    stage.program.kept_text.save()
    qtbot.waitUntil(lambda: len(list((data_dir() / "texts").glob("*.json"))) == 1)
    qtbot.waitUntil(lambda: not stage.program.kept_text.saving.running)
    stage.page.clear()
    close(stage, qtbot)
    assert list((data_dir() / "texts").iterdir()) == []
    again = make_stage()
    qtbot.waitUntil(lambda: again.words == "Ready")
    assert again.page.messages.texts == []


@pytest.fixture
def view(qtbot):
    view = TranscriptView()
    qtbot.addWidget(view)
    return view


def test_it_is_saved_a_moment_after_each_change(view, qtbot, tmp_path):
    kept = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    view.put_first("раз")
    qtbot.waitUntil(lambda: (tmp_path / "2024-05-06_07-08-09.json").exists(), timeout=SAVE_AFTER_MS + 60_000)
    qtbot.waitUntil(lambda: not kept.saving.running)
    assert kept_in(tmp_path) == {"2024-05-06_07-08-09.json": "раз"}


def test_speech_that_keeps_coming_in_does_not_put_the_saving_off(view, qtbot, tmp_path):
    """A program that is killed in the middle of a dictation has kept all but the last seconds."""
    kept = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    coming_in = QTimer(interval=SAVE_AFTER_MS // 10)
    coming_in.timeout.connect(lambda: view.put_first("слово"))
    coming_in.start()
    path = tmp_path / "2024-05-06_07-08-09.json"
    qtbot.waitUntil(path.exists, timeout=SAVE_AFTER_MS + 60_000)
    assert coming_in.isActive()
    assert "слово" in path.read_text(encoding="utf-8")
    coming_in.stop()
    qtbot.waitUntil(lambda: not kept.saving.running and not kept._pause.isActive(), timeout=SAVE_AFTER_MS + 60_000)


def test_no_run_overwrites_anothers_text(view, tmp_path):
    older = tmp_path / "2024-01-01_00-00-00.txt"
    older.write_text("старое\n", encoding="utf-8")
    kept = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    view.put_first("новое")
    kept.save_last()
    assert older.read_text(encoding="utf-8") == "старое\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_two_runs_of_one_second_have_a_file_each(view, qtbot, tmp_path):
    first = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    view.put_first("первое")
    first.save_last()
    other_view = TranscriptView()
    qtbot.addWidget(other_view)
    second = KeptText(tmp_path, other_view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    other_view.put_first("второе")
    second.save_last()
    assert kept_in(tmp_path) == {"2024-05-06_07-08-09.json": "первое", "2024-05-06_07-08-09_2.json": "второе"}
    third = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    assert third.of_last_time == tmp_path / "2024-05-06_07-08-09_2.json"


def test_a_text_that_is_brought_back_late_leaves_no_part_of_it_as_the_newest(view, qtbot, tmp_path):
    (tmp_path / "2024-01-01_00-00-00.txt").write_text("старое\n", encoding="utf-8")
    kept = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    view.put_first("новое")
    kept.save()
    qtbot.waitUntil(lambda: not kept.saving.running)
    assert len(kept_in(tmp_path)) == 2
    kept.bring_back()
    kept.save_last()
    assert kept_in(tmp_path) == {"2024-01-01_00-00-00.json": "старое\nновое"}


def test_a_disk_that_takes_nothing_does_not_keep_the_window_open(view, tmp_path, caplog):
    (tmp_path / "file").touch()
    kept = KeptText(tmp_path / "file", view)
    view.put_first("раз")
    kept.save_last()
    assert "could not be kept" in caplog.text


def test_a_text_that_cannot_be_read_is_left_alone(view, tmp_path, caplog):
    (tmp_path / "2024-01-01_00-00-00.txt").write_bytes(b"\xff\xfe\xff")
    kept = KeptText(tmp_path, view)
    kept.bring_back()
    assert view.toPlainText() == ""
    assert "cannot be read" in caplog.text


# --- the times stay with the words ---


def save_page(stage, qtbot, path: Path) -> str:
    stage.page.ask_save_path = lambda *_: path
    stage.page.save_as()
    qtbot.waitUntil(lambda: any(path.name in text for text in stage.page.messages.texts))
    return next(text for text in stage.page.messages.texts if path.name in text)


def test_subtitles_of_a_text_that_came_back_are_those_of_before(stage, make_stage, qtbot, tmp_path):
    dictate(stage, qtbot, "важные слова")
    stage.page.transcript.moveCursor(QTextCursor.MoveOperation.End)
    stage.page.transcript.insertPlainText(" мои")
    assert save_page(stage, qtbot, tmp_path / "было.srt") == "Saved as было.srt"
    close(stage, qtbot)
    again = make_stage()
    qtbot.waitUntil(lambda: OFFER in again.page.messages.texts)
    dictate(again, qtbot, "новое")
    again.press(RESTORE)
    assert again.text == "важные слова мои\nновое"
    save_page(again, qtbot, tmp_path / "стало.srt")
    before, after = ((tmp_path / name).read_text("utf-8") for name in ("было.srt", "стало.srt"))
    lasting_on = "00:00:01,500"  # while nothing follows
    assert after.startswith(before.replace(lasting_on, "00:00:01,000"))
    assert "важные слова мои" in before
    assert "новое" in after


def test_several_recordings_keep_their_headings_and_times(view, qtbot, tmp_path):
    jobs = [Job(Path(name), name, duration_s=10.0) for name in ("a.wav", "b.wav")]
    for job, text in zip(jobs, ("раз", "два"), strict=True):
        view.begin(job)
        view.add_segment(job, Segment(1.0, 2.0, (Word(text, 1.0, 2.0, 0.5, ("три",)),)))
    view.moveCursor(QTextCursor.MoveOperation.Start)
    view.insertPlainText("сверху ")
    KeptText(tmp_path, view).save_last()
    other = TranscriptView()
    qtbot.addWidget(other)
    kept = KeptText(tmp_path, other)
    kept.bring_back()
    was, now = view.page(), other.page()
    assert now.text == was.text == "сверху a.wav\nраз\nb.wav\nдва"
    assert now.segments() == was.segments()
    assert [[run.number for run in runs] for runs in now.paragraphs] == [
        [run.number for run in runs] for runs in was.paragraphs
    ]


def test_a_text_without_times_is_not_saved_as_subtitles(stage, make_stage, qtbot, tmp_path):
    """As one that an older version kept."""
    texts = data_dir() / "texts"
    texts.mkdir(parents=True)
    (texts / "2024-01-01_00-00-00.txt").write_text("старое\n", encoding="utf-8")
    close(stage, qtbot)
    again = make_stage()
    qtbot.waitUntil(lambda: OFFER in again.page.messages.texts)
    again.press(RESTORE)
    for name in ("a.srt", "a.vtt", "a.json"):
        assert "no times" in save_page(again, qtbot, tmp_path / name)
        assert not (tmp_path / name).exists()
    assert save_page(again, qtbot, tmp_path / "a.txt") == "Saved as a.txt"
    assert (tmp_path / "a.txt").read_text("utf-8") == "старое\n"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format": "diktovka-page", "version": 9}', '{"version": 1}'])
def test_a_kept_page_that_is_damaged_stays_and_is_told(view, tmp_path, damage):
    path = tmp_path / "2024-01-01_00-00-00.json"
    path.write_text(damage, encoding="utf-8")
    failures = []
    kept = KeptText(tmp_path, view)
    kept.failed.connect(failures.append)
    kept.bring_back()
    assert [type(failure) for failure in failures] == [TranscriptDamaged]
    assert path.read_text("utf-8") == damage
    assert view.toPlainText() == ""


def test_what_was_only_typed_is_told_to_be_left_out_of_subtitles(stage, qtbot, tmp_path):
    dictate(stage, qtbot, "сказано")
    stage.page.transcript.moveCursor(QTextCursor.MoveOperation.Start)
    stage.page.transcript.textCursor().insertBlock()
    stage.page.transcript.moveCursor(QTextCursor.MoveOperation.Start)
    stage.page.transcript.insertPlainText("написано")
    assert stage.text == "написано\nсказано"
    assert save_page(stage, qtbot, tmp_path / "a.txt") == "Saved as a.txt"
    assert "without the paragraphs" in save_page(stage, qtbot, tmp_path / "a.srt")
    assert "написано" not in (tmp_path / "a.srt").read_text("utf-8")
