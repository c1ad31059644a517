"""Interpolation of several models; weights may depend on the context (Bayesian, as in Stolcke 2002)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.language_model.backoff import LEAST, Backoff, backoff_factors, probabilities_by_length
from trainer.language_model.ngrams import BEGIN, CUT, UNKNOWN, Level, unigrams, with_begins


@dataclass(frozen=True)
class _Union:
    """The union of several models' n-grams: the levels, and for each model and level the positions of its rows."""

    levels: list[Level]
    places: list[list[np.ndarray]]


def _union(models: Sequence[Backoff]) -> _Union:
    n_words = len(models[0].words)
    levels = [unigrams(n_words)]
    places = [[np.arange(n_words)] for _ in models]
    for k in range(1, max(model.order for model in models)):
        models_with_level = [(m, p) for m, p in zip(models, places, strict=True) if m.order > k]
        keys = [p[k - 1][m.levels[k].context] * n_words + m.levels[k].word for m, p in models_with_level]
        every = np.unique(np.concatenate(keys))
        suffix = np.zeros(len(every), np.int64)
        for (m, p), keys_of_model in zip(models_with_level, keys, strict=True):
            place = np.searchsorted(every, keys_of_model)
            suffix[place] = p[k - 1][m.levels[k].suffix]
            p.append(place)
        levels.append(Level(every // n_words, every % n_words, suffix))
    return _Union(levels, places)


def _spread(values: np.ndarray, place: np.ndarray, n: int, otherwise: float) -> np.ndarray:
    result = np.full(n, otherwise)
    result[place] = values
    return result


def mixed(models: Sequence[Backoff], weights: Sequence[float], power: float = 0.0) -> Backoff:
    """Interpolation of models over the same words, as one model.

    power: after a context, a model's weight is multiplied by the probability that it gives to the context, to this
    power; 0: the weights are the same everywhere. Exact for the n-grams that any of the models has; the rest backs off.
    """
    union = _union(models)
    probabilities = [np.zeros(len(level)) for level in union.levels]
    mass = [np.zeros(len(level)) for level in union.levels[:-1]]
    below = [model.probabilities[0] for model in models]
    log_contexts = [np.where(own_values > 0, np.log(np.maximum(own_values, LEAST)), 0.0) for own_values in below]
    for weight, own_values in zip(weights, below, strict=True):
        probabilities[0] += weight * own_values
    for k, level in enumerate(union.levels[1:], start=1):
        scale = _scale(weights, log_contexts, power)
        for i, (model, places, weight) in enumerate(zip(models, union.places, weights, strict=True)):
            own_values = _at_level(model, places, k, below[i], union)
            share = weight * np.exp(power * log_contexts[i] - scale) if power else np.full(len(scale), weight)
            probabilities[k] += share[level.context] * own_values
            if k + 1 < len(union.levels):
                below[i] = own_values.astype(np.float32)  # there are tens of millions
                log_contexts[i] = (log_contexts[i][level.context] + np.log(np.maximum(own_values, LEAST))).astype(
                    np.float32
                )
    for model, places, weight in zip(models, union.places, weights, strict=True):
        for own_values, place, total in zip(model.mass, places, mass, strict=False):
            total[place] += weight * own_values
    return Backoff(models[0].words, union.levels, probabilities, backoff_factors(union.levels, probabilities), mass)


def _at_level(model: Backoff, places: Sequence[np.ndarray], k: int, below: np.ndarray, union: _Union) -> np.ndarray:
    """One model's probabilities of all n-grams of a level; below: those of the level below."""
    level = union.levels[k]
    result = below[level.suffix].astype(np.float64)
    if k < model.order:
        factor = _spread(model.backoffs[k - 1], places[k - 1], len(union.levels[k - 1]), 1.0)
        result *= factor[level.context]
        result[places[k]] = model.probabilities[k]
    return result


def _scale(weights: Sequence[float], log_contexts: Sequence[np.ndarray], power: float) -> np.ndarray:
    """Logarithm of the sum of all models' weights after each context."""
    total = np.full(len(log_contexts[0]), -np.inf)
    for weight, log_context in zip(weights, log_contexts, strict=True):
        total = np.logaddexp(total, np.log(max(weight, LEAST)) + power * log_context)
    return total


def mixture_weights(
    models: Sequence[Backoff], streams: Sequence[np.ndarray], power: float = 0.0, rounds: int = 100
) -> np.ndarray:
    """The weights that maximise the probability of the streams (expectation-maximisation).

    Each stream counts equally, whatever its length. power: as in `mixed`.
    """
    scored_streams = [_scored(models, stream) for stream in streams]
    weights = np.full(len(models), 1 / len(models))
    for _ in range(rounds):
        expected, normaliser = np.zeros(len(models)), np.zeros(len(models))
        for probabilities, log_contexts in scored_streams:
            share = weights[:, None] * np.exp(power * (log_contexts - log_contexts.max(axis=0)))
            share /= share.sum(axis=0)
            posterior = share * probabilities
            expected += (posterior / posterior.sum(axis=0)).mean(axis=1)
            normaliser += share.mean(axis=1)
        weights = weights * expected / np.maximum(normaliser, LEAST)
        weights /= weights.sum()
    return weights


def _scored(models: Sequence[Backoff], stream: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n_models, n) probabilities: the probability of every word of a stream, and the logarithm of that of its
    context."""
    tokens = with_begins(stream)
    judged = (tokens > CUT) & (tokens != BEGIN)
    probabilities, log_contexts = [], []
    for model in models:
        by_length = probabilities_by_length(model, tokens)
        probabilities.append(np.maximum(by_length[-1], LEAST)[judged])
        log_contexts.append(_contexts(tokens, by_length)[judged])
    return np.stack(probabilities), np.stack(log_contexts)


def _contexts(tokens: np.ndarray, by_length: Sequence[np.ndarray]) -> np.ndarray:
    """Logarithm of the probability of the words before each token, of as many as its context has."""
    logs = [np.where(tokens == BEGIN, 0.0, np.log(np.maximum(probabilities, LEAST))) for probabilities in by_length]
    result, length = np.zeros(len(tokens)), 0
    for t in range(1, len(tokens)):
        previous = tokens[t - 1]
        length = 0 if tokens[t] == BEGIN or previous in (UNKNOWN, CUT) else min(length + 1, len(logs) - 1)
        result[t] = sum(logs[length - i][t - i] for i in range(1, length + 1))
    return result
