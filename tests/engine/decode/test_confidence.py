"""What speaks for a word, from readings written by hand."""

import numpy as np
import pytest

from engine.config import ConfidenceConfig, DecodeConfig
from engine.decode.confidence import CLEAR, evidence, with_confidence
from engine.decode.greedy import TimedWord
from engine.errors import ConfigError


def reading(*words):
    return [TimedWord(text, first, last, 0.5) for text, first, last in words]


SAID = reading(("не", 2, 4), ("пойму", 7, 12))


def test_the_margin_is_to_the_best_reading_without_the_word():
    others = [(-12.0, reading(("не", 2, 4), ("помню", 7, 12))), (-15.0, reading(("на", 2, 4), ("помню", 7, 12)))]
    found = evidence([(-10.0, SAID), *others], ["не", "пойму"], [-2.0, -4.0])
    assert found[:, 1].tolist() == [5.0, 2.0]


def test_a_word_that_all_readings_have_is_at_least_as_clear_as_the_last_of_them():
    found = evidence([(-10.0, SAID), (-13.0, reading(("не", 2, 4)))], ["не", "пойму"], [-2.0, -4.0])
    assert found[:, 1].tolist() == [3.0, 3.0]
    assert evidence([(-10.0, SAID)], ["не", "пойму"], [-2.0, -4.0])[:, 1].tolist() == [CLEAR, CLEAR]


def test_the_same_word_elsewhere_does_not_count():
    found = evidence([(-10.0, SAID), (-11.0, reading(("не", 20, 24), ("пойму", 7, 12)))], ["не", "пойму"], [0.0, 0.0])
    assert found[:, 1].tolist() == [1.0, 1.0]


def test_letters_heard_otherwise_are_counted_as_a_share():
    found = evidence([(0.0, SAID)], ["нё", "по му"], [-2.0, -4.0])
    assert found[:, 2].tolist() == [0.0, pytest.approx(1 / 5)]
    assert evidence([(0.0, SAID)], ["", "пойму"], [0.0, 0.0])[:, 2].tolist() == [1.0, 0.0]


def test_letters_length_and_usualness_stand_as_logarithms():
    words = [TimedWord("и", 3, 3, 0.25), TimedWord("пойму", 7, 12, 0.0)]
    found = evidence([(0.0, words)], ["и", "пойму"], [-1.5, -4.0])
    np.testing.assert_allclose(found[:, 0], np.log([0.25, 1e-4]), err_msg="no letters at all are as good as impossible")
    np.testing.assert_allclose(found[:, 3], np.log([1, 5]))
    assert found[:, 4].tolist() == [-1.5, -4.0]


def test_a_word_of_one_step_is_found_in_its_place():
    one = reading(("и", 3, 3))
    assert evidence([(-10.0, one), (-12.0, one)], ["и"], [0.0])[:, 1].tolist() == [2.0]
    assert evidence([(-10.0, one), (-11.0, one), (-15.0, [])], ["и"], [0.0])[:, 1].tolist() == [5.0]


def test_no_words_have_no_evidence():
    assert evidence([(0.0, [])], [], []).shape == (0, 5)
    assert with_confidence([], np.empty((0, 5)), ConfidenceConfig()) == []


def test_each_weight_counts_for_its_own_evidence():
    names = ("letters", "margin", "differing", "length", "usual")
    words = reading(*[("а", i, i) for i in range(5)])
    for place, name in enumerate(names):
        config = ConfidenceConfig(**{"bias": -1.0, **dict.fromkeys(names, 0.0), name: 2.0})
        right = [word.confidence for word in with_confidence(words, np.eye(5), config)]
        assert right == pytest.approx([1 / (1 + np.exp(1 - 2 * (i == place))) for i in range(5)])


@pytest.mark.parametrize("weights", [{"bias": "high"}, {"margin": float("nan")}, {"speed": 1.0}])
def test_weights_are_checked(weights):
    with pytest.raises(ConfigError, match=next(iter(weights))):
        DecodeConfig.from_dict({"confidence": weights})
