"""Typed sentences -> speech to learn from, and the same in other voices to measure by."""

import pytest

from engine.config import VOXFORGE
from trainer.corpus.cache import FeatureCache
from trainer.corpus.events import Extracting
from trainer.corpus.preflight import DIGITS, FOREIGN
from trainer.errors import NothingToTeach
from trainer.made_speech.synthesis import ESPEAK, installed
from trainer.tuning.lesson import Lesson, Spoken, lesson, settings, speak, voices_each


def test_lines_become_sentences_once_each():
    found = lesson("Кто-то идёт!\n\n  кто то идёт \nПриём 5 звонков\nhello\nПривет, мир.")
    assert found.texts == ("кто то идёт", "привет мир")
    assert [(one.path, one.reason, one.detail) for one in found.rejects] == [
        ("Приём 5 звонков", DIGITS, "5"),
        ("hello", FOREIGN, "helo"),
    ]


def test_few_sentences_are_spoken_by_many_voices():
    assert voices_each(1) == 24
    assert voices_each(10) == 12
    assert voices_each(500) == 6


def test_a_short_lesson_comes_several_times_in_an_epoch():
    assert settings(lesson("да")).times == 5
    assert settings(lesson("\n".join(f"дом {letter}" for letter in "абвгдежзик"))).times == 1


def test_nothing_to_teach_is_told(tmp_path):
    with pytest.raises(NothingToTeach):
        list(speak(tmp_path, Lesson((), ()), VOXFORGE))


def test_the_voices_that_measure_are_others_than_those_that_teach(tmp_path):
    if ESPEAK not in installed():
        pytest.skip("needs the program espeak-ng")
    *going, end = speak(tmp_path, lesson("мама мыла раму\nкот спит дома"), VOXFORGE)
    assert all(isinstance(event, Extracting) for event in going)
    assert [event.done for event in going] == sorted(event.done for event in going)
    assert end == Spoken(tmp_path / "learned", tmp_path / "held")
    learned, held = (FeatureCache(folder).utterances for folder in (end.learned, end.held))
    assert (len(learned), len(held)) == (48, 40)
    assert {one.text for one in learned} == {one.text for one in held} == {"мама мыла раму", "кот спит дома"}
    assert len({one.speaker for one in learned}) > 10
    assert not {one.speaker for one in learned} & {one.speaker for one in held}


def test_a_cancel_leaves_nothing_half_written(tmp_path):
    if ESPEAK not in installed():
        pytest.skip("needs the program espeak-ng")
    speaking = speak(tmp_path / "teach", lesson("мама мыла раму"), VOXFORGE)
    next(speaking)
    speaking.close()
    assert not list(tmp_path.rglob("*.npy"))
