"""Quality of the confidence: how often words shown as sure are right, and how many of the errors are marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from engine.alphabet import fold_yo
from engine.decode.alternatives import DOUBTFUL_BELOW
from engine.decode.greedy import TimedWord
from engine.events import Word


@dataclass(frozen=True)
class Trust:
    """Counts of recognised words. sure: not marked as doubtful; sure_right: right ones among them."""

    words: int = 0
    right: int = 0
    sure: int = 0
    sure_right: int = 0

    @property
    def sure_share(self) -> float:
        """Share of the words that are not marked as doubtful."""
        return self.sure / max(1, self.words)

    @property
    def right_of_sure(self) -> float:
        """Share of the unmarked words that are right."""
        return self.sure_right / max(1, self.sure)

    @property
    def errors_marked(self) -> float:
        """Share of the wrong words that are marked as doubtful."""
        errors = self.words - self.right
        return 1 - (self.sure - self.sure_right) / max(1, errors)

    def __add__(self, other: "Trust") -> "Trust":
        return Trust(
            self.words + other.words,
            self.right + other.right,
            self.sure + other.sure,
            self.sure_right + other.sure_right,
        )

    def to_dict(self) -> dict[str, float]:
        """The shares, rounded for JSON."""
        shares = {"sure": self.sure_share, "right_of_sure": self.right_of_sure, "errors_marked": self.errors_marked}
        return {name: round(share, 4) for name, share in shares.items()}

    def __str__(self) -> str:
        return (
            f"sure {self.sure_share:.1%} of {self.words} words, right of these {self.right_of_sure:.1%}, "
            f"errors marked {self.errors_marked:.1%}"
        )


def trust(reference: str, words: Sequence[TimedWord | Word]) -> Trust:
    """The quality of the confidences of recognised words, given the reference."""
    return counted([word.confidence for word in words], rightness(reference, [word.text for word in words]))


def counted(confidences: Sequence[float], right: Sequence[bool], doubtful_below: float = DOUBTFUL_BELOW) -> Trust:
    """Counts from the confidences of words, 0 to 1, and whether each is right."""
    sure = [is_right for confidence, is_right in zip(confidences, right, strict=True) if confidence >= doubtful_below]
    return Trust(len(right), int(sum(right)), len(sure), int(sum(sure)))


def rightness(reference: str, words: Sequence[str]) -> list[bool]:
    """Whether each recognised word is right, that is, aligned with an equal word of the reference. `ё` is scored as
    `е`."""
    hypothesis = [fold_yo(word) for word in words]
    right = [False] * len(hypothesis)
    for block in Levenshtein.opcodes(fold_yo(reference).split(), hypothesis):
        if block.tag == "equal":
            right[block.dest_start : block.dest_end] = [True] * (block.dest_end - block.dest_start)
    return right
