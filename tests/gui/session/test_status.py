"""The words for every state, in both languages."""

from itertools import product

import pytest

from gui.core import i18n
from gui.core.words import clock_time, time_left
from gui.session.status import Model, Reading, Recording, Status


@pytest.fixture(autouse=True)
def english():
    i18n.install("en")
    yield
    i18n.install("en")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(), "Getting the model ready"),
        (Status(model=Model.READY), "Ready"),
        (Status(Recording.OPENING, Model.READY), "Opening the microphone"),
        (Status(Recording.LISTENING, Model.READY, Reading.LIVE), "Listening"),
        (Status(Recording.STOPPING, Model.READY, Reading.LIVE), "Writing down the rest"),
        (Status(Recording.NONE, Model.READY, Reading.LIVE), "Writing down the rest"),
        (Status(Recording.NONE, Model.READY, Reading.FILES, 1, 1, 0.1, 40), "Transcribing the file, 40 s left"),
        (Status(Recording.NONE, Model.READY, Reading.FILES, 2, 5, 0.1, 40), "Transcribing file 2 of 5, 40 s left"),
        (Status(Recording.NONE, Model.READY, Reading.FILES, 2, 5), "Transcribing file 2 of 5"),
        (Status(Recording.LISTENING, Model.READY, Reading.FILES, 2, 5), "Listening"),
        (Status(Recording.LISTENING, Model.READY, closing=True), "Closing"),
    ],
)
def test_words(status, words):
    assert status.words == words


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_state_has_words(language):
    i18n.install(language)
    for recording, model, reading in product(Recording, Model, Reading):
        assert Status(recording, model, reading, 1, 2, 0.5, 100).words


def test_russian():
    i18n.install("ru")
    status = Status(Recording.NONE, Model.READY, Reading.FILES, 2, 5, 0.1, 40)
    assert status.words.replace("\u00a0", " ") == "Распознаю файл 2 из 5, осталось 40 с"


def test_only_what_runs_can_be_cancelled():
    assert not Status(model=Model.LOADING).can_cancel
    assert Status(Recording.OPENING).can_cancel
    assert Status(reading=Reading.FILES).can_cancel


@pytest.mark.parametrize(
    ("left_s", "words"),
    [
        (None, ""),
        (0, "a few seconds left"),
        (42, "40 s left"),
        (89, "90 s left"),
        (100, "2 min left"),
        (3599, "1 h 0 min left"),
        (5000, "1 h 23 min left"),
    ],
)
def test_time_left(left_s, words):
    assert time_left(left_s) == words


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (7.9, "0:07"), (750, "12:30"), (3723, "1:02:03")])
def test_clock_time(seconds, shown):
    assert clock_time(seconds) == shown
