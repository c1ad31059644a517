"""Sentences to read, and which one is next."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest
import soundfile

from engine.alphabet import RUSSIAN_LETTERS, Alphabet, normalise
from tests.helpers.sounds import tone
from trainer.own_voice.prompt_chooser import Chooser, missed, sentences, units
from trainer.own_voice.take_check import Verdict, judge


def test_the_shipped_sentences_are_short_many_and_have_all_letters():
    found = sentences()
    plain = [normalise(one) for one in found]
    assert len(set(plain)) == len(found) >= 120
    assert not [one for one in plain if not 4 <= len(one.split()) <= 10]
    assert not [one for one in plain if Alphabet().foreign(one)]
    counts = Counter("".join(plain))
    assert all(counts[letter] >= 5 for letter in RUSSIAN_LETTERS)


def chosen(chooser: Chooser, heard=()):
    """Sentences in the order in which they are offered to somebody who reads each."""
    heard = list(heard)
    while (one := chooser.choose(heard)) is not None:
        heard.append((one, None))
        yield one


def test_the_first_few_cover_all_letters_and_more_pairs_than_those_at_the_top_of_the_list():
    found = sentences()
    first = list(islice(chosen(Chooser(found)), 12))
    assert set(RUSSIAN_LETTERS) <= set("".join(map(normalise, first)))

    def pairs(some):
        return len({unit for one in some for unit in units(normalise(one)) if len(unit) == 2})

    assert pairs(first) > 1.1 * pairs(found[:12])


def test_each_is_offered_once_and_then_no_more():
    found = sentences()[:9]
    assert sorted(chosen(Chooser(found))) == sorted(found)
    assert Chooser(found).choose([(one.upper(), None) for one in found]) is None


def test_what_was_passed_over_is_not_offered():
    found = sentences()[:3]
    first = Chooser(found).choose([])
    assert Chooser(found).choose([], [first]) not in (None, first)
    assert Chooser(found).choose([], found) is None


def test_what_the_model_mishears_is_asked_for():
    offered = ["шуша шуша", "руса руса"]
    assert Chooser(offered).choose([("шара", "фара")]) == "шуша шуша"
    assert Chooser(offered).choose([("шара", "шала")]) == "руса руса"
    assert Chooser(offered).choose([("шара", "шара")]) == Chooser(offered).choose([("шара", None)])


def test_what_was_missed_is_told_by_letter_pair_and_word():
    assert missed("мама мыла", "мама мыла") == Counter()
    assert missed("ёж бежал", "еж бежал") == Counter()
    wrong = missed("мама мыла раму", "мама мила раму")
    assert wrong == Counter({"ы": 1, "мы": 1, "ыл": 1, "#мыла": 1})
    assert missed("да", "") == Counter({"д": 1, "а": 1, "да": 1, "#да": 1})


@pytest.mark.parametrize(
    ("level", "seconds", "verdict"),
    [
        (0.3, 2.0, Verdict.GOOD),
        (0.02, 2.0, Verdict.QUIET),
        (0.001, 2.0, Verdict.SILENT),
        (3.0, 2.0, Verdict.CLIPPED),
        (0.3, 0.3, Verdict.TOO_SHORT),
        (0.3, 19.0, Verdict.TOO_LONG),
    ],
)
def test_a_take_is_judged(tmp_path, level, seconds, verdict):
    path = tmp_path / "мой голос.wav"
    soundfile.write(path, np.clip(level * tone(seconds, 300, level=1.0), -1, 1), 16_000)
    assert judge(path, "мама мыла раму") is verdict
    assert verdict.can_be_kept == (verdict in (Verdict.GOOD, Verdict.QUIET))


def test_what_cannot_be_read_is_said_so(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF")
    assert judge(path, "да") is Verdict.UNREADABLE
