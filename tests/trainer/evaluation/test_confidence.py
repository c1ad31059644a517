"""What confidences are worth, on words written by hand."""

import pytest

from engine.decode.alternatives import DOUBTFUL_BELOW
from engine.decode.greedy import TimedWord
from trainer.evaluation.confidence import Trust, rightness, trust

SURE, DOUBTFUL = DOUBTFUL_BELOW, DOUBTFUL_BELOW - 0.01


@pytest.mark.parametrize(
    ("said", "words", "right"),
    [
        ("мама мыла раму", "мама мыла раму", [True, True, True]),
        ("мама мыла раму", "мама раму", [True, True]),
        ("мама мыла раму", "мама мы ла раму", [True, False, False, True]),
        ("мама мыла раму", "рама", [False]),
        ("ещё елка", "еще ёлка", [True, True]),
        ("раз", "раз раз", [True, False]),
        ("", "раз", [False]),
        ("раз", "", []),
    ],
)
def test_a_word_is_right_where_it_has_one_of_its_own_among_those_said(said, words, right):
    found = rightness(said, words.split())
    assert sorted(found) == sorted(right) if said == "раз" else found == right


def test_sure_words_and_marked_errors_are_counted():
    words = [("мама", SURE), ("мыло", SURE), ("рану", DOUBTFUL), ("вчера", DOUBTFUL)]
    found = trust("мама мыла раму вчера", [TimedWord(text, 0, 1, confidence) for text, confidence in words])
    assert found == Trust(words=4, right=2, sure=2, sure_right=1)
    assert (found.sure_share, found.right_of_sure, found.errors_marked) == (0.5, 0.5, 0.5)
    both = found + trust("раму", [TimedWord("раму", 0, 1, SURE)])
    assert (both.words, both.right_of_sure) == (5, pytest.approx(2 / 3))


def test_no_words_are_survived():
    assert trust("мама", []) == Trust()
    assert Trust().to_dict() == {"sure": 0.0, "right_of_sure": 0.0, "errors_marked": 1.0}
