"""Aligns an edited text with the recognised words, to find when each word is spoken.

Words are aligned by the least number of insertions, deletions and substitutions (Levenshtein 1966), and changed parts
letter by letter, so that a word that was joined, split or misspelled keeps the times of its letters.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from engine.events import Word

_SURE = 1.0  # confidence of words that a person wrote
_ALIKE = 0.5  # below this share of equal letters, one text is not a spelling of the other
_LONGEST_LETTER_S = 0.15  # a word inserted into a long pause does not fill it


def aligned(
    heard: Sequence[Word], lines: Sequence[Sequence[str]], end_s: float, start_s: float = 0.0
) -> list[list[Word]]:
    """A word for each text in each of lines; times are monotonic if those of `heard` are.

    Unchanged words are those of `heard`. Others have the time of the words that they replace. Inserted ones are in the
    gap between their neighbours, next to the neighbour on their own line. end_s, start_s: of the audio.
    """
    from rapidfuzz.distance import Levenshtein  # compiled, and needed only after a text was edited

    texts = [text for line in lines for text in line]
    words: list[Word] = []
    codes = Levenshtein.opcodes([word.text for word in heard], texts)
    for is_unchanged, run in groupby(codes, key=lambda code: code.tag == "equal"):
        ops = list(run)
        old_words, new_texts = heard[ops[0].src_start : ops[-1].src_end], texts[ops[0].dest_start : ops[-1].dest_end]
        words += old_words if is_unchanged else _replaced(old_words, new_texts, words[-1].end_s if words else start_s)
    edges = [0]
    for line in lines:
        edges.append(edges[-1] + len(line))
    words = _with_gaps_shared(words, edges, start_s, max(end_s, heard[-1].end_s if heard else start_s))
    return [words[first:end] for first, end in pairwise(edges)]


def _replaced(old_words: Sequence[Word], new_texts: Sequence[str], at_s: float) -> list[Word]:
    """at_s: time of words that replace none."""
    from rapidfuzz.distance import Levenshtein

    if not old_words:
        return [Word(text, at_s, at_s, _SURE) for text in new_texts]
    old, new = " ".join(word.text for word in old_words), " ".join(new_texts)
    if len(new_texts) > 1 and Levenshtein.normalized_similarity(old, new) < _ALIKE:
        return _spread([Word(text, 0.0, 0.0, _SURE) for text in new_texts], old_words[0].start_s, old_words[-1].end_s)
    owners = [i for i, word in enumerate(old_words) for _ in range(len(word.text) + 1)]
    old_index_of: list[int | None] = [None] * len(new)  # of each new letter, the old one that it corresponds to
    edge = [0] * len(new)  # where in the old text it was inserted, if there is none
    for code in Levenshtein.opcodes(old, new):
        for offset, position in enumerate(range(code.dest_start, code.dest_end)):
            edge[position] = code.src_start
            old_index_of[position] = None if code.tag == "insert" else code.src_start + offset
    spans, first = [], 0
    for text in new_texts:
        letters = [
            old_at for old_at in old_index_of[first : first + len(text)] if old_at is not None and old[old_at] != " "
        ]
        spans.append((letters[0], letters[-1] + 1) if letters else (edge[first], edge[first]))
        first += len(text) + 1
    return [Word(text, *_times(i, spans, owners, old_words), _SURE) for i, text in enumerate(new_texts)]


def _times(
    i: int, spans: Sequence[tuple[int, int]], owners: Sequence[int], old_words: Sequence[Word]
) -> tuple[float, float]:
    """Start and end in seconds of the i-th span of letters: the edges of its old words unless another span shares
    them."""
    starts = [0]
    for word in old_words:
        starts.append(starts[-1] + len(word.text) + 1)

    def at_s(letter: int, owner: int) -> float:
        word = old_words[owner]
        share = (letter - starts[owner]) / max(1, len(word.text))
        return word.start_s + min(1.0, share) * (word.end_s - word.start_s)

    first, end = spans[i]
    if first == end:
        moment_s = at_s(first, owners[min(first, len(owners) - 1)])
        return moment_s, moment_s
    first_owner, last_owner = owners[first], owners[end - 1]
    earlier = any(a < b and owners[b - 1] == first_owner for a, b in spans[:i])
    later = any(a < b and owners[a] == last_owner for a, b in spans[i + 1 :])
    start_s = at_s(first, first_owner) if earlier else old_words[first_owner].start_s
    return start_s, at_s(end, last_owner) if later else old_words[last_owner].end_s


def _with_gaps_shared(words: Sequence[Word], edges: Sequence[int], start_s: float, end_s: float) -> list[Word]:
    """Spreads each run of words that take no time over the gap between its neighbours, by their letters.

    edges: the numbers of the words that begin a line.
    """
    shared: list[Word] = []
    for timeless, run in groupby(words, key=_is_timeless):
        group, first = list(run), len(shared)
        if timeless:
            after = first + len(group)
            from_s = shared[-1].end_s if shared else start_s
            to_s = max(from_s, words[after].start_s if after < len(words) else end_s)
            wanted_s = _LONGEST_LETTER_S * sum(len(word.text) for word in group)
            if first in edges and after not in edges:
                from_s = max(from_s, to_s - wanted_s)
            group = _spread(group, from_s, min(to_s, from_s + wanted_s))
        shared += group
    return shared


def _is_timeless(word: Word) -> bool:
    return word.confidence == _SURE and word.end_s <= word.start_s


def _spread(words: Sequence[Word], from_s: float, to_s: float) -> list[Word]:
    n_letters = [0]
    for word in words:
        n_letters.append(n_letters[-1] + len(word.text))
    edges = [from_s + (to_s - from_s) * n / n_letters[-1] for n in n_letters]
    edges[-1] = to_s
    return [replace(word, start_s=start, end_s=end) for word, (start, end) in zip(words, pairwise(edges), strict=True)]
