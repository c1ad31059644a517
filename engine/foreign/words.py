"""What a model of others wrote -> words with times and confidence."""

import re
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from engine.config import HOP_S
from engine.decode.greedy import TimedWord

CLOSING = ".,!?…;:"  # marks that stand at the end of a word
_SPECIAL = re.compile(r"<.+>")  # <unk> and the like
_AROUND = CLOSING + "—–-«»„“”\"'()"


def bare(text: str) -> str:
    """A word as it was said: without capitals and marks around it; nothing where it is a mark alone."""
    return text.strip(_AROUND).lower()


def closing_marks(text: str) -> str:
    """The marks that a word ends with."""
    return text[len(text.rstrip(_AROUND)) :] if bare(text) else text


def words_of_tokens(tokens: Sequence[str], times_s: Sequence[float], log_probs: Sequence[float]) -> list[TimedWord]:
    """Tokens, of which one that begins with a space begins a word -> words, in steps of 10 ms."""
    said = [(number, token) for number, token in enumerate(tokens) if not _SPECIAL.fullmatch(token)]
    letters = [(letter, number) for number, token in said for letter in token]
    words: list[TimedWord] = []
    for is_space, run in groupby(letters, key=lambda one: one[0].isspace()):
        if is_space:
            continue
        spelled = list(run)
        text, numbers = "".join(letter for letter, _number in spelled), sorted({number for _letter, number in spelled})
        if words and all(letter in CLOSING for letter in text):
            last = words[-1]
            words[-1] = TimedWord(last.text + text, last.first_step, last.last_step, last.confidence)
            continue
        first, last_step = (round(max(0.0, times_s[number]) / HOP_S) for number in (numbers[0], numbers[-1]))
        words.append(TimedWord(text, first, max(first, last_step), _confidence([log_probs[n] for n in numbers])))
    return words


def words_of_text(text: str, n_steps: int, log_probs: Sequence[float] = ()) -> list[TimedWord]:
    """A text without times -> words spread over the steps by their letters."""
    words = text.split()
    edges = np.cumsum([0, *(len(word) + 1 for word in words)])
    steps = (edges / max(1, edges[-1]) * n_steps).astype(int).tolist()
    confidence = _confidence(log_probs) if log_probs else 1.0
    return [
        TimedWord(word, first, max(first, end - 1), confidence)
        for word, first, end in zip(words, steps[:-1], steps[1:], strict=True)
    ]


def _confidence(log_probs: Sequence[float]) -> float:
    return float(min(1.0, np.exp(np.mean(log_probs))))
