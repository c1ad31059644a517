"""The person's own words in what was recognised, spelled as the person spells them."""

from collections.abc import Iterable, Sequence

from engine.text_marks import fold_yo


class OwnSpelling:
    """pairs: what is said, normalised, and what is written for it; of two that are said alike the first counts."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()):
        self._written: dict[tuple[str, ...], str] = {}
        for spoken, written in pairs:
            self._written.setdefault(tuple(fold_yo(spoken).split()), written)
        self._longest = max(map(len, self._written), default=0)

    def groups(self, words: Sequence[str]) -> list[tuple[int, int, str]]:
        """Where an own word begins, how many of the words it is, and how it is written; the longest counts.

        words: lower case, as recognised.
        """
        if not self._written:
            return []
        folded = tuple(fold_yo(word) for word in words)
        found: list[tuple[int, int, str]] = []
        at = 0
        while at < len(folded):
            lengths = range(min(self._longest, len(folded) - at), 0, -1)
            n = next((n for n in lengths if folded[at : at + n] in self._written), 0)
            if n:
                found.append((at, n, self._written[folded[at : at + n]]))
            at += n or 1
        return found


NO_OWN_SPELLING = OwnSpelling()
