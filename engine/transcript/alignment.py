"""An edited text beside the words that were recognised: which word of it is spoken when.

Words are aligned by the least number of insertions, deletions and substitutions (Levenshtein 1966), and what changed
letter by letter, so that a word which was joined, parted or misspelled keeps the moment of its letters.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from engine.events import Word

_SURE = 1.0  # confidence of what a person wrote
_ALIKE = 0.5  # share of equal letters below which one text is no spelling of the other
_LONGEST_LETTER_S = 0.15  # a word put into a long pause does not fill it


def aligned(
    heard: Sequence[Word], lines: Sequence[Sequence[str]], end_s: float, start_s: float = 0.0
) -> list[list[Word]]:
    """A word for each text in each of lines; their times never run backwards where those of `heard` do not.

    Words that stayed are those of `heard`. Others have the time of what they replace or, where they were put in, lie in
    the gap between their neighbours: at the neighbour of their own line. end_s, start_s: of the audio.
    """
    from rapidfuzz.distance import Levenshtein  # compiled, and wanted only once a text was edited

    texts = [text for line in lines for text in line]
    words: list[Word] = []
    codes = Levenshtein.opcodes([word.text for word in heard], texts)
    for same, run in groupby(codes, key=lambda code: code.tag == "equal"):
        ops = list(run)
        was, now = heard[ops[0].src_start : ops[-1].src_end], texts[ops[0].dest_start : ops[-1].dest_end]
        words += was if same else _replaced(was, now, words[-1].end_s if words else start_s)
    edges = [0]
    for line in lines:
        edges.append(edges[-1] + len(line))
    words = _with_gaps_shared(words, edges, start_s, max(end_s, heard[-1].end_s if heard else start_s))
    return [words[first:end] for first, end in pairwise(edges)]


def _replaced(was: Sequence[Word], now: Sequence[str], at_s: float) -> list[Word]:
    """at_s: where words stand that replace none."""
    from rapidfuzz.distance import Levenshtein

    if not was:
        return [Word(text, at_s, at_s, _SURE) for text in now]
    old, new = " ".join(word.text for word in was), " ".join(now)
    if len(now) > 1 and Levenshtein.normalized_similarity(old, new) < _ALIKE:
        return _spread([Word(text, 0.0, 0.0, _SURE) for text in now], was[0].start_s, was[-1].end_s)
    owners = [i for i, word in enumerate(was) for _ in range(len(word.text) + 1)]
    place: list[int | None] = [None] * len(new)  # of each new letter, the old one that it stands for
    edge = [0] * len(new)  # and where in the old text it was put in, if for none
    for code in Levenshtein.opcodes(old, new):
        for offset, at in enumerate(range(code.dest_start, code.dest_end)):
            edge[at] = code.src_start
            place[at] = None if code.tag == "insert" else code.src_start + offset
    spans, first = [], 0
    for text in now:
        letters = [old_at for old_at in place[first : first + len(text)] if old_at is not None and old[old_at] != " "]
        spans.append((letters[0], letters[-1] + 1) if letters else (edge[first], edge[first]))
        first += len(text) + 1
    return [Word(text, *_times(i, spans, owners, was), _SURE) for i, text in enumerate(now)]


def _times(i: int, spans: Sequence[tuple[int, int]], owners: Sequence[int], was: Sequence[Word]) -> tuple[float, float]:
    """Seconds of the i-th span of letters: up to its old words' edges unless another span has a part of them."""
    starts = [0]
    for word in was:
        starts.append(starts[-1] + len(word.text) + 1)

    def at_s(letter: int, owner: int) -> float:
        word = was[owner]
        share = (letter - starts[owner]) / max(1, len(word.text))
        return word.start_s + min(1.0, share) * (word.end_s - word.start_s)

    first, end = spans[i]
    if first == end:
        moment_s = at_s(first, owners[min(first, len(owners) - 1)])
        return moment_s, moment_s
    one, last = owners[first], owners[end - 1]
    earlier = any(a < b and owners[b - 1] == one for a, b in spans[:i])
    later = any(a < b and owners[a] == last for a, b in spans[i + 1 :])
    start_s = at_s(first, one) if earlier else was[one].start_s
    return start_s, at_s(end, last) if later else was[last].end_s


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
