"""The file of n-grams, and a language model from text to recognition."""

import gzip
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decode.language_model import NGRAMS, load_language_model
from engine.errors import ConfigError
from tests.trainer.language_model.language_model_helpers import cache, conditional, random_stream, stream
from trainer.errors import CorpusError
from trainer.language_model.backoff import estimate, log10_probabilities, pruned
from trainer.language_model.build import BuildConfig, Built, Progress, build, vocabulary
from trainer.language_model.kenlm_reader import murmur, packed, read_kenlm, unpacked, write_kenlm
from trainer.language_model.ngrams import CUT, END, SPECIAL, UNKNOWN, count
from trainer.language_model.sentence_reader import Text, lines_of

SMALL = BuildConfig(vocabulary=1000, threshold=0.0, probability_bits=12, backoff_bits=12)


@given(st.lists(st.tuples(st.integers(0, 2**18 - 1), st.integers(0, 15), st.integers(0, 2**20 - 1)), max_size=40))
def test_packing_and_back(rows):
    columns = [np.array([row[i] for row in rows], np.int64) for i in range(3)]
    blob = packed(list(zip(columns, (18, 4, 20), strict=True)), len(rows))
    assert len(blob) == -(-42 * len(rows) // 8)
    back = unpacked(blob, (18, 4, 20), len(rows))
    assert [column.tolist() for column in back] == [column.tolist() for column in columns]


def test_hashes_do_not_depend_on_what_stands_beside():
    texts = ["", "а", "слово", "ещёодно", "<s>", "восемь", "длинноеслово"]
    alone = [int(murmur([text.encode()])[0]) for text in texts]
    assert murmur([text.encode() for text in texts]).tolist() == alone
    assert len(set(alone)) == len(texts)
    assert alone[0] == 0, "MurmurHash64A of nothing with seed 0"


def kenlm_scores(path, words, tokens) -> list[float]:
    """log10 probabilities as KenLM itself gives them."""
    from flashlight.lib.text.decoder.kenlm import KenLM
    from flashlight.lib.text.dictionary import Dictionary

    model = KenLM(str(path), Dictionary(words))
    result, state = [], model.start(False)
    for token in tokens.tolist():
        if token == END:
            result.append(model.finish(state)[1])
            state = model.start(False)
        else:
            state, score = model.score(state, token)
            result.append(score)
    return result


@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("threshold", [0.0, 1e-4])
def test_kenlm_scores_as_we_do(tmp_path, order, threshold):
    rng = np.random.default_rng(order)
    words, tokens = random_stream(rng, 100)
    model = pruned(estimate(words, count(tokens, len(words), order)), threshold)
    shape = write_kenlm(tmp_path / "с пробелом.kenlm", model, 12, 12)  # a bin for each value
    assert (tmp_path / "с пробелом.kenlm").stat().st_size == shape.total_bytes
    _, new = random_stream(rng, 40)
    new[5] = UNKNOWN
    for some in (tokens, new):
        expected = log10_probabilities(model, some)
        assert kenlm_scores(tmp_path / "с пробелом.kenlm", words, some) == pytest.approx(expected, abs=1e-4)


def test_few_bins_cost_little(tmp_path):
    words, tokens = random_stream(np.random.default_rng(8), 400, n_words=40)
    model = estimate(words, count(tokens, len(words), 3))
    write_kenlm(tmp_path / "x", model, 6, 4)
    scores = np.array(kenlm_scores(tmp_path / "x", words, tokens))
    assert abs(scores - log10_probabilities(model, tokens)).mean() < 0.03


@pytest.mark.parametrize("order", [2, 3, 4])
def test_a_file_read_back_is_the_model(tmp_path, order):
    words, tokens = random_stream(np.random.default_rng(order), 100)
    model = estimate(words, count(tokens, len(words), order))
    write_kenlm(tmp_path / "x", model, 12, 12)
    shuffled = [*words[:3], *sorted(words[3:], reverse=True)]
    back = read_kenlm(tmp_path / "x", shuffled)
    number = np.array([shuffled.index(word) for word in words])
    assert back.sizes() == model.sizes()
    assert log10_probabilities(back, number[tokens]) == pytest.approx(log10_probabilities(model, tokens), abs=1e-4)
    assert conditional(back, [5, 4]).sum() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("damage", [lambda b: b[:50], lambda b: b[:-20], lambda b: b"x" + b[1:], lambda b: b""])
def test_another_file_is_refused(tmp_path, damage):
    words, tokens = stream("а б", "а в")
    write_kenlm(tmp_path / "x", estimate(words, count(tokens, len(words), 2)))
    blob = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(damage(blob))
    with pytest.raises(ValueError, match="the file is"):
        read_kenlm(tmp_path / "x", words)


def test_another_number_of_words_is_refused(tmp_path):
    words, tokens = stream("а б", "а в")
    write_kenlm(tmp_path / "x", estimate(words, count(tokens, len(words), 2)))
    with pytest.raises(ValueError, match="words"):
        read_kenlm(tmp_path / "x", [*words, "лишнее"])


def test_the_vocabulary_holds_the_commonest_words():
    tokens = np.array([1, 1, 3, 3, 3, 4, 2, 5, 0], np.int32)
    text = Text(["</s>", "да", "5", "нет", "редко", "г"], tokens, Counter(), Counter())
    words, number = vocabulary(text, [text.stream], 2)
    assert words == [*SPECIAL, "нет", "да"]
    assert number.tolist() == [END, 4, CUT, 3, UNKNOWN, CUT]
    words, number = vocabulary(text, [text.stream], 2, [*SPECIAL, "редко"])
    assert words == [*SPECIAL, "редко", "нет"]
    assert number.tolist() == [END, UNKNOWN, CUT, 4, 3, CUT]


def made(texts, out, config=SMALL, **more) -> dict:
    *progress, built = build(texts, out, config, **more)
    assert all(isinstance(event, Progress) for event in progress)
    assert isinstance(built, Built)
    return built.described


@pytest.fixture
def texts(tmp_path):
    (tmp_path / "a.txt").write_text(
        "Ещё ёлка тут, ёжик. Мама мыла раму.\nВсё ещё мама. Всё ещё мама 5 тут.\n" * 3, "utf-8"
    )
    (tmp_path / "b.txt").write_text("Рама мыла маму.\nТайное слово здесь, секрет и шифр тоже.\n" * 3, "utf-8")
    return [tmp_path / "a.txt", tmp_path / "b.txt"]


def test_a_model_from_text(tmp_path, texts):
    described = made(texts, tmp_path / "модель")
    model = load_language_model(tmp_path / "модель")
    assert model.words == sorted(model.words)
    assert {"мама", "еще", "секрет"} <= set(model.words)
    assert "5" not in model.words
    assert model.yo["еще"] == ("ещё", pytest.approx((6 + 1) / (6 + 2), abs=1e-3))
    assert model.yo["ежик"][0] == "ёжик"
    assert "рама" not in model.yo
    assert described["ngrams"][0] == len(model.words) + 3
    assert model.unknown == pytest.approx(described["unknown"])
    back = read_kenlm(tmp_path / "модель" / NGRAMS, [*SPECIAL, *model.words])
    mama, myla = back.words.index("мама"), back.words.index("мыла")
    assert conditional(back, [mama])[myla] > 5 * conditional(back, [mama, mama])[mama]
    assert conditional(back, [mama]).sum() == pytest.approx(1, abs=1e-3)
    assert model.scores[model.words.index("мама")] == pytest.approx(np.log10(back.probabilities[0][mama]), abs=0.01)


def corpus(folder, *texts_):
    folder.mkdir()
    rows = ["file\tspeaker\ttext", *(f"{i}.wav\tя\t{text}" for i, text in enumerate(texts_))]
    (folder / "transcripts.tsv").write_text("\n".join(rows), "utf-8")
    return folder


def test_a_test_sentence_is_kept_out_of_texts_and_corpora(tmp_path, texts):
    test_set = corpus(tmp_path / "test", "Тайное слово здесь секрет и шифр")
    read_aloud = corpus(tmp_path / "read", "Тайное слово, здесь секрет и шифр!", "Мыши мыли раму", "Мыши мыли раму")
    described = made([*texts, read_aloud], tmp_path / "m", without=[test_set])
    assert described["left_out"] == 4
    assert described["without"] == ["test"]
    model = load_language_model(tmp_path / "m")
    assert "секрет" not in model.words
    assert "мыши" in model.words, "a corpus's training sentences are text too"
    back = read_kenlm(tmp_path / "m" / NGRAMS, [*SPECIAL, *model.words])
    number = {word: i for i, word in enumerate(back.words)}
    secret = [number[word] for word in ("тайное", "слово", "здесь") if word in number]
    assert not secret


def test_the_training_split_of_a_corpus_is_text(tmp_path):
    described = made([cache(tmp_path / "c", "train", "test_x")], tmp_path / "m")
    assert described["left_out"] == 0
    assert load_language_model(tmp_path / "m").words == ["текст"]


def test_the_texts_are_weighed_on_development_sentences(tmp_path, texts):
    described = made(texts, tmp_path / "m", tune_on=[corpus(tmp_path / "dev", "Мама мыла раму")])
    shares = described["texts"]
    assert list(shares) == ["a.txt", "b.txt"]
    assert sum(shares.values()) == pytest.approx(1, abs=1e-3)
    assert shares["a.txt"] > shares["b.txt"]
    assert described["measured"]["dev"]["unknown"] == 0
    assert described["measured"]["dev"]["perplexity"] < 20


def test_own_text_is_merged_into_another_model(tmp_path, texts):
    made(texts[:1], tmp_path / "one")
    made(texts[1:], tmp_path / "both", merge=tmp_path / "one")
    one, both = (load_language_model(tmp_path / name) for name in ("one", "both"))
    assert set(both.words) == set(one.words) | {
        "рама",
        "маму",
        "тайное",
        "слово",
        "здесь",
        "секрет",
        "шифр",
        "тоже",
        "и",
    }
    assert both.yo["еще"] == one.yo["еще"]
    model = read_kenlm(tmp_path / "both" / NGRAMS, [*SPECIAL, *both.words])
    for before, after in (("мама", "мыла"), ("рама", "мыла"), ("тайное", "слово")):
        context = [model.words.index(before)]
        assert conditional(model, context).argmax() == model.words.index(after)
        assert conditional(model, context).sum() == pytest.approx(1, abs=1e-3)


def test_own_words_come_into_a_model_whose_vocabulary_is_full(tmp_path, texts):
    letters = "абвгдежзик"
    (tmp_path / "many.txt").write_text(" ".join(f"м{a}{b}" for a in letters for b in letters), "utf-8")
    full = replace(SMALL, vocabulary=100)
    made([tmp_path / "many.txt"], tmp_path / "full", full)
    made(texts[1:], tmp_path / "both", full, merge=tmp_path / "full")
    full_words, both_words = (set(load_language_model(tmp_path / name).words) for name in ("full", "both"))
    assert len(full_words) == 100
    assert both_words - full_words >= {"рама", "секрет", "шифр"}
    assert full_words < both_words


def test_a_text_without_words_is_told(tmp_path):
    (tmp_path / "empty.txt").write_text("...\n", "utf-8")
    with pytest.raises(CorpusError, match="no words"):
        made([tmp_path / "empty.txt"], tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_the_file_takes_no_more_than_is_asked_for(tmp_path, texts):
    made(texts, tmp_path / "all")
    size = (tmp_path / "all" / NGRAMS).stat().st_size
    made(texts, tmp_path / "less", replace(SMALL, megabytes=(size - 20) / 1e6))
    assert (tmp_path / "less" / NGRAMS).stat().st_size <= size - 20
    assert load_language_model(tmp_path / "less").words == load_language_model(tmp_path / "all").words


@pytest.mark.parametrize(
    "change", [{"order": 1}, {"order": 6}, {"vocabulary": 1}, {"threshold": 1.0}, {"megabytes": -1.0}]
)
def test_settings_are_checked(change):
    with pytest.raises(ConfigError, match=next(iter(change))):
        BuildConfig(**change)


def test_a_damaged_compressed_text_is_told_in_a_sentence(tmp_path):
    packed = gzip.compress("Он сказал, что придёт.\n".encode() * 50)
    (tmp_path / "a.txt.gz").write_bytes(packed[:20] + b"\0\0\0\0" + packed[24:])
    with pytest.raises(CorpusError, match=r"a\.txt\.gz"):
        list(lines_of(tmp_path / "a.txt.gz"))


def test_a_line_that_no_memory_would_hold_comes_in_pieces(tmp_path):
    with gzip.open(tmp_path / "a.gz", "wt") as file:
        file.write("а " * (3 << 20))
    lengths = [len(line) for line in lines_of(tmp_path / "a.gz")]
    assert sum(lengths) == 6 << 20
    assert max(lengths) <= 1 << 20
