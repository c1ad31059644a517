"""The person's own words: how they are written where they are recognised, and how they are said where they stand."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod

from engine.dictation.inflections import inflections
from engine.text_marks import fold_yo

_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
# Forms of shorter ones are those of everyday words too: Тома and «тому», Мира and «мире», Света and «свете», Марк and
# «марка».
_UNLIKE_OTHERS = re.compile("[а-я]{6,}|[а-я]{4}[бвгджзклмнпрстфхцчшщй]|[а-я]{2,3}ия")
_MOST_READINGS = 16  # of a phrase in which several words may be forms of own ones


class OwnSpelling:
    """pairs: what is said, normalised, and what is written for it; of two that are said alike the first counts.

    A word that is written as it is said but for capitals, signs and `ё` is known in its other cases too: «Яндексу»; so
    is one that is written in foreign letters alone, which has no cases then: «айфона» is iPhone.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()):
        self._pairs = tuple(pairs)
        self._written: dict[tuple[str, ...], str] = {}
        for said, written in self._pairs:
            self._written.setdefault(_key(said), written)
        self._nominatives: dict[str, dict[str, int]] = {}  # by form
        for words, written in self._written.items():
            for word in _declined(words, written):
                for form, n_kept in inflections(word).items():
                    self._nominatives.setdefault(form, {})[word] = n_kept

    def groups(self, words: Sequence[str]) -> list[tuple[int, int, str]]:
        """Where an own word begins, how many of the words it is, and how it is written; the longest counts.

        words: lower case, as recognised.
        """
        if not self._nominatives:
            return _found(words, self._written)
        exact = {at: (n, text) for at, n, text in _found(words, self._written)}
        found, at = [], 0
        longest = max(map(len, self._written))
        folded = [fold_yo(word) for word in words]
        while at < len(folded):
            n, text = exact.get(at, (0, ""))
            for longer in range(min(longest, len(folded) - at), n, -1):
                inflected = self._inflected(folded[at : at + longer])
                if inflected is not None:
                    n, text = longer, inflected
                    break
            if n:
                found.append((at, n, text))
            at += n or 1
        return found

    def _inflected(self, words: Sequence[str]) -> str | None:
        """What is written for forms of own words, if they are such."""
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
        """What is said where a text stands, normalised: «айфон» for iPhone."""
        from engine.alphabet import normalise  # brings NumPy along, which the window must not wait for

        phrases = {_key(normalise(written)): said for said, written in reversed(self._pairs)}
        words = normalise(text).split()
        for at, n, said in reversed(_found(words, phrases)):
            words[at : at + n] = [said]
        return " ".join(words)


def _is_as_said(words: Sequence[str], written: str) -> bool:
    return [fold_yo(letters.lower()) for letters in _LETTERS.findall(written)] == list(words)


def _is_foreign(written: str) -> bool:
    return not _CYRILLIC.search(written)


def _declined(words: Sequence[str], written: str) -> Sequence[str]:
    """Those of the words said that are known in their other cases too; no abbreviation."""
    if _is_foreign(written):
        return words
    if not _is_as_said(words, written):
        return ()
    if len(words) == 1 and not _UNLIKE_OTHERS.fullmatch(words[0]):
        return ()
    letters = _LETTERS.findall(written)
    return [word for word, spelled in zip(words, letters, strict=True) if not spelled.isupper()]


def _with_endings(written: str, words: Sequence[str], n_kept: Sequence[int]) -> str:
    """The written words with the ends of those that were said, behind so many of their own letters."""
    ends = iter(zip(words, n_kept, strict=True))

    def ended(found: re.Match[str]) -> str:
        word, n = next(ends)
        return found[0][:n] + word[n:]

    return _LETTERS.sub(ended, written)


def _key(text: str) -> tuple[str, ...]:
    return tuple(fold_yo(text).split())


def _found(words: Sequence[str], phrases: Mapping[tuple[str, ...], str]) -> list[tuple[int, int, str]]:
    if not phrases:
        return []
    folded, longest = tuple(map(fold_yo, words)), max(map(len, phrases))
    found: list[tuple[int, int, str]] = []
    at = 0
    while at < len(folded):
        lengths = range(min(longest, len(folded) - at), 0, -1)
        n = next((n for n in lengths if folded[at : at + n] in phrases), 0)
        if n:
            found.append((at, n, phrases[folded[at : at + n]]))
        at += n or 1
    return found


NO_OWN_SPELLING = OwnSpelling()
