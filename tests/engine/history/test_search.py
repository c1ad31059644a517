"""Search and order of the history; errors that are kept."""

import pytest

from engine.dictation.apply_commands import dictated
from engine.dictation.spoken_commands import Spoken
from engine.errors import DiskFull
from engine.events import Final, Finished
from engine.history.entry import Order, error_from_json, error_to_json
from engine.transcript.document import Document
from tests.engine.history.history_helpers import add, document, one
from tests.helpers.punctuation import ByHeart
from tests.helpers.speech import evenly


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("берёза", True),
        ("БЕРЕЗА", True),
        ("берез", True),
        ("зелёная березы", False),
        ("зелён берёз", True),
        ("ереза", False),
        ("запись", True),
        ("", True),
        ("   ", True),
        ("!?", False),
        ('"берёза"* OR NOT -', False),
        ("NEAR(", False),
        ("во дворе", True),
    ],
)
def test_search(history, query, found):
    key = add(history, "Во дворе стоит Берёза зеленая")
    add(history, "совсем другое", "b.mp3")
    assert (key in history.keys(query)) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("двадцать первого мая", True),
        ("21 мая 2026", True),
        ("две тысячи двадцать шестого", True),
        ("сто двадцать рублей пятьдесят копеек", True),
        ("120 руб", True),
        ("125000", True),
        ("125 000 жителей", True),
        ("сто двадцать пять тысяч", True),
        ("ЁЛКУ КУПИЛ ИВАН", True),
        ("елку, купил", True),
        ("двадцать второго", False),
        ("запятая", False),
    ],
)
def test_what_is_written_with_digits_and_marks_is_found_by_what_was_said_and_by_what_is_written(history, query, found):
    said = (
        "двадцать первого мая две тысячи двадцать шестого года ёлку запятая купил иван за сто двадцать рублей "
        "пятьдесят копеек в городе сто двадцать пять тысяч жителей"
    )
    *_, finished = dictated([Final(evenly(said)), Finished(9.0, ())], Spoken(digits=True), ByHeart("Иван"))
    key = add(history, "нечто")
    whole = Document.of(finished.segments, "a.wav", 9.0, "model", is_dictation=True)
    assert "21 мая 2026 года ёлку, купил Иван за 120 рублей" in whole.text
    history.keep_text(key, whole)
    assert (key in history.keys(query)) is found


def test_a_number_that_a_person_corrected_is_not_found_by_what_was_heard(history):
    *_, finished = dictated([Final(evenly("дом двадцать один")), Finished(3.0, ())], Spoken(digits=True))
    key = add(history, "нечто")
    whole = Document.of(finished.segments, "a.wav", 3.0, "model", is_dictation=True)
    history.keep_text(key, whole.edited("дом 22"))
    assert history.keys("22") == [key]
    assert history.keys("двадцать один") == []


def test_letters_put_together_of_two_are_found(history):
    key = add(history, "слово", "мои\u0306 фаи\u0306л.wav")  # й as macOS writes it in names
    assert history.keys("мой файл") == [key]


def test_an_edited_text_is_found_by_its_new_words_only(history):
    key = add(history, "карова")
    history.keep_text(key, document("карова").edited("корова"))
    assert history.keys("корова") == [key]
    assert history.keys("карова") == []


def test_order(history):
    first = add(history, "а", "б.wav", duration_s=5)
    second = add(history, "а", "А.wav", duration_s=50)
    third = add(history, "а", "в.wav", duration_s=1)
    assert history.keys(order=Order.NEWEST) == [third, second, first]
    assert history.keys(order=Order.OLDEST) == [first, second, third]
    assert history.keys(order=Order.NAME) == [second, first, third]
    assert history.keys(order=Order.LONGEST) == [second, first, third]


def test_entries_come_in_the_order_of_their_keys(history):
    keys = [add(history, text) for text in ("раз", "два")]
    assert [entry.text for entry in history.entries([keys[1], 99, keys[0]])] == ["два", "раз"]


def test_a_long_text_is_listed_by_its_beginning(history):
    key = add(history, "слово " * 1000)
    assert len(one(history, key).text) == 400
    assert len(history.document(key).text) > 5000


def test_an_error_of_another_kind_keeps_what_it_says():
    assert "division" in str(error_from_json(error_to_json(ZeroDivisionError("division by zero"))))


@pytest.mark.parametrize("text", ["", "[]", '{"error": "Gone", "fields": {}}', '{"error": "errors", "fields": {}}'])
def test_an_error_that_this_version_does_not_know(text):
    assert "The recognition failed" in str(error_from_json(text))


def test_an_error_whose_sentence_has_other_fields_now():
    assert "The recognition failed" in str(error_from_json('{"error": "DiskFull", "fields": {}}'))
    assert isinstance(error_from_json(error_to_json(DiskFull(path="x"))), DiskFull)
