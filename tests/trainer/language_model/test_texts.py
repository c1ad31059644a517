"""Texts and corpora as the language model reads them."""

import gzip
import lzma

import numpy as np
import pytest

from tests.trainer.language_model.language_model_helpers import cache
from trainer.errors import CorpusError
from trainer.language_model.corpus_sentences import development_sentences, held_out_sentences, training_sentences
from trainer.language_model.leakage_filter import HeldOut
from trainer.language_model.sentence_reader import Reader, Text, is_word, sentences


def read(path) -> Text:
    *_, text = Reader().read(path)
    return text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Он ушёл. Она осталась!", ["он ушёл", "она осталась"]),
        ("— Да? — спросил он. — Нет…", ["да спросил он", "нет"]),
        ("«Стой!» Крикнул.", ["стой", "крикнул"]),
        ("в 1905 г. было", ["в 1905 г было"]),
        ("...", []),
        ("", []),
    ],
)
def test_a_line_is_cut_into_sentences(line, expected):
    assert sentences(line) == expected


@pytest.mark.parametrize(
    ("text", "spoken"),
    [("слово", True), ("ёж", True), ("я", True), ("г", False), ("5", False), ("7й", False), ("word", False)],
)
def test_what_counts_as_a_word(text, spoken):
    assert is_word(text) is spoken


def test_reading_numbers_the_words_and_folds_yo(tmp_path):
    path = tmp_path / "текст.txt.xz"
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.write("Ёлка и ещё ёлка. Елка!\nВсе тут. Алёна её, Алена ее.\nПётр!\n")
    text = read(path)
    assert text.words == ["</s>", "елка", "и", "еще", "все", "тут", "алена", "ее", "петр"]
    assert text.stream.tolist() == [1, 2, 3, 1, 0, 1, 0, 4, 5, 0, 6, 7, 6, 7, 0, 8, 0]
    assert text.dotted == {"ёлка": 1, "ещё": 1, "алёна": 1, "её": 1, "пётр": 1}
    assert text.spellings == {"ёлка": 1, "ещё": 1, "елка": 1}, "only a writer who writes ещё and never еще tells"


def test_two_files_share_one_numbering(tmp_path):
    (tmp_path / "a.txt").write_text("раз два", "utf-8")
    (tmp_path / "b.txt").write_text("\ufeffдва три", "utf-8")
    reader = Reader()
    *_, first = reader.read(tmp_path / "a.txt")
    *_, second = reader.read(tmp_path / "b.txt")
    assert first.stream.tolist() == [1, 2, 0]
    assert second.stream.tolist() == [2, 3, 0]
    assert second.words == ["</s>", "раз", "два", "три"]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "utf-16", "utf-16-le", "utf-32", "utf-32-be"])
def test_a_text_in_any_encoding(tmp_path, encoding):
    text = "Он открыл окно и долго смотрел на улицу.\nВ городе было темно и тихо.\n"
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(text.encode(encoding)))
    (tmp_path / "c.txt").write_text(text, "utf-8")
    words = read(tmp_path / "c.txt").words
    assert "открыл" in words
    assert read(tmp_path / "a.txt").words == read(tmp_path / "b.txt.gz").words == words


@pytest.mark.parametrize(
    ("name", "content"), [("a.txt", "\u0416".encode("cp1251")), ("a.txt.xz", b"no archive"), ("b.txt", None)]
)
def test_a_text_that_cannot_be_read_is_told(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CorpusError, match=name.replace(".", r"\.")):
        read(tmp_path / name)


HELD = ("над головой летела весёлая женщина с младенцами", "она молчала", "она долго ещё молчала")


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["над головой летела веселая женщина с младенцами"], []),
        (["и над головой летела весёлая женщина с кошкой"], []),
        (["над головой летела весёлая женщина"], [0]),
        (["над головой летела", "весёлая женщина с младенцами"], []),
        (["она молчала", "все ушли"], [1]),
        (["вдруг она молчала"], [0]),
        (["тогда она долго еще молчала и ушла"], []),
        (["младенцами с женщина весёлая летела головой над"], [0]),
        ([], []),
    ],
)
def test_held_out_sentences_go_and_others_stay(lines, kept):
    number = {"</s>": 0}
    coded = [[number.setdefault(w, len(number)) for w in line.replace("ё", "е").split()] + [0] for line in lines]
    flat = np.array([n for one in coded for n in one], np.int32)
    left, n_dropped = HeldOut(HELD, number).without(flat)
    assert left.tolist() == [n for i in kept for n in coded[i]]
    assert n_dropped == len(lines) - len(kept)


def test_nothing_held_out_leaves_all():
    flat = np.array([1, 2, 0])
    assert HeldOut([], {"</s>": 0, "а": 1, "б": 2}).without(flat)[0].tolist() == [1, 2, 0]


def test_the_sentences_of_a_corpus_by_split(tmp_path):
    cache(tmp_path, "train", "train", "dev_x", "test_x")
    assert training_sentences(tmp_path) == ["текст train"]
    assert held_out_sentences(tmp_path) == ["текст dev x", "текст test x"]
    assert development_sentences(tmp_path) == ["текст dev x"]
    cache(tmp_path, "dev_seen_text", "dev_unseen_text")
    assert development_sentences(tmp_path) == ["текст dev unseen text"], "known sentences say nothing"
    with pytest.raises(CorpusError, match=r"utterances\.tsv"):
        held_out_sentences(tmp_path / "nothing")
