"""Lines of written text -> spoken words, with the mark after each and its form.

A line is split into pieces at tokens that are not pronounced as written (Latin letters, abbreviations, signs); numbers
of up to six digits become words.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.punctuation.labels import DASH, EXCLAMATION, FULL_STOP, HYPHEN, MARKS, NO_MARK, QUESTION, Form
from trainer.punctuation.number_words import spelled

_BEFORE_CAPITAL = (FULL_STOP, QUESTION, EXCLAMATION)  # after an ellipsis or a colon the case in the text counts
UNKNOWN = -1  # a mark or form that the text does not show
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_STRESS = re.compile("[\u0300\u0301]")
_RUSSIAN = re.compile("[а-яё]+")
LOWER, CAPITAL, UPPER = (int(form) for form in Form)
_QUOTES = re.compile(r"[«»„“”\"'’‘()\[\]{}<>*_]")
_MARK_IN_GAP = (
    ("?", "?"),
    ("!", "!"),
    ("…", "…"),
    ("..", "…"),
    (".", "."),
    (":", ":"),
    (";", ","),
    (",", ","),
)
_DASH = re.compile(r"^\s*(\s[-–—]|--|[–—])-?\s*$|^[-–—]\s+$")
_SPACED_PARTICLE = re.compile(r"(?<=\w) ?[-–] ?(?=(?:то|либо|нибудь|таки|ка)\b)")
_HYPHENS = ("-", "\u2010", "\u2011")
_LONGEST_ABBREVIATION = 4
_MOST_CAPITALS = 0.3  # share of a line's words; more is shouting or a heading


@dataclass(frozen=True)
class Piece:
    """Words in lower case, each with the index of the mark after it and its form, or UNKNOWN."""

    words: list[str]
    marks: list[int]
    forms: list[int]
    is_torn: bool = False  # the line continues with an omitted token


def pieces(line: str) -> Iterator[Piece]:
    """The pieces of a line; none if it does not end like a sentence, or is all capitals."""
    line = unicodedata.normalize("NFC", _STRESS.sub("", line)).strip()
    line = _SPACED_PARTICLE.sub("-", line)
    tokens = list(_TOKEN.finditer(line))
    if not tokens or not _ends(line[tokens[-1].end() :]):
        return
    n_capital = sum(len(token[0]) > 1 and token[0].isupper() for token in tokens)
    if n_capital > 1 and n_capital > _MOST_CAPITALS * len(tokens):
        return
    has_capitals = any(char.isupper() for char in line)
    reader = _Reader(line, tokens, has_capitals)
    yield from reader.pieces()


def _ends(gap: str) -> bool:
    return any(mark in gap for mark in ".!?…")


class _Reader:
    """Parses one line; collects words until a break ends the piece."""

    def __init__(self, line: str, tokens: list[re.Match[str]], has_capitals: bool):
        self._line, self._tokens, self._has_capitals = line, tokens, has_capitals
        self._piece = Piece([], [], [])
        self._is_first = True  # first word of a sentence: its capital means nothing

    def pieces(self) -> Iterator[Piece]:
        for i, token in enumerate(self._tokens):
            following = self._tokens[i + 1] if i + 1 < len(self._tokens) else None
            gap = self._line[token.end() : following.start() if following else len(self._line)]
            mark = _mark(gap)
            words = self._words(token[0], following)
            if mark == MARKS.index(".") and following and self._is_abbreviation(token[0], following[0]):
                words = None
            if words is None or mark is None:
                if words is not None:
                    self._add(words, token[0], UNKNOWN)
                yield from self._closed(is_torn=True)
                self._is_first = True
                continue
            self._add(words, token[0], mark)
            self._is_first = mark in _BEFORE_CAPITAL
        yield from self._closed()

    def _words(self, token: str, following: re.Match[str] | None) -> list[str] | None:
        if token[0].isdecimal():
            return spelled(token, following[0] if following else "")
        lower = token.lower()
        return [lower] if _RUSSIAN.fullmatch(lower) else None

    def _is_abbreviation(self, token: str, following: str) -> bool:
        if len(token) == 1 and token.isupper():
            return True
        return following[0].islower() or (following[0].isdigit() and len(token) <= _LONGEST_ABBREVIATION)

    def _add(self, words: list[str], token: str, mark: int) -> None:
        form = _form(token)
        unknown = not self._has_capitals or (self._is_first and form == CAPITAL)
        for n, word in enumerate(words, start=1):
            self._piece.words.append(word)
            self._piece.marks.append(mark if n == len(words) else NO_MARK)
            self._piece.forms.append(UNKNOWN if unknown else form)
            unknown = unknown and len(words) == 1

    def _closed(self, is_torn: bool = False) -> Iterator[Piece]:
        if self._piece.words:
            yield replace(self._piece, is_torn=is_torn)
        self._piece = Piece([], [], [])


def _form(token: str) -> int:
    if not token[0].isupper():
        return LOWER
    return UPPER if len(token) > 1 and token.isupper() else CAPITAL


def _mark(gap: str) -> int | None:
    """The mark between two words; None if there is something else."""
    if gap == " ":
        return NO_MARK
    if gap in _HYPHENS:
        return HYPHEN
    if "(" in gap or "[" in gap:
        return UNKNOWN
    plain = _QUOTES.sub("", gap).replace("\u00a0", " ")
    if not plain.strip():
        return NO_MARK
    if _DASH.match(plain):
        return DASH
    for text, mark in _MARK_IN_GAP:
        if text in plain:
            return MARKS.index(mark) if not plain.strip(" .,?!:;…-–—") else None
    return None
