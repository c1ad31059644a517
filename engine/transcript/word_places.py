"""Where each word stands in a text that is being edited, until it is aligned anew. Knows no Qt."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from engine.decode.alternatives import DOUBTFUL_BELOW
from engine.events import Word
from engine.transcript.document import Document

LINGER_S = 0.4  # a word stays marked in the breath after it


class WordPlaces:
    """The words of a document with the first letter of each and the one behind its last.

    Letters are counted in UTF-16 units, as Qt does.
    """

    def __init__(self, words: Sequence[Word] = (), places: Sequence[tuple[int, int]] = ()):
        self.words = list(words)
        self._starts = [start for start, _ in places]
        self._ends = [end for _, end in places]
        self._times = [word.start_s for word in self.words]

    @classmethod
    def of(cls, document: Document) -> "WordPlaces":
        """The places of a document's words, in UTF-16 units as Qt counts."""
        return cls(document.words, _in_utf16(document.text, document.places))

    def place(self, index: int) -> tuple[int, int]:
        """Where a word begins and ends."""
        return self._starts[index], self._ends[index]

    def doubtful(self) -> Iterator[tuple[int, int]]:
        """The places of the doubtful words."""
        for word, start, end in zip(self.words, self._starts, self._ends, strict=True):
            if is_doubtful(word):
                yield start, end

    def change(self, position: int, n_removed: int, n_added: int) -> None:
        """The text was changed there: words behind it move, words in it go as far as they were changed."""
        behind = position + n_removed

        def moved(place: int, is_start: bool) -> int:
            if place >= behind and (place > position or is_start):
                return place + n_added - n_removed
            return min(place, position + n_added if is_start else position)

        first, last = max(0, bisect_right(self._starts, position) - 1), bisect_right(self._starts, behind)
        kept = [
            (word, moved(start, True), moved(end, False))
            for word, start, end in zip(
                self.words[first:last], self._starts[first:last], self._ends[first:last], strict=True
            )
        ]
        kept = [(word, start, end) for word, start, end in kept if start < end]
        by = n_added - n_removed
        self._starts[first:] = [start for _, start, _ in kept] + [start + by for start in self._starts[last:]]
        self._ends[first:] = [end for _, _, end in kept] + [end + by for end in self._ends[last:]]
        if len(kept) < last - first:
            self.words[first:last] = [word for word, _, _ in kept]
            self._times[first:last] = [word.start_s for word, _, _ in kept]

    def at(self, position: int) -> int | None:
        """Number of the word that a letter, or the caret before or behind it, belongs to."""
        index = bisect_right(self._starts, position) - 1
        return index if index >= 0 and position <= self._ends[index] else None

    def near(self, position: int) -> int | None:
        """The same, or else of the last word before it, or the first of all; None where there is no word."""
        return max(0, bisect_right(self._starts, position) - 1) if self.words else None

    def at_time(self, time_s: float) -> int | None:
        """Number of the word that is being said."""
        index = bisect_right(self._times, time_s) - 1
        return index if index >= 0 and time_s < self.words[index].end_s + LINGER_S else None

    def within(self, first: int, end: int) -> Iterator[int]:
        """Numbers of the words between two letters."""
        index = max(0, bisect_right(self._starts, first) - 1)
        while index < len(self.words) and self._starts[index] < end:
            if self._ends[index] > first:
                yield index
            index += 1

    def doubtful_after(self, position: int, backwards: bool = False) -> int | None:
        """Number of the next doubtful word behind a letter, round the end; None where all are certain."""
        doubtful = [index for index, word in enumerate(self.words) if is_doubtful(word)]
        if backwards:
            before = [index for index in doubtful if self._ends[index] < position]
            return before[-1] if before else (doubtful[-1] if doubtful else None)
        return next((index for index in doubtful if self._starts[index] > position), doubtful[0] if doubtful else None)


def is_doubtful(word: Word) -> bool:
    """Whether a word should be looked at again."""
    return word.confidence < DOUBTFUL_BELOW


def _in_utf16(text: str, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    if not text or max(text) <= "\uffff":
        return list(places)
    units = [0]
    for letter in text:
        units.append(units[-1] + (2 if letter > "\uffff" else 1))
    return [(units[start], units[end]) for start, end in places]
