"""Dictating: Record, Stop, and the text that comes."""

import wave
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor

from engine.errors import EngineStopped, MicrophoneBusy, MicrophoneLost, RecordingCut
from engine.paths import recordings_dir
from gui.session.status import Recording
from tests.helpers.small_disk import SmallDisk


def record(stage, qtbot, seconds: float = 0.5):
    qtbot.mouseClick(stage.page.controls.record, Qt.MouseButton.LeftButton)
    assert stage.microphone.opened.wait(10)
    stage.microphone.say_for(seconds)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)


def stop(stage, qtbot, tail_s: float = 1.0):
    qtbot.mouseClick(stage.page.controls.record, Qt.MouseButton.LeftButton)
    stage.microphone.say_for(tail_s)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.NONE)


def test_a_recording_becomes_text(stage, qtbot):
    record(stage, qtbot)
    assert stage.words == "Listening"
    stage.engine.guess("раз два")
    qtbot.waitUntil(lambda: stage.page.transcript.provisional_text == "раз два")
    assert stage.text == ""
    stop(stage, qtbot)
    assert stage.words == "Writing down the rest"
    assert stage.engine.following.is_set()
    stage.engine.write("раз два три")
    stage.engine.finish()
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert stage.text == "раз два три"
    assert stage.page.transcript.provisional_text == ""


def test_the_microphone_is_said_to_listen_only_once_samples_come(stage, qtbot):
    qtbot.mouseClick(stage.page.controls.record, Qt.MouseButton.LeftButton)
    assert stage.words == "Opening the microphone"
    assert stage.microphone.opened.wait(10)
    qtbot.wait(1)
    assert stage.words == "Opening the microphone"
    stage.microphone.say(1, 2, 3)
    qtbot.waitUntil(lambda: stage.words == "Listening")


def test_half_a_second_after_the_click_on_stop_is_on_disk(stage, qtbot):
    record(stage, qtbot, 1.0)
    stop(stage, qtbot, 2.0)
    (path,) = recordings_dir().glob("*.wav")
    with wave.open(str(path)) as recording:
        assert 1.5 <= recording.getnframes() / recording.getframerate() <= 1.6


def test_recording_works_while_the_model_is_not_ready(make_stage, qtbot):
    stage = make_stage(ready=False)
    assert stage.words == "Getting the model ready"
    record(stage, qtbot)
    assert "the model" in stage.words
    assert stage.words.startswith("Listening")
    stop(stage, qtbot)
    assert stage.engine.calls == []
    stage.engine.become_ready()
    stage.engine.read("готово")
    qtbot.waitUntil(lambda: stage.text == "готово")


def test_each_recording_is_a_paragraph(stage, qtbot):
    for word in ("один", "два"):
        record(stage, qtbot)
        stop(stage, qtbot)
        stage.engine.read(word)
        qtbot.waitUntil(lambda: stage.words == "Ready")
    assert stage.text == "один\nдва"


def test_a_recording_made_while_another_is_read_waits_for_its_turn(stage, qtbot):
    record(stage, qtbot)
    stop(stage, qtbot)
    record(stage, qtbot)
    stop(stage, qtbot)
    assert len(stage.engine.calls) == 1
    stage.engine.read("первая")
    stage.engine.read("вторая")
    qtbot.waitUntil(lambda: stage.text == "первая\nвторая")
    assert [verb for verb, _path in stage.engine.calls] == ["follow", "follow"]
    assert len({path for _verb, path in stage.engine.calls}) == 2


def test_what_a_person_types_meanwhile_stays_where_it_is(stage, qtbot):
    transcript = stage.page.transcript
    record(stage, qtbot)
    stage.engine.write("начало")
    qtbot.waitUntil(lambda: stage.text == "начало")
    for guess in ("раз", "раз два"):
        stage.engine.guess(guess)
        qtbot.waitUntil(lambda guess=guess: transcript.provisional_text == guess)
        transcript.moveCursor(QTextCursor.MoveOperation.Start)
        qtbot.keyClicks(transcript, "x")
    assert stage.text == "xxначало"
    transcript.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(transcript, ",y")
    stage.engine.write("раз два три", start_s=2)
    qtbot.waitUntil(lambda: stage.text == "xxначало,y раз два три")


def test_undo_never_brings_back_provisional_text(stage, qtbot):
    transcript = stage.page.transcript
    record(stage, qtbot)
    stage.engine.guess("серый")
    qtbot.waitUntil(lambda: transcript.provisional_text == "серый")
    stage.engine.write("чёрный")
    qtbot.waitUntil(lambda: stage.text == "чёрный")
    seen = {stage.text}
    while transcript.document().isUndoAvailable():
        transcript.undo()
        seen.add(stage.text)
    assert seen == {"чёрный", ""}


def test_escape_cancels_and_keeps_the_recording(stage, qtbot):
    record(stage, qtbot)
    stage.engine.guess("не то")
    qtbot.waitUntil(lambda: stage.page.transcript.provisional_text == "не то")
    qtbot.keyClick(stage.window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert stage.page.transcript.provisional_text == ""
    assert stage.text == ""
    assert stage.page.messages.texts == ["Cancelled. The recording was not transcribed to its end; it is kept."]
    (path,) = recordings_dir().glob("*.wav")
    stage.press("Try again")
    stage.engine.read("всё-таки")
    qtbot.waitUntil(lambda: stage.text == "всё-таки")
    assert stage.engine.calls[-1] == ("transcribe", path)


def test_cancel_while_the_microphone_opens(stage, qtbot):
    qtbot.mouseClick(stage.page.controls.record, Qt.MouseButton.LeftButton)
    qtbot.keyClick(stage.window, Qt.Key.Key_Escape)
    assert stage.microphone.closed.wait(10)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert stage.words == "Ready"
    assert stage.page.messages.texts == []
    assert stage.engine.calls == []


def test_silence_is_said_to_be_silence(stage, qtbot):
    record(stage, qtbot)
    stop(stage, qtbot)
    stage.engine.finish()
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert stage.text == ""
    assert stage.page.messages.texts[0].startswith("No speech was recognised.")


def test_a_microphone_that_vanishes(stage, qtbot):
    record(stage, qtbot)
    stage.microphone.vanish()
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.NONE)
    assert stage.page.messages.texts == [str(MicrophoneLost())]
    stage.engine.read("до обрыва")
    qtbot.waitUntil(lambda: stage.text == "до обрыва")


def test_a_microphone_that_is_busy_can_be_tried_again(stage, qtbot):
    working, stage.microphone = (
        stage.microphone,
        type(stage.microphone)(failure=MicrophoneBusy(device="Headset", reason="in use")),
    )
    qtbot.mouseClick(stage.page.controls.record, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    assert "Headset" in stage.page.messages.texts[0]
    stage.microphone = working
    stage.press("Try again")
    assert working.opened.wait(10)
    working.say(1)
    qtbot.waitUntil(lambda: stage.words == "Listening")


def test_a_full_disk_ends_the_recording_with_a_sentence(stage, qtbot):
    stage.open_file = SmallDisk(44 + 20_000).open
    qtbot.mouseClick(stage.page.controls.record, Qt.MouseButton.LeftButton)
    stage.microphone.say_for(1.0)
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts))
    (path,) = recordings_dir().glob("*.wav")
    assert stage.page.messages.texts == [str(RecordingCut(path=path))]
    stage.engine.read("что успел сказать")
    qtbot.waitUntil(lambda: stage.text == "что успел сказать")


def test_recognition_that_dies_is_told_and_started_anew(stage, qtbot):
    record(stage, qtbot)
    stop(stage, qtbot)
    first = stage.engine
    first.fail(EngineStopped(code=-9))
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    assert stage.page.messages.texts == [str(EngineStopped(code=-9))]
    assert first.closed.wait(10)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    stage.press("Try again")
    stage.engine.read("со второго раза")
    qtbot.waitUntil(lambda: stage.text == "со второго раза")


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_sound_system_that_does_not_answer(stage, qtbot, monkeypatch, is_stopped):
    answers = Event()
    really_open = stage.microphone.open

    def hang(name, on_block):
        assert answers.wait(10)
        return really_open(name, on_block)

    monkeypatch.setattr(stage.microphone, "open", hang)
    stage.session.dictaphone.patience.setInterval(10)
    stage.page.toggle_recording()
    if is_stopped:
        stage.page.toggle_recording()
        assert stage.session.status.recording is Recording.STOPPING
    qtbot.waitUntil(lambda: stage.words == "Ready")
    told = str(MicrophoneBusy(device="System default", reason="it does not answer"))
    assert stage.page.messages.texts == [told]
    stage.page.messages.close_all()
    stage.page.toggle_recording()
    assert stage.page.messages.texts == [told]
    answers.set()
    assert stage.microphone.closed.wait(10)
    qtbot.waitUntil(lambda: not stage.session.dictaphone.is_busy)
    stage.session.dictaphone.patience.setInterval(60_000)
    record(stage, qtbot)


def test_a_microphone_that_is_switched_off_is_noticed(stage, qtbot):
    qtbot.mouseClick(stage.page.controls.record, Qt.MouseButton.LeftButton)
    stage.microphone.say_for(2.5, value=0)
    qtbot.waitUntil(lambda: stage.words == "Listening")
    stage.microphone.say_for(1.0, value=1)
    qtbot.waitUntil(lambda: stage.words.startswith("Listening, but no sound comes"))
    stage.microphone.say(500)
    qtbot.waitUntil(lambda: stage.words == "Listening")
