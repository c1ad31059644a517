"""What is asked of the model as words come, and what of its answers stays."""

from itertools import cycle
from math import isnan

from engine.events import Word
from engine.punctuation.labels import COMMA, FULL_STOP, PLAIN, Label
from engine.punctuation.running_labels import RunningLabels, pauses_s


class Noted:
    """Answers nothing, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], bool]] = []

    def labels(self, words, pauses_s, is_over) -> list[Label]:
        self.asked.append((list(words), is_over))
        return [PLAIN] * len(words)


def said(text: str) -> list[Word]:
    return [Word(word, i * 0.5, i * 0.5 + 0.4, 0.9) for i, word in enumerate(text.split())]


def test_the_model_sees_a_bounded_stretch_however_long_a_recording_is():
    words = said(" ".join(f"слово{i}" for i in range(400)))
    noted = Noted()
    labels = RunningLabels(noted)
    for end in range(10, 401, 10):
        labels.of([words[:end]], is_over=False, settle=True)

    assert max(len(asked) for asked, _ in noted.asked) <= 60
    assert noted.asked[-1][0][-1] == "слово399"


class Wavering:
    """Answers otherwise each time it is asked."""

    def __init__(self) -> None:
        self._marks = cycle((COMMA, FULL_STOP))

    def labels(self, words, pauses_s, is_over) -> list[Label]:
        return [Label(next(self._marks))] * len(words)


def test_only_the_last_words_of_a_breath_may_be_written_otherwise_later():
    words, labels = said("раз два три четыре пять шесть семь восемь девять десять"), RunningLabels(Wavering())
    first = labels.of([words[:8]], is_over=False, settle=True)
    second = labels.of([words], is_over=False, settle=True)

    assert [word.text for word in words[:8] if first[word] != second[word]] == ["пять", "шесть", "семь", "восемь"]


def test_what_is_only_guessed_settles_nothing():
    words, labels = said("раз два три четыре пять шесть семь восемь"), RunningLabels(Wavering())
    first = labels.of([words], is_over=False, settle=False)
    second = labels.of([words], is_over=False, settle=False)

    assert all(first[word] != second[word] for word in words[:-1])


def test_settled_runs_are_not_asked_about_again():
    first, second = said("раз два три четыре"), said("пять шесть")
    noted = Noted()
    labels = RunningLabels(noted)
    labels.of([first, second], is_over=False, settle=True)
    n_asked = len(noted.asked)
    labels.of([first, second], is_over=True, settle=True)

    assert noted.asked[0] == (["раз", "два", "три", "четыре"], True)
    assert noted.asked[n_asked:] == [(["пять", "шесть"], True)]


def test_the_model_is_given_words_as_they_were_said():
    words = [Word("«Привет,", 0.0, 0.4, 1.0), Word("Маша!", 0.5, 0.9, 1.0), Word("—", 0.9, 0.9, 1.0)]
    noted = Noted()
    RunningLabels(noted).of([words], is_over=True, settle=False)

    assert noted.asked == [(["привет", "маша", "—"], True)]


def test_pauses_are_never_negative_and_the_last_is_not_known():
    words = [Word("а", 0.0, 0.6, 1.0), Word("б", 0.5, 0.9, 1.0), Word("в", 1.4, 1.5, 1.0)]
    first, second, last = pauses_s(words)

    assert first == 0.0
    assert round(second, 3) == 0.5
    assert isnan(last)
