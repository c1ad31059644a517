"""The shipped model, and what happens where one cannot be used."""

import json
import shutil
import time
from math import nan
from pathlib import Path

import pytest

from engine.errors import PunctuationError
from engine.paths import shipped_punctuation
from engine.punctuation.labels import MARKS, Form
from engine.punctuation.lazy_punctuator import LazyPunctuator
from engine.punctuation.punctuator import DESCRIPTION, GRAPH, Punctuator

MOST_BYTES = 12 << 20


@pytest.fixture(scope="module")
def shipped():
    return Punctuator.load()


def written(punctuator: Punctuator, text: str) -> str:
    words = text.split()
    labels = punctuator.labels(words, [nan] * len(words), is_over=True)
    return "".join(
        (word.capitalize() if label.form == Form.CAPITAL else word) + MARKS[label.mark] + " "
        for word, label in zip(words, labels, strict=True)
    ).strip()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("привет как у тебя дела", "привет, как у тебя дела?"),
        ("я думаю что он уже дома", "я думаю, что он уже дома."),
        ("она живёт в москве", "она живёт в Москве."),
    ],
)
def test_sentences_of_every_day(shipped, said, wanted):
    found = written(shipped, said)
    assert found[0].lower() + found[1:] == wanted  # a first word's form is not asked for


def test_it_is_small_and_quick(shipped):
    words = ("мы вчера пошли гулять но начался дождь и мы вернулись домой " * 5).split()
    shipped.labels(words, [0.1] * len(words), is_over=False)
    begun = time.process_time()
    for _ in range(10):
        shipped.labels(words, [0.1] * len(words), is_over=False)

    assert (time.process_time() - begun) / 10 < 0.1  # what a person may wait for it while dictating
    assert sum(path.stat().st_size for path in shipped_punctuation().iterdir()) < MOST_BYTES


def test_nothing_said_needs_no_marks(shipped):
    assert shipped.labels([], [], is_over=True) == []


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / GRAPH).unlink(), "cannot be used"),
        (lambda folder: (folder / GRAPH).write_bytes(b"no graph"), "cannot be used"),
        (lambda folder: (folder / DESCRIPTION).write_text("{"), "cannot be used"),
        (lambda folder: _described(folder, version=99), "another version"),
    ],
)
def test_a_model_that_cannot_be_used_is_told_in_a_sentence(tmp_path, spoil, reason):
    folder = tmp_path / "model"
    shutil.copytree(shipped_punctuation(), folder)
    spoil(folder)
    lazy = LazyPunctuator(folder)

    with pytest.raises(PunctuationError, match=reason):
        Punctuator.load(folder)
    assert lazy.load() is None
    assert isinstance(lazy.error, PunctuationError)


def _described(folder: Path, **changed: object) -> None:
    described = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    (folder / DESCRIPTION).write_text(json.dumps(described | changed), "utf-8")


def test_marks_of_modern_text_are_as_good_as_the_card_says(shipped, shared):
    from itertools import islice

    from trainer.punctuation.corpus import TEST, lines_of_part
    from trainer.punctuation.measure import NO_SCORES, label_run, score, truths

    lines = islice(lines_of_part(shared / "text-ru" / "modern.txt.xz", TEST), 300)
    figures = sum((score(run, label_run(run, shipped)) for run in truths(lines)), NO_SCORES).figures()

    assert figures["all marks"].value > 0.45
    assert figures["capitals"].value > 0.6
