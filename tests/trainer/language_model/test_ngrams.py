"""Counting, smoothing, mixing and pruning n-grams."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from tests.trainer.language_model.language_model_helpers import conditional, random_stream, stream
from trainer.language_model.backoff import estimate, log10_probabilities, perplexity, pruned
from trainer.language_model.mixture import mixed, mixture_weights
from trainer.language_model.ngrams import BEGIN, END, UNKNOWN, count, discounts


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
