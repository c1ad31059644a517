"""The written form of recognised words: own words in the person's spelling, numbers as digits. Times are kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from engine.dictation.numbers import with_digits
from engine.dictation.own_spelling import NO_OWN_SPELLING, OwnSpelling
from engine.events import Word

_MOST_ALTERNATIVES = 5
_REMEMBERED = 1000  # cached stretches of words


@dataclass(frozen=True)
class Group:
    """said: consecutive recognised words; written: the words written for them, which may be the same."""

    said: tuple[Word, ...]
    written: tuple[Word, ...]

    @property
    def is_same(self) -> bool:
        """Whether the words are written as they were said."""
        return [word.text for word in self.said] == [word.text for word in self.written]


class WrittenForm:
    """digits: whether numbers are written as digits. Results are cached, because a page is often written again."""

    def __init__(self, spelling: OwnSpelling = NO_OWN_SPELLING, digits: bool = False):
        self._spelling, self._digits = spelling, digits
        self._remembered = lru_cache(_REMEMBERED)(self._groups)

    def groups(self, words: Sequence[Word], ends: Collection[int] = ()) -> list[Group]:
        """ends: indices of words before a mark, where a number ends."""
        edges = sorted({0, len(words), *(place + 1 for place in ends)})
        return [group for first, end in pairwise(edges) for group in self._remembered(tuple(words[first:end]))]

    def _groups(self, words: Sequence[Word]) -> list[Group]:
        groups, index = [], 0
        for n, text in self._texts([word.text for word in words]):
            spoken = tuple(words[index : index + n])
            groups.append(Group(spoken, self._written(spoken, text)))
            index += n
        return groups

    def _texts(self, words: Sequence[str]) -> list[tuple[int, str]]:
        """The written texts, each with its number of recognised words; an own phrase may hold blanks."""
        own_groups = {index: (n, text) for index, n, text in self._spelling.groups(words)}
        plain = frozenset(place for index, (n, _text) in own_groups.items() for place in range(index, index + n))
        texts, index = [], 0
        for n, text in with_digits(words, plain) if self._digits else [(1, word) for word in words]:
            if index in own_groups:
                texts.append(own_groups[index])
            elif index not in plain:
                texts.append((n, text))
            index += n
        return texts

    def _written(self, spoken_words: Sequence[Word], text: str) -> tuple[Word, ...]:
        parts = text.split(" ")
        if parts == [word.text for word in spoken_words]:
            return tuple(self._with_others(word) for word in spoken_words)
        if len(parts) == 1:
            plain = " ".join(word.text for word in spoken_words)
            confidence = min(word.confidence for word in spoken_words)
            word = Word(
                text,
                spoken_words[0].start_s,
                spoken_words[-1].end_s,
                confidence,
                self._others(spoken_words, text),
                plain,
            )
            return (word,)
        spoken = [
            *(word.text for word in spoken_words[: len(parts) - 1]),
            " ".join(word.text for word in spoken_words[len(parts) - 1 :]),
        ]
        spoken += [""] * (len(parts) - len(spoken))
        places = spoken_words if len(parts) == len(spoken_words) else _shared(spoken_words, parts)
        return tuple(
            Word(part, place.start_s, place.end_s, place.confidence, plain=plain)
            for part, place, plain in zip(parts, places, spoken, strict=True)
        )

    def _with_others(self, word: Word) -> Word:
        """An unchanged word with its alternatives in their written form."""
        if not word.alternatives:
            return word
        alternatives = (self._text(text.split()) for text in word.alternatives)
        return replace(word, alternatives=tuple(dict.fromkeys(text for text in alternatives if text != word.text)))

    def _others(self, spoken_words: Sequence[Word], text: str) -> tuple[str, ...]:
        """Alternatives in their written form; the last is the text as spoken."""
        texts = [word.text for word in spoken_words]
        alternatives = [
            self._text([*texts[:i], *alternative.split(), *texts[i + 1 :]])
            for i, word in enumerate(spoken_words)
            for alternative in word.alternatives
        ]
        alternatives = [alternative for alternative in dict.fromkeys(alternatives) if alternative != text][
            : _MOST_ALTERNATIVES - 1
        ]
        return (*alternatives, " ".join(texts))

    def _text(self, words: Sequence[str]) -> str:
        return " ".join(text for _n, text in self._texts(words))


def _shared(spoken_words: Sequence[Word], parts: Sequence[str]) -> list[Word]:
    """The time of words divided among written parts, by their letters."""
    start_s, length_s = spoken_words[0].start_s, spoken_words[-1].end_s - spoken_words[0].start_s
    letters = [0]
    for part in parts:
        letters.append(letters[-1] + len(part))
    confidence = min(word.confidence for word in spoken_words)
    edges = [start_s + length_s * n / letters[-1] for n in letters]
    return [Word(part, one, two, confidence) for part, (one, two) in zip(parts, pairwise(edges), strict=True)]
