import random

import pytest

from trainer.evaluation.metrics import ErrorRate, error_rate


def slow_distance(a, b) -> int:
    """Straight from the definition."""
    if not a or not b:
        return len(a) + len(b)
    return min(slow_distance(a[1:], b) + 1, slow_distance(a, b[1:]) + 1, slow_distance(a[1:], b[1:]) + (a[0] != b[0]))


def test_letter_errors_agree_with_the_definition_of_the_edit_distance():
    rng = random.Random(7)
    for _ in range(60):
        a, b = ("".join(rng.choices("абв", k=rng.randrange(6))) for _ in range(2))
        assert error_rate([(a, b)]).letter_errors == slow_distance(a, b)


def test_error_rate_counts_letters_and_words():
    rate = error_rate([("мама мыла раму", "мама мыла рану"), ("да", "")])
    assert rate == ErrorRate(utterances=2, letters=16, letter_errors=3, words=4, word_errors=2)
    assert (rate.cer, rate.wer) == (3 / 16, 2 / 4)


def test_yo_counts_as_ye_unless_asked_otherwise():
    assert error_rate([("ещё", "еще")]).cer == 0
    assert error_rate([("ещё", "еще")], same_yo=False).cer == pytest.approx(1 / 3)


def test_nothing_has_no_error():
    assert (error_rate([]).cer, error_rate([]).wer) == (0, 0)
