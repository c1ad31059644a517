import shutil

import pytest

from scripts.gpu.texts import joined, stresses


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
def test_espeak_says_which_syllable_is_stressed():
    assert stresses(["корова", "молоко", "электричество", "в", "дом"]) == {"корова": 1, "молоко": 2, "электричество": 2}


def test_sentences_are_joined_in_order_and_none_is_lost_but_a_short_rest():
    sentences = [f"слово номер {'а' * (n % 7 + 1)}" for n in range(40)]

    made = joined(sentences, seed=1)

    assert " ".join(sentences).startswith(" ".join(made))
    assert all(len(one) >= 20 for one in made)
    assert len(" ".join(sentences)) - len(" ".join(made)) < 80
    assert made == joined(sentences, seed=1)
    assert made != joined(sentences, seed=2)
