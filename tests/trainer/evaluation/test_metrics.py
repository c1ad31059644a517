import random

import pytest

from trainer.evaluation.metrics import ErrorRate, edit_distance, error_rate


@pytest.mark.parametrize(
    ("reference", "hypothesis", "distance"),
    [
        ("kitten", "sitting", 3),
        ("", "", 0),
        ("", "ab", 2),
        ("ab", "", 2),
        ("abc", "abc", 0),
        ("abc", "xabc", 1),
    ],
)
def test_edit_distance(reference, hypothesis, distance):
    assert edit_distance(reference, hypothesis) == distance


def slow_distance(a, b) -> int:
    """Straight from the definition."""
    if not a or not b:
        return len(a) + len(b)
    return min(slow_distance(a[1:], b) + 1, slow_distance(a, b[1:]) + 1, slow_distance(a[1:], b[1:]) + (a[0] != b[0]))


def test_edit_distance_agrees_with_the_definition():
    rng = random.Random(7)
    for _ in range(60):
        a, b = ("".join(rng.choices("абв", k=rng.randrange(6))) for _ in range(2))
        assert edit_distance(a, b) == slow_distance(a, b)


def test_error_rate_counts_letters_and_words():
    rate = error_rate([("мама мыла раму", "мама мыла рану"), ("да", "")])
    assert rate == ErrorRate(utterances=2, letters=16, letter_errors=3, words=4, word_errors=2)
    assert (rate.cer, rate.wer) == (3 / 16, 2 / 4)


def test_yo_counts_as_ye_unless_asked_otherwise():
    assert error_rate([("ещё", "еще")]).cer == 0
    assert error_rate([("ещё", "еще")], same_yo=False).cer == pytest.approx(1 / 3)


def test_nothing_has_no_error():
    assert (error_rate([]).cer, error_rate([]).wer) == (0, 0)
