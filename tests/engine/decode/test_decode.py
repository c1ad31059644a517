import numpy as np
import pytest

from engine.alphabet import Alphabet
from engine.decode.greedy import GreedyDecoder, TimedWord

ALPHABET = Alphabet("абв ")
BLANK = ALPHABET.blank


def log_probs(path: str, certainty: float = 0.9) -> np.ndarray:
    """One step a character: a letter, or `_` for the blank; the rest shares what is left."""
    labels = [BLANK if char == "_" else ALPHABET.letters.index(char) for char in path]
    probs = np.full((len(labels), ALPHABET.n_labels), (1 - certainty) / (ALPHABET.n_labels - 1), np.float32)
    probs[np.arange(len(labels)), labels] = certainty
    return np.log(probs)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("аб", "аб"),
        ("ааб", "аб"),
        ("а_а", "аа"),
        ("а_б_ в", "аб в"),
        (" а", "а"),
        ("а  _ б ", "а б"),
        ("____", ""),
        ("   ", ""),
        ("", ""),
    ],
)
def test_best_path(path, text):
    assert GreedyDecoder(ALPHABET).text(log_probs(path).reshape(-1, ALPHABET.n_labels)) == text


def test_words_have_steps_and_confidence():
    words = GreedyDecoder(ALPHABET).decode(log_probs("_аа_б_ _ввв_"))
    assert [(w.text, w.first_step, w.last_step) for w in words] == [("аб", 1, 4), ("в", 8, 10)]
    assert words[0].confidence == pytest.approx(0.9, abs=1e-5)


def test_confidence_is_the_geometric_mean_of_the_letters_best_steps():
    matrix = log_probs("аб")
    matrix[0] = np.log([0.4, 0.3, 0.1, 0.1, 0.1])
    (word,) = GreedyDecoder(ALPHABET).decode(matrix)
    assert word.confidence == pytest.approx((0.4 * 0.9) ** 0.5, abs=1e-5)


def test_certain_letters_have_confidence_1():
    certain = np.full((1, 5), -np.inf, np.float32)
    certain[0, 0] = 0
    assert GreedyDecoder(ALPHABET).decode(certain) == [TimedWord("а", 0, 0, 1.0)]


@pytest.mark.parametrize("shape", [(3, 4), (3, 6), (5,), (1, 3, 5)])
def test_another_shape_is_refused_by_name(shape):
    with pytest.raises(ValueError, match=r"n_steps, 5"):
        GreedyDecoder(ALPHABET).decode(np.zeros(shape, np.float32))


def test_random_matrices_give_ordered_words():
    rng = np.random.default_rng(3)
    for n in range(40):
        raw = rng.normal(size=(n, 5)) * 3
        matrix = (raw - np.log(np.exp(raw).sum(axis=1, keepdims=True))).astype(np.float32)
        words = GreedyDecoder(ALPHABET).decode(matrix)
        steps = [step for w in words for step in (w.first_step, w.last_step)]
        assert steps == sorted(steps)
        assert all(0 < w.confidence <= 1 and w.text and " " not in w.text for w in words)
        best = ALPHABET.decode(ALPHABET.collapse(matrix.argmax(axis=1)))
        assert " ".join(w.text for w in words) == " ".join(best.split())
