"""The text of last time comes back."""

from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from engine.paths import data_dir
from gui.dictation.autosave import SAVE_AFTER_MS, KeptText
from gui.dictation.transcript_view import TranscriptView

OFFER = "The text of last time was kept."


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
    again.press("Bring it back")
    assert again.text == "важные слова\nновое"
    close(again, qtbot)
    assert [path.read_text(encoding="utf-8") for path in (data_dir() / "texts").iterdir()] == ["важные слова\nновое\n"]


def test_a_page_that_was_cleared_leaves_nothing_behind(stage, make_stage, qtbot):
    dictate(stage, qtbot, "лишнее")
    stage.program.kept_text.save()
    qtbot.waitUntil(lambda: len(list((data_dir() / "texts").glob("*.txt"))) == 1)
    qtbot.waitUntil(lambda: stage.program.kept_text._saving is None)
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
    qtbot.waitUntil(lambda: (tmp_path / "2024-05-06_07-08-09.txt").exists(), timeout=SAVE_AFTER_MS + 60_000)
    qtbot.waitUntil(lambda: kept._saving is None)
    assert (tmp_path / "2024-05-06_07-08-09.txt").read_text(encoding="utf-8") == "раз\n"


def test_speech_that_keeps_coming_in_does_not_put_the_saving_off(view, qtbot, tmp_path):
    """A program that is killed in the middle of a dictation has kept all but the last seconds."""
    kept = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    coming_in = QTimer(interval=SAVE_AFTER_MS // 10)
    coming_in.timeout.connect(lambda: view.put_first("слово"))
    coming_in.start()
    path = tmp_path / "2024-05-06_07-08-09.txt"
    qtbot.waitUntil(path.exists, timeout=SAVE_AFTER_MS + 60_000)
    assert coming_in.isActive()
    assert "слово" in path.read_text(encoding="utf-8")
    coming_in.stop()
    qtbot.waitUntil(lambda: kept._saving is None and not kept._pause.isActive(), timeout=SAVE_AFTER_MS + 60_000)


def test_no_run_overwrites_anothers_text(view, tmp_path):
    older = tmp_path / "2024-01-01_00-00-00.txt"
    older.write_text("старое\n", encoding="utf-8")
    kept = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    view.put_first("новое")
    kept.save_last()
    assert older.read_text(encoding="utf-8") == "старое\n"
    assert len(list(tmp_path.iterdir())) == 2


def kept_in(tmp_path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}


def test_two_runs_of_one_second_have_a_file_each(view, qtbot, tmp_path):
    first = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    view.put_first("первое")
    first.save_last()
    other_view = TranscriptView()
    qtbot.addWidget(other_view)
    second = KeptText(tmp_path, other_view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    other_view.put_first("второе")
    second.save_last()
    assert kept_in(tmp_path) == {"2024-05-06_07-08-09.txt": "первое\n", "2024-05-06_07-08-09_2.txt": "второе\n"}
    third = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    assert third.of_last_time == tmp_path / "2024-05-06_07-08-09_2.txt"


def test_a_text_that_is_brought_back_late_leaves_no_part_of_it_as_the_newest(view, qtbot, tmp_path):
    (tmp_path / "2024-01-01_00-00-00.txt").write_text("старое\n", encoding="utf-8")
    kept = KeptText(tmp_path, view, lambda: datetime(2024, 5, 6, 7, 8, 9))
    view.put_first("новое")
    kept.save()
    qtbot.waitUntil(lambda: kept._saving is None)
    assert len(kept_in(tmp_path)) == 2
    kept.bring_back()
    kept.save_last()
    assert kept_in(tmp_path) == {"2024-01-01_00-00-00.txt": "старое\nновое\n"}


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
