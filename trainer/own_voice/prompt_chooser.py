"""Which sentence to read next: one that covers letters, letter pairs and words that the model gets wrong."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from engine.alphabet import SPACE, fold_yo, normalise
from engine.paths import resource

_HALVED = 0.5  # what a letter or a pair is worth, each time it has been read
_WRONG = 4.0  # how much more it is worth where it was always misheard


def sentences(path: Path | None = None) -> list[str]:
    """Sentences to read, as they are shown: those of resources/reading, or a text of one's own with one a line.

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
    """The units of what was said that were not heard: letters and pairs that differ, and words that do."""
    reference, hypothesis = fold_yo(reference), fold_yo(hypothesis)
    right = [False] * len(reference)
    for block in Levenshtein.editops(reference, hypothesis).as_matching_blocks():
        right[block.a : block.a + block.size] = [True] * block.size
    wrong: Counter[str] = Counter()
    start = 0
    for word in reference.split():
        marks = right[start : start + len(word)]
        start += len(word) + 1
        wrong.update(letter for letter, is_right in zip(word, marks, strict=True) if not is_right)
        wrong.update(word[i : i + 2] for i in range(len(word) - 1) if not (marks[i] and marks[i + 1]))
        if not all(marks):
            wrong[f"#{word}"] += 1
    return wrong


class Chooser:
    """Greedy: always the sentence worth most for its length."""

    def __init__(self, offered: Sequence[str]):
        """offered: as they are shown."""
        self._units = {sentence: units(fold_yo(normalise(sentence))) for sentence in offered}

    def choose(self, heard: Iterable[tuple[str, str | None]], passed_over: Collection[str] = ()) -> str | None:
        """The next sentence; None where all have been read or passed over.

        heard: what was read so far, and what the model made of it, None where that is not known; passed_over: as they
        were shown, sentences not wanted. Equal arguments give the same sentence.
        """
        read: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        known: Counter[str] = Counter()
        done = set()
        for reference, hypothesis in heard:
            said = fold_yo(normalise(reference))
            done.add(said)
            of_it = units(said)
            read += of_it
            if hypothesis is not None:
                known += of_it
                wrong += missed(said, normalise(hypothesis))

        def worth(sentence: str) -> float:
            of_it = self._units[sentence]
            total = sum(
                (1 + _WRONG * wrong[unit] / max(1, known[unit])) * _HALVED ** min(read[unit], 30) for unit in of_it
            )
            return total / sum(of_it.values()) ** 0.5

        left = [s for s in self._units if s not in passed_over and fold_yo(normalise(s)) not in done]
        return max(left, key=worth) if left else None
