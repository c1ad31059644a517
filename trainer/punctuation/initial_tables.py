"""Initial tables of words and word parts, from co-occurrence in the texts instead of random values.

Co-occurrences of each row with frequent words and with marks are counted; the square roots of the conditional
frequencies are reduced to the table's width by principal components (Lebret and Collobert 2014). This takes a minute
and saves hours of training.
"""

from collections.abc import Mapping

import numpy as np

from engine.punctuation.labels import MARKS, Form
from engine.word_features import N_WORD, PART_ROWS, WORD_ROWS
from trainer.punctuation.network import PART_WIDTH, WORD_WIDTH
from trainer.punctuation.written_text import UNKNOWN

_N_NEIGHBOURS = 400  # frequent words that are counted, on either side
_SPREAD = 0.25  # standard deviation of a word's sum


def initial_tables(features: np.ndarray, texts: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Tables by name. features: rows of each word, int32 (n_words, n_features); texts: arrays by name."""
    n_words = len(features)
    counts = np.sum([np.bincount(text["ids"], minlength=n_words) for text in texts.values()], axis=0)
    beside = _beside(texts, counts, n_words)
    words = _reduced(_by_row(beside, features[:, :N_WORD], WORD_ROWS), WORD_WIDTH, N_WORD)
    n_parts = features.shape[1] - N_WORD
    parts = _reduced(_by_row(beside, features[:, N_WORD:], PART_ROWS), PART_WIDTH, n_parts)
    return {"words": words, "parts": parts}


def _beside(texts: Mapping[str, Mapping[str, np.ndarray]], counts: np.ndarray, n_words: int) -> np.ndarray:
    """Counts of each word with each frequent word and each mark before and after it, and with each form."""
    rank = np.full(n_words, _N_NEIGHBOURS)
    rank[np.argsort(-counts, kind="stable")[:_N_NEIGHBOURS]] = np.arange(min(_N_NEIGHBOURS, n_words))
    n_marks, side = len(MARKS), _N_NEIGHBOURS + 1
    width = 2 * (side + n_marks) + len(Form)
    counts_beside = np.zeros(n_words * width, np.float32)
    for text in texts.values():
        ids, marks, forms = text["ids"].astype(np.int64), text["marks"], text["forms"]
        base = ids * width
        goes_on, marked, formed = text["breaks"][:-1] == 0, marks != UNKNOWN, forms != UNKNOWN
        for key in (
            base[:-1][goes_on] + rank[ids[1:]][goes_on],
            base[1:][goes_on] + side + rank[ids[:-1]][goes_on],
            base[marked] + 2 * side + marks[marked],
            base[1:][goes_on & marked[:-1]] + 2 * side + n_marks + marks[:-1][goes_on & marked[:-1]],
            base[formed] + 2 * side + 2 * n_marks + forms[formed],
        ):
            np.add.at(counts_beside, key, np.float32(1))
    return counts_beside.reshape(n_words, width)


def _by_row(beside: np.ndarray, rows: np.ndarray, n_rows: int) -> np.ndarray:
    table = np.zeros((n_rows, beside.shape[1]), np.float32)
    for column in rows.T:
        np.add.at(table, column, beside)
    return table


def _reduced(table: np.ndarray, width: int, n_summed: int) -> np.ndarray:
    """Principal components of the square roots of the frequencies, so scaled that a word's sum has _SPREAD."""
    reduced = np.zeros((len(table), width), np.float32)
    is_met = table.any(1)
    reduced[is_met] = _components(table[is_met], width, n_summed)
    return reduced


def _components(table: np.ndarray, width: int, n_summed: int) -> np.ndarray:
    total = table.sum(1, keepdims=True)
    roots = np.sqrt(table / total)
    weight = np.sqrt(total / total.sum())
    mean = (weight**2 * roots).sum(0)
    centred = roots - mean
    scaled = centred * weight
    _, vectors = np.linalg.eigh(scaled.T @ scaled)
    reduced = centred @ vectors[:, -width:]
    spread = np.sqrt((weight**2 * reduced**2).sum(0))  # each component has the same weight
    sure = total / (total + 20)  # rare words are scaled down
    return (sure * reduced * (_SPREAD / np.sqrt(n_summed)) / np.maximum(spread, 1e-6)).astype(np.float32).clip(-1, 1)
