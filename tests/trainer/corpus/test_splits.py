"""New speakers and new sentences, really new."""

from collections import defaultdict

import pytest

from engine.alphabet import fold_yo
from trainer.corpus.splits import assign

HELD = {"dev_seen_text", "dev_unseen_text", "test_seen_text", "test_unseen_text"}


def split(said, seed=1):
    splits, notes = assign(said, seed)
    assert len(splits) == len(said)
    by_split = defaultdict(list)
    for name, one in zip(splits, said, strict=True):
        by_split[name].append(one)
    return by_split, [str(note) for note in notes]


def said_by(speakers, sentences):
    return [(speaker, sentence) for speaker in speakers for sentence in sentences]


def names(prefix, n):
    return [f"{prefix}{i}" for i in range(n)]


CORPORA = {
    "common-and-own-sentences": said_by(names("s", 40), names("t", 20))
    + [(f"s{i % 40}", f"own {i}") for i in range(800)],
    "all-say-the-same": said_by(names("s", 60), names("t", 40)),
    "all-say-their-own": [(f"s{i % 60}", f"t{i}") for i in range(1200)],
    "one-says-nearly-all": [("s", f"t{i}") for i in range(900)] + said_by(names("s", 10), names("t", 10)),
    "five-speakers": said_by(names("s", 5), names("t", 30)),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("said", CORPORA.values(), ids=CORPORA)
def test_held_out_speakers_and_sentences_are_new(said, seed):
    by_split, _ = split(said, seed)
    speakers = {name: {speaker for speaker, _ in some} for name, some in by_split.items()}
    sentences = {name: {text for _, text in some} for name, some in by_split.items()}
    dev = speakers.get("dev_seen_text", set()) | speakers.get("dev_unseen_text", set())
    test = speakers.get("test_seen_text", set()) | speakers.get("test_unseen_text", set())
    assert dev
    assert test
    assert not dev & test
    assert not (dev | test) & (speakers["train"] | speakers.get(None, set()))
    for name in HELD & by_split.keys():
        if "unseen" in name:
            assert not sentences[name] & sentences["train"]
        else:
            assert sentences[name] <= sentences["train"]
    assert by_split.keys() <= HELD | {"train", None}
    assert len(by_split[None]) <= 0.1 * len(said)
    assert len(by_split["train"]) >= 0.5 * len(said)


def test_all_four_are_there_and_of_use_where_the_corpus_allows():
    by_split, notes = split(CORPORA["common-and-own-sentences"])
    assert notes == []
    for name in HELD:
        assert 20 <= len(by_split[name]) <= 80


def test_equal_seeds_give_equal_splits_in_any_order():
    said = CORPORA["common-and-own-sentences"]
    forwards = dict(zip(said, assign(said, 1)[0], strict=True))
    backwards = dict(zip(said[::-1], assign(said[::-1], 1)[0], strict=True))
    assert forwards == backwards
    assert forwards != dict(zip(said, assign(said, 2)[0], strict=True))


def test_yo_makes_no_new_sentence():
    said = [(f"s{i}", "ещё" if i % 2 else "еще") for i in range(40)] + said_by(names("s", 40), names("т", 9))
    by_split, _ = split(said)
    trained = {fold_yo(text) for _, text in by_split["train"]}
    for name in ("dev_unseen_text", "test_unseen_text"):
        assert not {fold_yo(text) for _, text in by_split[name]} & trained


@pytest.mark.parametrize(
    ("speakers", "sentence"),
    [
        (["ira"], "There is only one speaker."),
        (["ira", "olga", "boris"], "There are only 3 speakers"),
        ([""], "does not say who speaks"),
    ],
)
def test_too_few_speakers_are_split_by_sentence(speakers, sentence):
    by_split, (note,) = split(said_by(speakers, names("t", 50)))
    assert sentence in note
    n = len(speakers)
    assert {name: len(some) for name, some in by_split.items()} == {
        "train": 40 * n,
        "dev_unseen_text": 5 * n,
        "test_unseen_text": 5 * n,
    }
    assert len({text for some in by_split.values() for text in {text for _, text in some}}) == 50


@pytest.mark.parametrize("n_sentences", [1, 4])
def test_too_small_a_corpus_is_all_trained_on(n_sentences):
    by_split, (note,) = split(said_by(["ira"], names("t", n_sentences)))
    assert set(by_split) == {"train"}
    assert "too few sentences to hold any out" in note


def test_a_sentence_that_is_said_all_the_time_is_not_held_out():
    by_split, _ = split([("ira", "да")] * 900 + [("ira", f"t{i}") for i in range(100)])
    assert {text for _, text in by_split["dev_unseen_text"]} <= set(names("t", 100))
    assert len(by_split["train"]) >= 900


@pytest.mark.parametrize(
    ("corpus", "sentence"),
    [("all-say-their-own", "Hardly any sentence is said by two"), ("few-sentences", "say the same few sentences")],
)
def test_what_cannot_be_had_is_told(corpus, sentence):
    said = CORPORA.get(corpus) or said_by(names("s", 60), names("t", 3))
    (note,) = split(said)[1]
    assert sentence in note
