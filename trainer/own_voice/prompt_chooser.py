"""Chooses the next sentence to read: one with letters, letter pairs and words that the model gets wrong."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from engine.alphabet import SPACE, fold_yo, normalise
from engine.paths import resource

_HALVED = 0.5  # factor on the value of a unit, each time it has been read
_WRONG = 4.0  # how much more a unit is worth if it was always misrecognised


def sentences(path: Path | None = None) -> list[str]:
    """Sentences to read, as shown: those of resources/reading, or of another text with one per line.

    Lines that begin with # are left out. Raises OSError or UnicodeDecodeError.
    """
    lines = (path or resource("reading/sentences-ru.txt")).read_text(encoding="utf-8-sig").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def units(text: str) -> Counter[str]:
    """The letters, the pairs of neighbouring letters and the words of a normalised text; a word has a # before it."""
    words = text.split()
    pairs = (word[i : i + 2] for word in words for i in range(len(word) - 1))
    return Counter([*text.replace(SPACE, ""), *pairs, *(f"#{word}" for word in words)])


def missed(reference: str, hypothesis: str) -> Counter[str]:
    """The units of the reference that were misrecognised: letters, pairs and words."""
    reference, hypothesis = fold_yo(reference), fold_yo(hypothesis)
    is_right_letter = [False] * len(reference)
    for block in Levenshtein.editops(reference, hypothesis).as_matching_blocks():
        is_right_letter[block.a : block.a + block.size] = [True] * block.size
    wrong: Counter[str] = Counter()
    start = 0
    for word in reference.split():
        marks = is_right_letter[start : start + len(word)]
        start += len(word) + 1
        wrong.update(letter for letter, is_right in zip(word, marks, strict=True) if not is_right)
        wrong.update(word[i : i + 2] for i in range(len(word) - 1) if not (marks[i] and marks[i + 1]))
        if not all(marks):
            wrong[f"#{word}"] += 1
    return wrong


class Chooser:
    """Chooses greedily: always the sentence with the highest value for its length."""

    def __init__(self, offered: Sequence[str]):
        """offered: sentences as shown."""
        self._units = {sentence: units(fold_yo(normalise(sentence))) for sentence in offered}

    def choose(self, heard: Iterable[tuple[str, str | None]], passed_over: Collection[str] = ()) -> str | None:
        """The next sentence; None if all have been read or skipped.

        heard: the sentences read so far, and their transcription, None if unknown; passed_over: skipped sentences, as
        shown. Equal arguments give the same sentence.
        """
        n_read: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        n_known: Counter[str] = Counter()
        done = set()
        for reference, hypothesis in heard:
            text = fold_yo(normalise(reference))
            done.add(text)
            text_units = units(text)
            n_read += text_units
            if hypothesis is not None:
                n_known += text_units
                wrong += missed(text, normalise(hypothesis))

        def worth(sentence: str) -> float:
            text_units = self._units[sentence]
            total = sum(
                (1 + _WRONG * wrong[unit] / max(1, n_known[unit])) * _HALVED ** min(n_read[unit], 30)
                for unit in text_units
            )
            return total / sum(text_units.values()) ** 0.5

        candidates = [s for s in self._units if s not in passed_over and fold_yo(normalise(s)) not in done]
        return max(candidates, key=worth) if candidates else None
