"""Positions of words in a text that is being edited, until it is aligned again. Does not use Qt."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from engine.decode.alternatives import DOUBTFUL_BELOW
from engine.events import Word
from engine.transcript.document import Document

LINGER_S = 0.4  # a word stays highlighted this long after its end


class WordPlaces:
    """The words of a document with the start and end offset of each.

    Offsets are in UTF-16 units, as in Qt.
    """

    def __init__(self, words: Sequence[Word] = (), places: Sequence[tuple[int, int]] = ()):
        self.words = list(words)
        self._starts = [start for start, _ in places]
        self._ends = [end for _, end in places]
        self._times = [word.start_s for word in self.words]

    @classmethod
    def of(cls, document: Document) -> "WordPlaces":
        """The positions of a document's words."""
        return cls(document.words, _in_utf16(document.text, document.places))

    def place(self, index: int) -> tuple[int, int]:
        """Start and end of a word."""
        return self._starts[index], self._ends[index]

    def doubtful(self) -> Iterator[tuple[int, int]]:
        """Start and end of each doubtful word."""
        for word, start, end in zip(self.words, self._starts, self._ends, strict=True):
            if is_doubtful(word):
                yield start, end

    def change(self, position: int, n_removed: int, n_added: int) -> None:
        """Updates the positions after a change of the text; words that were deleted are dropped."""
        removed_to = position + n_removed

        def moved(place: int, is_start: bool) -> int:
            if place >= removed_to and (place > position or is_start):
                return place + n_added - n_removed
            return min(place, position + n_added if is_start else position)

        first, last = max(0, bisect_right(self._starts, position) - 1), bisect_right(self._starts, removed_to)
        remaining = [
            (word, moved(start, True), moved(end, False))
            for word, start, end in zip(
                self.words[first:last], self._starts[first:last], self._ends[first:last], strict=True
            )
        ]
        remaining = [(word, start, end) for word, start, end in remaining if start < end]
        shift = n_added - n_removed
        self._starts[first:] = [start for _, start, _ in remaining] + [start + shift for start in self._starts[last:]]
        self._ends[first:] = [end for _, _, end in remaining] + [end + shift for end in self._ends[last:]]
        if len(remaining) < last - first:
            self.words[first:last] = [word for word, _, _ in remaining]
            self._times[first:last] = [word.start_s for word, _, _ in remaining]

    def at(self, position: int) -> int | None:
        """Index of the word at a position of the caret."""
        index = bisect_right(self._starts, position) - 1
        return index if index >= 0 and position <= self._ends[index] else None

    def near(self, position: int) -> int | None:
        """Index of the word at a position, or of the last one before it, or of the first; None without words."""
        return max(0, bisect_right(self._starts, position) - 1) if self.words else None

    def at_time(self, time_s: float) -> int | None:
        """Index of the word that is spoken at a time."""
        index = bisect_right(self._times, time_s) - 1
        return index if index >= 0 and time_s < self.words[index].end_s + LINGER_S else None

    def within(self, first: int, end: int) -> Iterator[int]:
        """Indices of the words between two positions."""
        index = max(0, bisect_right(self._starts, first) - 1)
        while index < len(self.words) and self._starts[index] < end:
            if self._ends[index] > first:
                yield index
            index += 1

    def doubtful_after(self, position: int, backwards: bool = False) -> int | None:
        """Index of the next doubtful word after a position, wrapping round; None if all are certain."""
        doubtful = [index for index, word in enumerate(self.words) if is_doubtful(word)]
        if backwards:
            earlier = [index for index in doubtful if self._ends[index] < position]
            return earlier[-1] if earlier else (doubtful[-1] if doubtful else None)
        return next((index for index in doubtful if self._starts[index] > position), doubtful[0] if doubtful else None)


def is_doubtful(word: Word) -> bool:
    """Whether a word should be checked."""
    return word.confidence < DOUBTFUL_BELOW


def _in_utf16(text: str, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    if not text or max(text) <= "\uffff":
        return list(places)
    units = [0]
    for letter in text:
        units.append(units[-1] + (2 if letter > "\uffff" else 1))
    return [(units[start], units[end]) for start, end in places]
