"""The try-out in Settings: the level is seen, nothing is kept."""

import pytest

from engine.errors import MicrophoneBusy
from engine.paths import data_dir
from gui.session.recording_controller import DEAD_AFTER_S
from gui.session.status import Recording
from tests.gui.settings_stage import section
from tests.helpers.fake_microphone import FakeMicrophone


@pytest.fixture
def trial(stage, qtbot):
    trial = section(stage, "microphone").trial
    qtbot.waitUntil(trial.isVisible)
    return trial


def _heard(stage, trial, qtbot, value: int) -> str:
    """Tries it with a voice of that level; what it says of it."""
    trial.button.click()
    stage.microphone.say_for(0.5, value)
    qtbot.waitUntil(lambda: trial.dictaphone.elapsed_s >= 0.4 and trial.peak > 0)
    trial.button.click()
    qtbot.waitUntil(lambda: not trial.dictaphone.is_busy)
    return trial.told.text()


def test_the_bar_moves_with_the_voice_and_nothing_is_kept(stage, trial, qtbot):
    trial.button.click()
    assert trial.button.text() == "Stop trying"
    stage.microphone.say_for(0.5, 6000)
    qtbot.waitUntil(lambda: trial.level.value() > 50)
    assert list((data_dir() / "trial").glob("*.wav"))
    trial.button.click()
    assert trial.told.text() == "It hears you well."
    assert trial.level.value() == 0
    qtbot.waitUntil(lambda: not trial.dictaphone.is_busy)
    assert not list((data_dir() / "trial").glob("*.wav"))


@pytest.mark.parametrize(("value", "said"), [(2, "Nothing was heard."), (800, "It hears little."), (32767, "too loud")])
def test_what_is_wrong_with_the_level_is_said(stage, trial, qtbot, value, said):
    assert said in _heard(stage, trial, qtbot, value)


def test_a_dead_microphone_is_told_of_while_it_is_tried(stage, trial, qtbot):
    trial.button.click()
    stage.microphone.say_for(DEAD_AFTER_S + 1, 0)
    qtbot.waitUntil(lambda: "no sound comes" in trial.told.text())


def test_one_that_cannot_be_opened_is_told_of(stage, trial, qtbot):
    stage.microphone = FakeMicrophone(failure=MicrophoneBusy(device="Headset", reason="another program has it"))
    trial.button.click()
    qtbot.waitUntil(lambda: "another program has it" in trial.told.text())
    assert trial.button.text() == "Try it"


def test_it_ends_with_its_page_and_by_itself(stage, trial, qtbot):
    trial.button.click()
    trial.hide()
    assert not trial.running
    trial.show()
    qtbot.waitUntil(lambda: not trial.dictaphone.is_busy)
    trial.patience.setInterval(50)
    trial.button.click()
    qtbot.waitUntil(lambda: not trial.running)


def test_dictation_goes_before_it(stage, trial, qtbot):
    trial.button.click()
    stage.session.record(None)
    assert not trial.running
    qtbot.waitUntil(lambda: not trial.dictaphone.is_busy)
    stage.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    trial.button.click()
    assert not trial.running
    assert trial.told.text() == "Dictation is recording. Stop it first."


def test_what_a_kill_left_is_deleted(make_stage, qtbot):
    left = data_dir() / "trial" / "2026-01-01_10-00-00.wav"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"RIFF")
    section(make_stage(), "microphone")
    assert not left.exists()
