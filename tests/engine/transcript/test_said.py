"""What was said in a line of the text, whatever commands were in it and whatever was corrected."""

import pytest

from engine.dictation.apply_commands import Dictation
from engine.dictation.own_spelling import OwnSpelling
from engine.dictation.spoken_commands import Spoken
from engine.events import Segment, Word
from engine.transcript.document import Document
from engine.transcript.spoken_words import said_in


def dictation(*breaths: str, is_dictation: bool = False) -> Document:
    """is_dictation: in the lines that were asked for, else a line for each breath, as older histories have it."""
    own = OwnSpelling([("эм эс ворд", "MS Word"), ("айфон", "iPhone"), ("мария луиза", "Мария-Луиза")])
    made = Dictation(Spoken(digits=True, spelling=own))
    for number, text in enumerate(breaths):
        start_s = 20.0 * number
        words = tuple(Word(word, start_s + i, start_s + i + 0.9, 0.8) for i, word in enumerate(text.split()))
        made.add(Segment(start_s, start_s + len(words), words))
    return Document.of(made.segments, "a.wav", 20.0 * len(breaths), "m", is_dictation)


def said(document: Document) -> list[str | None]:
    """In each segment."""
    found = [said_in(document, segment) for segment in document.segments]
    return [words and " ".join(word.text for word in words) for words in found]


@pytest.mark.parametrize(
    "breaths",
    [
        ["привет запятая как дела точка"],
        ["раз два удали последнее слово три"],
        ["цена двадцать пять рублей"],
        ["цена двадцать пять тысяч рублей или пять процентов", "двадцать первого мая в пять часов тридцать минут"],
        ["в эм эс ворд точка", "айфон и мария луиза"],
        ["он кавычки открываются да кавычки закрываются запятая и всё"],
        ["москва тире столица точка", "новый абзац и город"],
        ["без всего", "и без точки"],
    ],
)
def test_commands_and_numbers_were_said_as_words(breaths):
    assert said(dictation(*breaths)) == breaths


def test_a_breath_of_several_paragraphs_is_learnt_as_it_was_said():
    breaths = ["раз новый абзац два", "точка три"]
    document = dictation(*breaths, is_dictation=True)
    assert document.text == "раз\n\nДва. Три"
    assert said(document) == breaths
    assert said(document.edited("раз\n\nДве. Три")) == ["раз новый абзац две", "точка три"]


def test_a_mark_after_a_pause_belongs_to_the_words_before_it():
    assert said(dictation("раз", "точка", "два")) == ["раз точка", "два"]


def test_what_was_said_has_its_own_times():
    document = dictation("цена двадцать пять запятая да")
    (segment,) = document.segments
    assert [(word.start_s, word.end_s) for word in said_in(document, segment)] == [(i, i + 0.9) for i in range(5)]


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("дела", "тела", "привет запятая как тела точка на улице двадцать пять градусов"),
        ("Привет,", "Привет", "привет запятая как дела точка на улице двадцать пять градусов"),
        ("Привет,", "Приветы!", "приветы запятая как дела точка на улице двадцать пять градусов"),
        ("улице", "этой улице", "привет запятая как дела точка на этой улице двадцать пять градусов"),
        ("На улице", "Наулице", "привет запятая как дела точка на улице двадцать пять градусов"),
        ("25", "26", "привет запятая как дела точка на улице 26 градусов"),
        (" градусов", "", "привет запятая как дела точка на улице двадцать пять"),
        ("градусов", "градусов выше", "привет запятая как дела точка на улице двадцать пять градусов выше"),
        ("Привет", "Ну привет", "ну привет запятая как дела точка на улице двадцать пять градусов"),
    ],
)
def test_a_correction_takes_the_place_of_what_was_heard(was, now, expected):
    document = dictation("привет запятая как дела точка на улице двадцать пять градусов")
    assert document.text == "Привет, как дела. На улице 25 градусов"
    if was == "На улице":
        expected = None  # beside «точка»
    assert said(document.edited(document.text.replace(was, now))) == [expected]


@pytest.mark.parametrize(
    ("spoken", "now"),
    [
        ("моя точка", "моя точка зрения"),
        ("привет запятая как дела", "Привет, и как дела"),
        ("раз два удали последнее слово три", "раз два три"),
        ("запятая раз", "и раз"),
        ("раз запятая два", "раздва"),
    ],
)
def test_a_correction_that_may_be_of_a_command_is_none(spoken, now):
    document = dictation(spoken)
    assert said(document) == [spoken]
    assert said(document.edited(now)) == [None]


def test_a_line_that_was_parted_has_the_commands_beside_it():
    document = dictation("новая строка привет запятая как дела точка")
    parted = document.edited("Привет,\nкак тела.")
    assert said(parted) == ["новая строка привет запятая", "как тела точка"]


def test_lines_that_were_joined_have_the_commands_between_them():
    document = dictation("раз точка", "новая строка два точка")
    assert said(document.edited("Раз. Два.")) == ["раз точка новая строка два точка"]


def test_a_line_without_commands_is_what_stands_there():
    document = dictation("он пришол", "да тире нет").edited("Он, не пришёл\nда — нет")
    assert said(document) == ["Он, не пришёл", "да тире нет"]


def test_a_line_that_nobody_spoke_is_not_said_to_be_a_command():
    document = dictation("раз", "точка", "два").edited("Раз.\n" + "так " * 80 + "\nДва")
    assert said(document) == ["раз точка", None, "два"]
    assert said(Document.of([], "a.wav", 9.0, "m").edited("так")) == ["так"]
