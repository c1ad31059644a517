"""The spoken words of a line of text: spoken commands as words, the line's corrections applied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby

from engine.alphabet import normalise
from engine.events import Segment, Word
from engine.transcript.document import Document


@dataclass(frozen=True)
class _Piece:
    """Consecutive spoken words, and the word of the text written for them; None for a command."""

    said: tuple[Word, ...]
    written: Word | None


def said_in(document: Document, line: Segment) -> tuple[Word, ...] | None:
    """The spoken words of one of the document's segments, with the commands right before and after it.

    None if unknown: words were inserted or removed next to a spoken command, so that a correction
    cannot be distinguished from a misrecognised command.
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
    """Pairs written with spoken words by time; a mark by itself was written for a command."""
    written = [word for word in breath.words if normalise(word.text)]
    spoken = list(breath.heard)
    for word in written:
        while spoken and _middle_s(spoken[0]) < word.start_s:
            yield _Piece((spoken.pop(0),), None)
        words_of_written = []
        while spoken and _middle_s(spoken[0]) <= word.end_s:
            words_of_written.append(spoken.pop(0))
        yield _Piece(tuple(words_of_written), word)
    for word in spoken:
        yield _Piece((word,), None)


def _of_line(pieces: Sequence[_Piece], line: Segment) -> Sequence[_Piece]:
    """The pieces of the line; commands belong to the words before them, the first of a breath to those after it."""
    indices = [i for i, piece in enumerate(pieces) if piece.written is not None and _is_within(piece.written, line)]
    if not indices:
        return pieces
    first, end = indices[0], indices[-1] + 1
    if all(piece.written is None for piece in pieces[:first]):
        first = 0
    while end < len(pieces) and pieces[end].written is None:
        end += 1
    return pieces[first:end]


def _corrected(pieces: Sequence[_Piece], words: Sequence[Word]) -> tuple[Word, ...] | None:
    """The spoken words, with the present words of the text."""
    from rapidfuzz.distance import Levenshtein

    plain = [i for i, piece in enumerate(pieces) if piece.written is not None]
    edges = [-1, *plain, len(pieces)]
    spoken = [piece.said for piece in pieces]
    codes = Levenshtein.opcodes(
        [normalise(piece.written.text) for piece in pieces if piece.written is not None],
        [normalise(word.text) for word in words],
    )
    for is_unchanged, run in groupby(codes, key=lambda code: code.tag == "equal"):
        ops = list(run)
        first, end = ops[0].src_start, ops[-1].src_end
        new_words = tuple(
            replace(word, text=normalise(word.text)) for word in words[ops[0].dest_start : ops[-1].dest_end]
        )
        index_before, index_after = edges[first], edges[end + 1]
        if is_unchanged:
            continue
        if len(new_words) == end - first:
            for i, word in zip(plain[first:end], new_words, strict=True):
                spoken[i] = (word,)
        elif new_words and any(piece.written is None for piece in pieces[index_before + 1 : index_after]):
            return None
        else:
            for i in plain[first:end]:
                spoken[i] = ()
            if index_before >= 0:
                spoken[index_before] += new_words
            else:
                spoken[0] = new_words + spoken[0]
    return tuple(chain.from_iterable(spoken)) or None
