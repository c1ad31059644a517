"""The person's own words: their written form for recognised words, and their spoken form for written ones."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod

from engine.dictation.inflections import inflections
from engine.text_marks import fold_yo

_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
# Forms of shorter words are also everyday words: Тома and «тому», Мира and «мире», Света and «свете», Марк and
# «марка».
_UNLIKE_OTHERS = re.compile("[а-я]{6,}|[а-я]{4}[бвгджзклмнпрстфхцчшщй]|[а-я]{2,3}ия")
_MOST_READINGS = 16  # of a phrase in which several words may be forms of own words


class OwnSpelling:
    """pairs: the spoken form, normalised, and the written form; of two with the same spoken form the first counts.

    A word whose written form differs only in capitals, signs and `ё` is recognised in its other cases too: «Яндексу».
    So is a word in foreign letters, which is then written without cases: «айфона» is iPhone.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()):
        self._pairs = tuple(pairs)
        self._written: dict[tuple[str, ...], str] = {}
        for spoken, written in self._pairs:
            self._written.setdefault(_key(spoken), written)
        self._nominatives: dict[str, dict[str, int]] = {}  # by form
        for words, written in self._written.items():
            for word in _declined(words, written):
                for form, n_kept in inflections(word).items():
                    self._nominatives.setdefault(form, {})[word] = n_kept

    def groups(self, words: Sequence[str]) -> list[tuple[int, int, str]]:
        """For each own word its index, its number of words, and its written form; the longest match counts.

        words: lower case, as recognised.
        """
        if not self._nominatives:
            return _matches(words, self._written)
        exact = {index: (n, text) for index, n, text in _matches(words, self._written)}
        matches, index = [], 0
        longest = max(map(len, self._written))
        folded = [fold_yo(word) for word in words]
        while index < len(folded):
            n, text = exact.get(index, (0, ""))
            for longer in range(min(longest, len(folded) - index), n, -1):
                inflected = self._inflected(folded[index : index + longer])
                if inflected is not None:
                    n, text = longer, inflected
                    break
            if n:
                matches.append((index, n, text))
            index += n or 1
        return matches

    def _inflected(self, words: Sequence[str]) -> str | None:
        """The written form of inflected own words, or None."""
        readings = [[(word, len(word)), *self._nominatives.get(word, {}).items()] for word in words]
        if not 1 < prod(map(len, readings)) <= _MOST_READINGS:
            return None
        for reading in product(*readings):
            nominative = tuple(word for word, _n in reading)
            written = self._written.get(nominative)
            if written is not None and _is_as_said(nominative, written):
                return _with_endings(written, words, [n for _word, n in reading])
            if written is not None and _is_foreign(written):
                return written
        return None

    def said(self, text: str) -> str:
        """The spoken form of a text, normalised: «айфон» for iPhone."""
        from engine.alphabet import normalise  # imports NumPy, which the window must not wait for

        phrases = {_key(normalise(written)): spoken for spoken, written in reversed(self._pairs)}
        words = normalise(text).split()
        for index, n, spoken in reversed(_matches(words, phrases)):
            words[index : index + n] = [spoken]
        return " ".join(words)


def _is_as_said(words: Sequence[str], written: str) -> bool:
    return [fold_yo(letters.lower()) for letters in _LETTERS.findall(written)] == list(words)


def _is_foreign(written: str) -> bool:
    return not _CYRILLIC.search(written)


def _declined(words: Sequence[str], written: str) -> Sequence[str]:
    """The spoken words that are recognised in their other cases too; no abbreviations."""
    if _is_foreign(written):
        return words
    if not _is_as_said(words, written):
        return ()
    if len(words) == 1 and not _UNLIKE_OTHERS.fullmatch(words[0]):
        return ()
    letters = _LETTERS.findall(written)
    return [word for word, spelled in zip(words, letters, strict=True) if not spelled.isupper()]


def _with_endings(written: str, words: Sequence[str], n_kept: Sequence[int]) -> str:
    """The written words, each with n_kept of its letters followed by the spoken word's ending."""
    ends = iter(zip(words, n_kept, strict=True))

    def ended(match: re.Match[str]) -> str:
        word, n = next(ends)
        return match[0][:n] + word[n:]

    return _LETTERS.sub(ended, written)


def _key(text: str) -> tuple[str, ...]:
    return tuple(fold_yo(text).split())


def _matches(words: Sequence[str], phrases: Mapping[tuple[str, ...], str]) -> list[tuple[int, int, str]]:
    if not phrases:
        return []
    folded, longest = tuple(map(fold_yo, words)), max(map(len, phrases))
    matches: list[tuple[int, int, str]] = []
    index = 0
    while index < len(folded):
        lengths = range(min(longest, len(folded) - index), 0, -1)
        n = next((n for n in lengths if folded[index : index + n] in phrases), 0)
        if n:
            matches.append((index, n, phrases[folded[index : index + n]]))
        index += n or 1
    return matches


NO_OWN_SPELLING = OwnSpelling()
