import numpy as np
import pytest

from engine.alphabet import RUSSIAN_LETTERS, Alphabet, fold_yo, normalise
from engine.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Над этой машиной, - он ткнул", "над этой машиной он ткнул"),
        ("вице-губернатор", "вице губернатор"),
        ("Пье\u0301са за+мок", "пьеса замок"),
        ("Ёлка и\u0306од", "ёлка йод"),
        ("Е\u0308ж", "ёж"),
        ("д'артаньян", "дартаньян"),
        ("  «да»\t—\nнет…  ", "да нет"),
        ("дом 5", "дом 5"),
        ("", ""),
        ("...", ""),
    ],
)
def test_normalise(written, normal):
    assert normalise(written) == normal


def test_normalise_is_stable():
    once = normalise("Э́то — «ЁЛКА»: вице-адмирал, 7-й!")
    assert normalise(once) == once == "это ёлка вице адмирал 7 й"


def test_alphabet_has_the_published_labels():
    alphabet = Alphabet()
    assert len(RUSSIAN_LETTERS) == 33
    assert (alphabet.n_labels, alphabet.blank, alphabet.space) == (35, 34, 33)


def test_encode_and_decode_are_inverse():
    text = "съешь ещё этих мягких французских булок да выпей чаю"
    labels = Alphabet().encode(text)
    assert labels.dtype == np.int32
    assert Alphabet().decode(labels) == text


def test_foreign_letters_are_named_once_and_refused():
    assert Alphabet().foreign("дом 55 abа") == "5ab"
    with pytest.raises(ConfigError, match="5"):
        Alphabet().encode("дом 5")


@pytest.mark.parametrize("letters", ["аа ", "абв"])
def test_letters_must_be_distinct_and_hold_the_space(letters):
    with pytest.raises(ConfigError):
        Alphabet(letters)


def test_collapse_merges_repeats_then_drops_blanks():
    alphabet = Alphabet("аб ")
    blank = alphabet.blank
    assert alphabet.collapse([0, 0, blank, 0, 1, 1, blank, blank, 2]) == [0, 0, 1, 2]
    assert alphabet.collapse([blank, blank]) == []
    assert alphabet.collapse([]) == []


def test_fold_yo():
    assert fold_yo("ещё") == "еще"
