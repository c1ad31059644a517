"""Backoff models: estimation, perplexity and pruning."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.language_model.ngrams import BEGIN, CUT, UNKNOWN, Counts, Level, find, kneser_ney, with_begins

LEAST = 1e-12  # smallest probability, against rounding
_LOWEST, _HALVINGS = 1e-12, 16  # of the search for the threshold that makes a model fit


@dataclass(frozen=True)
class Backoff:
    """A model of words given up to order - 1 words before (Katz's form, as in ARPA files).

    words: by number, the first three as in `trainer.language_model.ngrams.SPECIAL`. probabilities:
    float64 (n,) for each level, of
    the last word after its context. backoffs: float64 (n,) for each level but the last, the factor on the level
    below for words that a context does not have. mass: float64 (n,) for each level but the last, how often a context
    is met, as a share of all words.
    """

    words: list[str]
    levels: list[Level]
    probabilities: list[np.ndarray]
    backoffs: list[np.ndarray]
    mass: list[np.ndarray]

    @property
    def order(self) -> int:
        """Length of the longest n-grams."""
        return len(self.levels)

    def sizes(self) -> list[int]:
        """How many n-grams there are of each length."""
        return [len(level) for level in self.levels]


def estimate(words: list[str], counts: Counts) -> Backoff:
    """The Kneser-Ney model of counted text."""
    probabilities, backoffs = kneser_ney(counts)
    n_tokens = max(1, int(counts.counts[0].sum()))
    mass = [level_counts / n_tokens for level_counts in counts.counts[:-1]]
    if counts.order > 1:  # BEGIN is not a word, but the context of each sentence's first word
        begins = counts.levels[1].context == BEGIN
        mass[0] = mass[0].copy()
        mass[0][BEGIN] = counts.counts[1][begins].sum() / n_tokens
    return Backoff(words, counts.levels, probabilities, backoffs, mass)


def rows(model: Backoff, tokens: np.ndarray) -> list[np.ndarray]:
    """For each level the row of the n-gram that ends at each token, -1 if the model lacks it."""
    n_words = len(model.words)
    result = [tokens]
    for level in model.levels[1:]:
        context = np.r_[-1, np.where(tokens == UNKNOWN, -1, result[-1])[:-1]]
        keys = np.where((context >= 0) & (tokens > CUT), context * n_words + tokens, -1)
        result.append(find(level.keys(n_words), keys))
    return result


def probabilities_by_length(model: Backoff, tokens: np.ndarray) -> list[np.ndarray]:
    """The probability of each token after at most 0, 1, ... order - 1 words before it."""
    rows_of_level = rows(model, tokens)
    result = [model.probabilities[0][np.maximum(tokens, 0)]]
    for k in range(1, model.order):
        context = np.r_[-1, np.where(tokens == UNKNOWN, -1, rows_of_level[k - 1])[:-1]]
        factor = np.where(context >= 0, model.backoffs[k - 1][np.maximum(context, 0)], 1.0)
        shorter = result[-1] * factor
        result.append(np.where(rows_of_level[k] >= 0, model.probabilities[k][np.maximum(rows_of_level[k], 0)], shorter))
    return result


def log10_probabilities(model: Backoff, stream: np.ndarray) -> np.ndarray:
    """log10 probability of each word and sentence end of a stream, in order; CUT marks are left out."""
    tokens = with_begins(stream)
    longest = probabilities_by_length(model, tokens)[-1]
    return np.log10(np.maximum(longest[(tokens > CUT) & (tokens != BEGIN)], LEAST))


def perplexity(model: Backoff, stream: np.ndarray, unknown: bool = False) -> float:
    """The perplexity of a stream; unknown: whether words outside the vocabulary count too."""
    tokens = with_begins(stream)
    tokens = tokens[(tokens > CUT) & (tokens != BEGIN)]
    each = log10_probabilities(model, stream)
    return float(10 ** -np.mean(each if unknown else each[tokens != UNKNOWN]))


def backoff_factors(levels: Sequence[Level], probabilities: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The factors that make each context's probabilities sum to 1."""
    result = []
    for k, level in enumerate(levels[1:], start=1):
        n_contexts = len(levels[k - 1])
        seen = np.bincount(level.context, probabilities[k], n_contexts)
        below = np.bincount(level.context, probabilities[k - 1][level.suffix], n_contexts)
        left_over, rest_below = np.maximum(1 - seen, LEAST), np.maximum(1 - below, LEAST)
        is_context = np.bincount(level.context, minlength=n_contexts) > 0
        result.append(np.where(is_context, left_over / rest_below, 1.0))
    return result


def pruned(model: Backoff, threshold: float, fits: Callable[[Sequence[int]], bool] = lambda sizes: True) -> Backoff:
    """Leaves out the n-grams without which the model changes least (Stolcke 1998).

    threshold: greatest relative rise of the perplexity for one n-gram. Prefixes and suffixes of kept n-grams stay.
    fits: called with the number of n-grams of each length; the threshold rises until it returns True.
    """
    losses = [_loss(model, k) for k in range(1, model.order)]
    keep = _kept(model, losses, threshold)
    if not fits(_sizes(keep)):
        low, high = math.log(max(threshold, _LOWEST)), 0.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if fits(_sizes(_kept(model, losses, math.exp(middle)))) else (middle, high)
        keep = _kept(model, losses, math.exp(high))
    return _selected(model, keep)


def _sizes(keep: Sequence[np.ndarray]) -> list[int]:
    return [int(np.count_nonzero(is_kept)) for is_kept in keep]


def _kept(model: Backoff, losses: Sequence[np.ndarray], threshold: float) -> list[np.ndarray]:
    """Which rows of each level stay."""
    keep = [np.ones(len(model.levels[0]), bool), *(loss >= np.log1p(threshold) for loss in losses)]
    for k in range(model.order - 1, 1, -1):
        above, needed = model.levels[k], keep[k]
        keep[k - 1][above.context[needed]] = True
        keep[k - 1][above.suffix[needed]] = True
    return keep


def _loss(model: Backoff, k: int) -> np.ndarray:
    """Relative entropy between the model and the model without each n-gram of a level, in nats."""
    level = model.levels[k]
    probability, below = model.probabilities[k], model.probabilities[k - 1][level.suffix]
    n_contexts = len(model.levels[k - 1])
    left_over = np.maximum(1 - np.bincount(level.context, probability, n_contexts), LEAST)[level.context]
    left_over_below = np.maximum(1 - np.bincount(level.context, below, n_contexts), LEAST)[level.context]
    old = np.log(left_over / left_over_below)
    new = np.log((left_over + probability) / (left_over_below + below))
    change = probability * (np.log(below) + new - np.log(probability)) + left_over * (new - old)
    return -model.mass[k - 1][level.context] * change


def _selected(model: Backoff, keep: Sequence[np.ndarray]) -> Backoff:
    """A model of the kept rows, renumbered."""
    levels, probabilities, mass = [], [], []
    renumbered = np.zeros(0, np.int64)
    for k, (level, is_kept) in enumerate(zip(model.levels, keep, strict=True)):
        if k:
            level = Level(renumbered[level.context[is_kept]], level.word[is_kept], renumbered[level.suffix[is_kept]])
        renumbered = np.cumsum(is_kept) - 1
        levels.append(level)
        probabilities.append(model.probabilities[k][is_kept])
        if k < len(model.mass):
            mass.append(model.mass[k][is_kept])
    return Backoff(model.words, levels, probabilities, backoff_factors(levels, probabilities), mass)
