"""Provisional words that stay, from readings written by hand; steps of 0.1 s."""

from engine.decode.greedy import TimedWord
from engine.transcribe.settling import Settling

LATER = 40  # steps; far behind every word here


def reading(*words):
    return [TimedWord(text, first, last, 0.9) for text, first, last in words]


def shown(settling, words, n_steps=LATER):
    words, n_settled = settling.read(words, n_steps)
    return " ".join(word.text for word in words), n_settled


ONE = reading(("мама", 1, 5))
TWO = reading(("мама", 1, 5), ("мыла", 7, 11))


def test_a_word_settles_once_five_readings_in_a_row_agree():
    settling = Settling(0.1)
    assert [shown(settling, words)[1] for words in (ONE, *[TWO] * 6)] == [0, 0, 0, 0, 1, 2, 2]


def test_a_reading_that_differs_begins_the_count_anew():
    settling = Settling(0.1)
    other = reading(("рама", 1, 5))
    assert [shown(settling, words)[1] for words in (*[ONE] * 4, other, *[ONE] * 5)] == [*[0] * 9, 1]


def test_a_word_near_the_end_waits_for_what_comes_after_it():
    settling = Settling(0.1)
    assert [shown(settling, ONE, n)[1] for n in (6, 7, 8, 9, 10, 11)] == [0, 0, 0, 0, 0, 1]


def test_the_words_before_must_have_settled():
    settling = Settling(0.1)
    for first in ("мама", "рама", "дама", "лама", "гамма", "гама"):
        text, n_settled = shown(settling, reading((first, 1, 5), ("мыла", 7, 11)))
        assert (text, n_settled) == (f"{first} мыла", 0)


def test_what_has_settled_stays_and_the_rest_is_read_on():
    settling = Settling(0.1)
    for _ in range(5):
        shown(settling, TWO)
    longer = reading(("рама", 1, 4), ("ныла", 7, 12), ("раму", 14, 18))
    assert shown(settling, longer) == ("мама мыла раму", 2)
    assert shown(settling, []) == ("мама мыла", 2)


def test_a_word_that_moved_elsewhere_is_another_one():
    settling = Settling(0.1)
    moved = reading(("мама", 12, 16))
    assert [shown(settling, words)[1] for words in (ONE, ONE, ONE, moved, ONE, moved)] == [0] * 6


def test_a_word_of_one_step_settles_in_its_place():
    settling = Settling(0.1)
    assert [shown(settling, reading(("и", 3, 3)))[1] for _ in range(5)] == [0, 0, 0, 0, 1]


def test_what_covers_half_of_a_settled_word_is_not_shown_beside_it():
    settling = Settling(0.1)
    for _ in range(5):
        shown(settling, ONE)
    assert shown(settling, reading(("мама", 1, 4), ("ма", 4, 6))) == ("мама", 1)
    assert shown(settling, reading(("мама", 1, 4), ("мы", 4, 8))) == ("мама мы", 1)
