"""From text files to n-grams that KenLM reads."""

import gzip
import lzma
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decode.language_model import NGRAMS, load_language_model
from engine.errors import ConfigError
from trainer.errors import CorpusError
from trainer.language_model.backoff import estimate, log10_probabilities, perplexity, pruned
from trainer.language_model.build import BuildConfig, Built, Progress, build, vocabulary
from trainer.language_model.corpus_sentences import development_sentences, held_out_sentences, training_sentences
from trainer.language_model.kenlm_reader import murmur, packed, read_kenlm, unpacked, write_kenlm
from trainer.language_model.leakage_filter import HeldOut
from trainer.language_model.mixture import mixed, mixture_weights
from trainer.language_model.ngrams import BEGIN, CUT, END, SPECIAL, UNKNOWN, count, discounts
from trainer.language_model.sentence_reader import Reader, Text, is_word, lines_of, sentences

SAMPLES = ("common-voice", "common-voice-2", "voxforge")
SMALL = BuildConfig(vocabulary=1000, threshold=0.0, probability_bits=12, backoff_bits=12)


def read(path) -> Text:
    *_, text = Reader().read(path)
    return text


def stream(*lines: str, words=SPECIAL) -> tuple[list[str], np.ndarray]:
    """Sentences with words numbered as they come; "|" cuts, "?" is unknown."""
    number = {word: i for i, word in enumerate(words)} | {"|": CUT, "?": UNKNOWN}
    result = []
    for line in lines:
        for word in line.split():
            number.setdefault(word, len(number) - 2)
            result.append(number[word])
        result.append(END)
    return [word for word in number if word not in "|?"], np.array(result)


def random_stream(rng, n_sentences: int, n_words: int = 12) -> tuple[list[str], np.ndarray]:
    words = [*SPECIAL, *(f"с{i}" for i in range(n_words))]
    parts = []
    for _ in range(n_sentences):
        length = int(rng.integers(1, 9))
        parts.append([*(3 + (rng.random(length) ** 2 * n_words).astype(int)), END])
    return words, np.concatenate(parts)


def conditional(model, context: list[int]) -> np.ndarray:
    """The probability of every word after a sentence's first words, by asking for each one."""
    each = [log10_probabilities(model, np.array([*context, word])) for word in range(len(model.words))]
    return np.array([0.0 if word == BEGIN else 10 ** one[len(context)] for word, one in enumerate(each)])


# --- text ---


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


# --- what tests are made of ---

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


def cache(folder, *splits: str):
    rows = ["id\tspeaker\tsplit\tstart\tframes\ttext"]
    rows += [f"{i}\ts\t{split}\t0\t1\tТекст {split}" for i, split in enumerate(splits)]
    folder.mkdir(exist_ok=True)
    (folder / "utterances.tsv").write_text("\n".join(rows), "utf-8")
    return folder


def test_the_sentences_of_a_corpus_by_split(tmp_path):
    cache(tmp_path, "train", "train", "dev_x", "test_x")
    assert training_sentences(tmp_path) == ["текст train"]
    assert held_out_sentences(tmp_path) == ["текст dev x", "текст test x"]
    assert development_sentences(tmp_path) == ["текст dev x"]
    cache(tmp_path, "dev_seen_text", "dev_unseen_text")
    assert development_sentences(tmp_path) == ["текст dev unseen text"], "known sentences say nothing"
    with pytest.raises(CorpusError, match=r"utterances\.tsv"):
        held_out_sentences(tmp_path / "nothing")


# --- counting ---


def spelled(counts) -> dict[tuple[int, ...], int]:
    """All n-grams as tuples of words."""
    result, below = {}, {}
    for level, numbers in zip(counts.levels, counts.counts, strict=True):
        own = {}
        for row in range(len(level)):
            before = below[int(level.context[row])] if below else ()
            own[row] = (*before, int(level.word[row]))
            assert not below or below[int(level.suffix[row])] == own[row][1:]
            if numbers[row]:
                result[own[row]] = int(numbers[row])
        below = own
    return result


def test_counts_by_hand():
    words, tokens = stream("а б", "а | б", "? а")
    a, b = words.index("а"), words.index("б")
    assert spelled(count(tokens, len(words), 3)) == {
        **{(a,): 3, (b,): 2, (END,): 3, (UNKNOWN,): 1},
        **{(BEGIN, a): 2, (a, b): 1, (b, END): 2, (BEGIN, UNKNOWN): 1, (a, END): 1},
        **{(BEGIN, a, b): 1, (a, b, END): 1},
    }


def test_counts_are_those_of_a_plain_loop():
    words, tokens = random_stream(np.random.default_rng(1), 60)
    expected, sentence = Counter(), [BEGIN]
    for token in tokens.tolist():
        sentence.append(token)
        for n in (1, 2, 3, 4):
            if len(sentence) >= n and sentence[-1] != BEGIN:
                expected[tuple(sentence[-n:])] += 1
        if token == END:
            sentence = [BEGIN]
    assert spelled(count(tokens, len(words), 4)) == expected


def test_discounts_by_the_formula_and_for_little_text():
    numbers = np.repeat([1, 2, 3, 4], [8, 4, 2, 1])
    y = 8 / (8 + 2 * 4)
    assert discounts(numbers) == pytest.approx((1 - 2 * y * 4 / 8, 2 - 3 * y * 2 / 4, 3 - 4 * y * 1 / 2))
    assert discounts(np.array([1, 1, 2])) == (0.5, 1.0, 1.5)
    assert discounts(np.zeros(0, int)) == (0.5, 1.0, 1.5)


def test_probabilities_by_hand():
    words, tokens = stream("а б", "а б", "а в")
    model = estimate(words, count(tokens, len(words), 2))
    a, b, v = (words.index(word) for word in "абв")
    # Different words before: а 1, б 1, в 1, </s> 2, of 5; 0.5 is taken from 1 and 1 from 2: half is left for all.
    unigram = {UNKNOWN: 0.1, BEGIN: 0, END: 0.2 + 0.1, a: 0.1 + 0.1, b: 0.1 + 0.1, v: 0.1 + 0.1}
    assert model.probabilities[0] == pytest.approx([unigram[i] for i in range(6)])
    after_a = conditional(model, [a])
    assert after_a[b] == pytest.approx((2 - 1) / 3 + (1 + 0.5) / 3 * 0.2)
    assert after_a[v] == pytest.approx((1 - 0.5) / 3 + 0.5 * 0.2)
    assert after_a[END] == pytest.approx(0.5 * 0.3)
    assert 10 ** log10_probabilities(model, tokens[:3]) == pytest.approx([0.5 + 0.5 * 0.2, after_a[b], 0.5 + 0.5 * 0.3])


def kneser_ney_by_hand(sentences_, n_words, order):
    """p(word | context) as a function, written from Chen and Goodman's formulae, with dictionaries."""
    raw = [Counter() for _ in range(order + 1)]
    for sentence in sentences_:
        tokens = (BEGIN, *sentence, END)
        for n in range(1, order + 1):
            raw[n].update(tokens[i : i + n] for i in range(len(tokens) - n + 1) if tokens[i + n - 1] != BEGIN)
    own = [Counter() for _ in range(order + 1)]
    own[order] = raw[order]
    for n in range(1, order):
        before = defaultdict(set)
        for gram in raw[n + 1]:
            before[gram[1:]].add(gram[0])
        for gram, c in raw[n].items():
            own[n][gram] = c if gram[0] == BEGIN else len(before[gram])
    taken = [None, *((0.0, *discounts(np.array([*own[n].values()]))) for n in range(1, order + 1))]

    def p(word, context):
        n = len(context) + 1
        lower = p(word, context[1:]) if context else 1 / (n_words - 1)
        followers = {gram: c for gram, c in own[n].items() if gram[:-1] == context}
        total = sum(followers.values())
        if not total:
            return lower
        left = sum(taken[n][min(c, 3)] for c in followers.values()) / total
        c = followers.get((*context, word), 0)
        return (c - taken[n][min(c, 3)]) / total + left * lower

    return p


def test_probabilities_are_those_of_the_formulae():
    words, tokens = random_stream(np.random.default_rng(2), 150)
    cut = np.split(tokens, np.flatnonzero(tokens == END) + 1)[:-1]
    model = estimate(words, count(tokens, len(words), 3))
    p = kneser_ney_by_hand([tuple(one[:-1].tolist()) for one in cut], len(words), 3)
    for one in [*cut[:10], np.array([3, 14, 5, 9, END])]:
        padded = (BEGIN, *one.tolist())
        expected = [p(padded[i], padded[max(0, i - 2) : i]) for i in range(1, len(padded))]
        assert 10 ** log10_probabilities(model, one) == pytest.approx(expected)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_probabilities_sum_to_1(order):
    words, tokens = random_stream(np.random.default_rng(order), 80)
    tokens[::17] = np.where(tokens[::17] == END, END, UNKNOWN)
    model = estimate(words, count(tokens, len(words), order))
    for context in ([], [3], [4, 3], [3, 14, 4], [14, 14], [UNKNOWN]):
        assert conditional(model, context).sum() == pytest.approx(1)
        assert conditional(pruned(model, 1e-3), context).sum() == pytest.approx(1)


# --- mixing and pruning ---


def test_a_mixture_is_the_weighted_mean_where_any_model_has_the_words():
    rng = np.random.default_rng(4)
    words, one = random_stream(rng, 40)
    _, other = random_stream(rng, 40)
    models = [estimate(words, count(tokens, len(words), order)) for tokens, order in ((one, 3), (other, 2))]
    mixture = mixed(models, [0.3, 0.7])
    assert mixture.order == 3
    expected = 0.3 * 10 ** log10_probabilities(models[0], one) + 0.7 * 10 ** log10_probabilities(models[1], one)
    assert 10 ** log10_probabilities(mixture, one) == pytest.approx(expected)
    for context in ([], [3], [4, 3], [13, 14]):
        assert conditional(mixture, context).sum() == pytest.approx(1)
    assert mixture.mass[0] == pytest.approx(0.3 * models[0].mass[0] + 0.7 * models[1].mass[0])


def test_the_weights_follow_the_text():
    words, one = stream(*["а б в"] * 5)
    _, other = stream(*["в б а"] * 5, words=words)
    models = [estimate(words, count(tokens, len(words), 2)) for tokens in (one, other)]
    for power in (0.0, 0.4):
        assert mixture_weights(models, [one], power)[0] > 0.95
        assert mixture_weights(models, [np.concatenate([one, other])], power) == pytest.approx([0.5, 0.5], abs=0.01)
    longer = np.concatenate([other] * 20)
    assert mixture_weights(models, [one, longer]) == pytest.approx([0.5, 0.5], abs=0.01), "each counts alike"


def test_after_a_context_the_models_that_expect_it_weigh_more():
    words, one = stream("а б в", "в а б", "г а б", "д а б в")
    _, other = stream("а б г", "в д", "г д", "д в", words=words)
    models, weights = [estimate(words, count(tokens, len(words), 3)) for tokens in (one, other)], [0.3, 0.7]
    mixture = mixed(models, weights, 0.5)
    a, b, v, g = (words.index(word) for word in "абвг")
    assert conditional(mixture, [a, b]).sum() == pytest.approx(1)
    plain = sum(weight * conditional(model, []) for weight, model in zip(weights, models, strict=True))
    assert conditional(mixture, []) == pytest.approx(plain, rel=1e-5), "nothing went before"
    # After «а б» a model's share is its weight times the square root of p(а) p(б | а).
    bigrams = [(m.levels[1].context == a) & (m.levels[1].word == b) for m in models]
    heard = [m.probabilities[0][a] * m.probabilities[1][here][0] for m, here in zip(models, bigrams, strict=True)]
    share = weights * np.sqrt(heard)
    share /= share.sum()
    assert share[0] > 0.35
    expected = share[0] * conditional(models[0], [a, b]) + share[1] * conditional(models[1], [a, b])
    assert conditional(mixture, [a, b])[[v, g]] == pytest.approx(expected[[v, g]], rel=1e-5)


def test_pruning_takes_what_matters_least_first():
    words, tokens = random_stream(np.random.default_rng(5), 300)
    model = estimate(words, count(tokens, len(words), 3))
    sizes, perplexities = [], []
    for threshold in (0.0, 1e-5, 1e-4, 1e-3):
        less = pruned(model, threshold)
        sizes.append(sum(less.sizes()))
        perplexities.append(perplexity(less, tokens))
        for k in (1, 2):  # all that a row builds on is still there
            assert less.levels[k].context.max() < len(less.levels[k - 1])
            grams = spelled_rows(less, k)
            assert {gram[1:] for gram in grams} <= set(spelled_rows(less, k - 1))
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    assert perplexities == sorted(perplexities)
    assert pruned(model, 0.9).sizes() == [len(words), 0, 0]


def test_pruning_to_a_size_takes_no_more_than_it_must():
    words, tokens = random_stream(np.random.default_rng(6), 300)
    model = estimate(words, count(tokens, len(words), 4))
    most = sum(model.sizes()) // 2
    less = pruned(model, 0.0, lambda sizes: sum(sizes) <= most)
    assert 0.9 * most < sum(less.sizes()) <= most
    assert pruned(model, 1e-3, lambda sizes: True).sizes() == pruned(model, 1e-3).sizes()


def spelled_rows(model, k: int) -> list[tuple[int, ...]]:
    if k == 0:
        return [(int(word),) for word in model.levels[0].word]
    below, level = spelled_rows(model, k - 1), model.levels[k]
    return [(*below[c], int(w)) for c, w in zip(level.context, level.word, strict=True)]


def test_perplexity_by_hand():
    words, tokens = stream("а б", "а б", "а в")
    model = estimate(words, count(tokens, len(words), 2))
    assert perplexity(model, tokens[:3]) == pytest.approx((0.6 * (1 / 3 + 0.1) * 0.65) ** (-1 / 3))
    unknown = np.array([UNKNOWN, END])
    assert perplexity(model, unknown) == pytest.approx(1 / 0.3)
    assert perplexity(model, unknown, unknown=True) == pytest.approx((0.3 * 0.5 * 0.1) ** -0.5)


# --- KenLM's file ---


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


# --- the whole way ---


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
