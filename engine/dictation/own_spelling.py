"""The person's own words: how they are written where they are recognised, and how they are said where they stand."""

from collections.abc import Iterable, Mapping, Sequence

from engine.text_marks import fold_yo


class OwnSpelling:
    """pairs: what is said, normalised, and what is written for it; of two that are said alike the first counts."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()):
        self._pairs = tuple(pairs)
        self._written: dict[tuple[str, ...], str] = {}
        for said, written in self._pairs:
            self._written.setdefault(_key(said), written)

    def groups(self, words: Sequence[str]) -> list[tuple[int, int, str]]:
        """Where an own word begins, how many of the words it is, and how it is written; the longest counts.

        words: lower case, as recognised.
        """
        return _found(words, self._written)

    def said(self, text: str) -> str:
        """What is said where a text stands, normalised: «айфон» for iPhone."""
        from engine.alphabet import normalise  # brings NumPy along, which the window must not wait for

        phrases = {_key(normalise(written)): said for said, written in reversed(self._pairs)}
        words = normalise(text).split()
        for at, n, said in reversed(_found(words, phrases)):
            words[at : at + n] = [said]
        return " ".join(words)


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
