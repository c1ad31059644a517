"""What is to know of a recording is said beside its text, in its entry and in the log; other tracks can be had."""

import logging

from engine.history.entry import State
from engine.notes import Note
from gui.history.words import details, state_words
from tests.gui.history_stage import FILES, choose, entries, settle, show_history

CUT = Note("cut", read_s=2.5)
TRACKS = Note("tracks", n=3, number=2, names="eng\nrus Дубляж\n")


def read(stage, qtbot, *notes: Note) -> None:
    stage.session.open_files(FILES[:1])
    stage.engine.read("половина", 2.5, *notes)
    qtbot.waitUntil(lambda: not stage.session.jobs)
    settle(stage, qtbot)


def messages(stage) -> list[str]:
    return stage.page.messages.texts


def test_a_cut_recording_is_told_beside_the_text_in_its_entry_and_in_the_log(stage, qtbot, caplog):
    said = "The recording is damaged or cut off: only its first 2.5 s could be read."
    read(stage, qtbot, CUT)
    assert messages(stage) == [f"первая.wav: {said}"]
    (entry,) = entries(stage, qtbot)
    assert (entry.state, entry.notes) == (State.DONE, (CUT,))
    assert state_words(entry) == said
    assert said in details(entry)
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        f"{FILES[0]}: {said}"
    ]


def test_it_is_said_in_russian(make_stage, qtbot):
    stage = make_stage(language="ru")
    read(stage, qtbot, CUT)
    assert messages(stage) == ["первая.wav: Запись повреждена или обрывается: удалось прочитать только первые 2,5 с."]


def test_another_sound_track_from_the_page(stage, qtbot):
    read(stage, qtbot, TRACKS)
    stage.press("Sound track 1 (eng)")
    stage.engine.read("speech")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert stage.engine.tracks == [None, 1]


def test_another_sound_track_from_the_history_is_kept_until_it_is_read(stage, qtbot):
    read(stage, qtbot, TRACKS)
    page = show_history(stage, qtbot)
    choose(page, qtbot, 0)
    (again,) = [action.menu() for action in page.actions.menu().actions() if action.menu() is not None]
    names = [action.text() for action in again.actions()]
    assert names[-2:] == ["Sound track 1 (eng)", "Sound track 3"]
    again.actions()[-1].trigger()
    qtbot.waitUntil(lambda: len(stage.engine.tracks) == 2)
    (entry,) = entries(stage, qtbot)
    assert (entry.track, entry.notes) == (3, ())
    stage.engine.read("третья дорожка")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert stage.engine.tracks == [None, 3]
