"""Other readings of doubtful words, from readings written by hand."""

from engine.decode.alternatives import DOUBTFUL_BELOW, MOST, window, with_alternatives, with_heard, with_readings
from engine.decode.greedy import TimedWord


def reading(*words, confidence=0.3):
    return [TimedWord(text, first, last, confidence) for text, first, last in words]


SAID = reading(("не", 2, 4), ("пойму", 7, 12), ("вас", 20, 24))


def others(*readings):
    return [word.alternatives for word in with_readings(SAID, readings)]


def test_a_word_is_offered_in_the_place_of_the_one_it_is_heard_for():
    heard = reading(("ни", 2, 4), ("пойму", 7, 12), ("нас", 20, 25))

    assert others(heard, heard) == [("ни",), (), ("нас",)]


def test_the_likeliest_reading_comes_first():
    assert others(reading(("ни", 2, 4)), reading(("на", 2, 3)), reading(("ни", 2, 4)))[0] == ("ни", "на")


def test_one_word_may_be_two():
    assert others(reading(("не", 2, 4), ("по", 7, 8), ("йму", 9, 12), ("вас", 20, 24)))[1] == ("по йму",)


def test_two_words_that_may_be_one_are_not_offered_for_either():
    """One of them would stay beside it."""
    assert others(reading(("непойму", 2, 12), ("вас", 20, 24))) == [(), (), ()]


def test_what_covers_the_middle_of_a_neighbour_on_either_side_is_not_offered():
    """Each of the three words is between others, or at an end."""
    assert others(reading(("непо", 2, 9), ("вас", 20, 24)))[1] == ()
    assert others(reading(("не", 2, 4), ("поймувас", 8, 22)))[1:] == [(), ()]
    assert others(reading(("не", 2, 4), ("поняли", 7, 12), ("нас", 20, 24))) == [(), ("поняли",), ("нас",)]


def test_of_certain_words_nobody_asks():
    heard = [reading(("ни", 2, 4))]
    certain = reading(("не", 2, 4), confidence=DOUBTFUL_BELOW)

    assert with_readings(certain, heard) == certain
    (doubtful,) = with_readings(reading(("не", 2, 4), confidence=DOUBTFUL_BELOW - 1e-6), heard)
    assert doubtful.alternatives == ("ни",)


def test_five_at_most_each_once():
    (word,) = reading(("а", 0, 1))

    more = with_alternatives(word, ["а", "б", "", "б", "в", "г", "д", "е", "ж"])

    assert more.alternatives == ("б", "в", "г", "д", "е")
    assert with_alternatives(more, ["я"]) == more


def test_what_was_heard_letter_by_letter_is_the_last():
    (word,) = reading(("рама", 0, 1))
    full = with_alternatives(word, ["б", "в", "г", "д", "е"])

    assert with_heard(word, "раммо").alternatives == ("раммо",)
    assert with_heard(full, "раммо").alternatives == ("б", "в", "г", "д", "раммо")
    assert len(full.alternatives) == MOST
    assert with_heard(full, "рама") == full
    assert with_heard(full, "") == full
    assert with_heard(full, "в") == full
    assert with_heard(with_alternatives(word, ["раммо", "б"]), "раммо").alternatives == ("раммо", "б")


def test_the_stretch_that_belongs_to_no_other_word():
    assert [window(SAID, index, 40) for index in range(3)] == [(0, 7), (5, 20), (13, 40)]
    assert window(reading(("а", 3, 5), ("б", 5, 6)), 0, 9) == (0, 6)


def test_nothing_said_has_no_alternatives():
    assert with_readings([], [SAID]) == []
