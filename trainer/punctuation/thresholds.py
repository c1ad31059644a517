"""Tunes the bias on each mark's log-probability on the development part: F1 needs more marks than the likelihood."""

from collections.abc import Sequence

import numpy as np

from engine.punctuation.labels import COLON, COMMA, DASH, ELLIPSIS, ENDS, EXCLAMATION, FULL_STOP, MARKS, QUESTION, Form
from engine.punctuation.punctuator import Thresholds
from trainer.punctuation.scores import confusions, f1_of, micro_f1
from trainer.punctuation.written_text import UNKNOWN

_STEPS = np.arange(-2.0, 2.01, 0.25)
_ROUNDS = 2
_TUNED = (COMMA, FULL_STOP, QUESTION, EXCLAMATION, COLON, DASH, ELLIPSIS)
_SHARE_OF_KINDS = 0.25


def tuned(log_probs: np.ndarray, marks: np.ndarray, forms: np.ndarray) -> Thresholds:
    """log_probs: (n_words, n_marks + n_forms); marks, forms: true ones, or UNKNOWN."""
    biases = np.zeros(len(MARKS), np.float32)
    scores = log_probs[:, : len(MARKS)]
    for _ in range(_ROUNDS):
        for mark in _TUNED:
            trials = [(_worth(scores + _with(biases, mark, step), marks), -abs(step), step) for step in _STEPS]
            biases = _with(biases, mark, max(trials)[2])
    return Thresholds(
        {MARKS[mark]: round(float(biases[mark]), 2) for mark in _TUNED},
        _capital_bias(log_probs[:, len(MARKS) :], forms),
    )


def _with(biases: np.ndarray, mark: int, step: float) -> np.ndarray:
    changed = biases.copy()
    changed[mark] = step
    return changed


def _worth(scores: np.ndarray, marks: np.ndarray) -> float:
    """The objective: F1 of all marks, and of the kinds that readers notice first."""
    table = confusions(marks, scores.argmax(1))
    kinds: Sequence[Sequence[int]] = (sorted(ENDS), (COMMA,), (QUESTION,))
    return micro_f1(table).value + _SHARE_OF_KINDS * sum(f1_of(table, kind).value for kind in kinds)


def _capital_bias(scores: np.ndarray, forms: np.ndarray) -> float:
    is_known = forms != UNKNOWN
    true = forms[is_known] != Form.LOWER

    def f1(step: float) -> float:
        guessed = (scores[is_known] + np.array([0, step, 0])).argmax(1) != Form.LOWER
        return 2 * (true & guessed).sum() / max(1, true.sum() + guessed.sum())

    return float(max(_STEPS, key=lambda step: (round(f1(step), 4), -abs(step))))
