"""What a person said while a line of the text was spoken: spoken commands as words, the line's corrections applied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby

from engine.alphabet import normalise
from engine.events import Segment, Word
from engine.transcript.document import Document


@dataclass(frozen=True)
class _Piece:
    """Words said one after the other, and the word of the text that stands for them; None for a command."""

    said: tuple[Word, ...]
    written: Word | None


def said_in(document: Document, line: Segment) -> tuple[Word, ...] | None:
    """What was said in one of the document's segments, with the commands right before and behind it.

    None where that is not known: words were put in or changed in number beside a spoken command, so that a correction
    cannot be told from a command that was misheard.
    """
    breaths = [segment for segment in document.heard if any(_is_within(word, line) for word in segment.words)]
    if not any(segment.raw for segment in breaths):
        spoken = chain.from_iterable(segment.raw for segment in document.heard)
        return None if not breaths and any(_is_within(word, line) for word in spoken) else line.words
    pieces = _of_line([piece for breath in breaths for piece in _pieces(breath)], line)
    return _corrected(pieces, [word for word in line.words if normalise(word.text)])


def _is_within(word: Word, line: Segment) -> bool:
    return line.words[0].start_s <= _middle_s(word) <= line.words[-1].end_s


def _middle_s(word: Word) -> float:
    return (word.start_s + word.end_s) / 2


def _pieces(breath: Segment) -> Iterator[_Piece]:
    """A written word spans the time of the words that it stands for; a mark by itself stands for a command."""
    written = [word for word in breath.words if normalise(word.text)]
    left = list(breath.heard)
    for word in written:
        while left and _middle_s(left[0]) < word.start_s:
            yield _Piece((left.pop(0),), None)
        own = []
        while left and _middle_s(left[0]) <= word.end_s:
            own.append(left.pop(0))
        yield _Piece(tuple(own), word)
    for word in left:
        yield _Piece((word,), None)


def _of_line(pieces: Sequence[_Piece], line: Segment) -> Sequence[_Piece]:
    """Those of the line; commands go with the words before them, the first of a breath with those behind."""
    own = [i for i, piece in enumerate(pieces) if piece.written is not None and _is_within(piece.written, line)]
    if not own:
        return pieces
    first, end = own[0], own[-1] + 1
    if all(piece.written is None for piece in pieces[:first]):
        first = 0
    while end < len(pieces) and pieces[end].written is None:
        end += 1
    return pieces[first:end]


def _corrected(pieces: Sequence[_Piece], words: Sequence[Word]) -> tuple[Word, ...] | None:
    """What was said, with the words of the text as they stand now."""
    from rapidfuzz.distance import Levenshtein

    plain = [i for i, piece in enumerate(pieces) if piece.written is not None]
    edges = [-1, *plain, len(pieces)]
    said = [piece.said for piece in pieces]
    codes = Levenshtein.opcodes(
        [normalise(pieces[i].written.text) for i in plain], [normalise(word.text) for word in words]
    )
    for same, run in groupby(codes, key=lambda code: code.tag == "equal"):
        ops = list(run)
        first, end = ops[0].src_start, ops[-1].src_end
        new = tuple(replace(word, text=normalise(word.text)) for word in words[ops[0].dest_start : ops[-1].dest_end])
        before, behind = edges[first], edges[end + 1]
        if same:
            continue
        if len(new) == end - first:
            for i, word in zip(plain[first:end], new, strict=True):
                said[i] = (word,)
        elif new and any(piece.written is None for piece in pieces[before + 1 : behind]):
            return None
        else:
            for i in plain[first:end]:
                said[i] = ()
            if before >= 0:
                said[before] += new
            else:
                said[0] = new + said[0]
    return tuple(chain.from_iterable(said)) or None
