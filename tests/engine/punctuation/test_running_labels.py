"""What is asked of the model as words come, and what of its answers stays."""

from math import isnan

from engine.events import Word
from engine.punctuation.labels import PLAIN, Label
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
