"""Character and word error rates, by the edit distance of Levenshtein (1966)."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from engine.alphabet import fold_yo

NO_CHANGE = 0.005  # of the character error rate; smaller differences are chance


@dataclass(frozen=True)
class ErrorRate:
    """Error counts over some utterances; `ё` and `е` count as one letter."""

    utterances: int = 0
    letters: int = 0
    letter_errors: int = 0
    words: int = 0
    word_errors: int = 0

    @property
    def cer(self) -> float:
        """Character error rate: errors for each letter of the reference."""
        return self.letter_errors / max(1, self.letters)

    @property
    def wer(self) -> float:
        """Word error rate: errors for each word of the reference."""
        return self.word_errors / max(1, self.words)

    def __add__(self, other: "ErrorRate") -> "ErrorRate":
        return ErrorRate(
            self.utterances + other.utterances,
            self.letters + other.letters,
            self.letter_errors + other.letter_errors,
            self.words + other.words,
            self.word_errors + other.word_errors,
        )


def error_rate(pairs: Iterable[tuple[str, str]], same_yo: bool = True) -> ErrorRate:
    """Error counts of (reference, hypothesis) pairs of normalised text.

    The space counts as a letter. same_yo: `ё` is scored as `е`.
    """
    total = ErrorRate()
    for reference, hypothesis in pairs:
        if same_yo:
            reference, hypothesis = fold_yo(reference), fold_yo(hypothesis)
        words = reference.split()
        total += ErrorRate(
            1,
            len(reference),
            Levenshtein.distance(reference, hypothesis),
            len(words),
            Levenshtein.distance(words, hypothesis.split()),
        )
    return total


@dataclass(frozen=True)
class Held:
    """Error on one held-out split, with an utterance's hypothesis beside its reference."""

    split: str
    loss: float
    rate: ErrorRate
    reference: str
    hypothesis: str
