"""A few archives with many voices: one of each speaker first, the same ones each time."""

import random

from trainer.download.archive_index import Archive
from trainer.download.speaker_sample import Sample

NAMES = [f"{who}-2011051{day}-abc.tgz" for who in ("anna", "boris", "vera") for day in range(5)]
NAMES += [f"anonymous-2011051{day}-xyz.tgz" for day in range(4)]


def archives(names=NAMES):
    return [Archive(name, f"http://example.org/{name}") for name in names]


def picked(count, names=NAMES, seed=1):
    return [one.name for one in Sample(count, seed).pick(archives(names))]


def test_one_archive_of_each_speaker_comes_before_a_second_of_any():
    speakers = sorted(name.partition("-")[0] for name in picked(7))
    assert speakers == ["anna", *["anonymous"] * 4, "boris", "vera"]  # nobody knows who the anonymous ones are
    assert len(picked(10)) == 10
    most = [sum(name.startswith(who) for name in picked(10)) for who in ("anna", "boris", "vera")]
    assert most == [2, 2, 2]


def test_it_is_the_same_sample_in_any_order_and_another_for_another_seed():
    mixed = random.Random(4).sample(NAMES, len(NAMES))
    assert set(picked(7, mixed)) == set(picked(7))
    assert picked(7, mixed) == [name for name in mixed if name in picked(7)]
    assert set(picked(7, seed=2)) != set(picked(7))


def test_where_there_are_fewer_all_are_taken():
    assert picked(100) == NAMES
    assert picked(3, []) == []
