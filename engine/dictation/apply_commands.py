"""What was said, with its spoken commands carried out: the text that a person meant.

A written word has the time and the confidence of the one that it was said with; those said are kept in `Segment.raw`.
A command may change what was said before it: then the earlier segment is given anew, as `Revised`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.dictation.numbers import with_digits
from engine.dictation.spoken_commands import Act, Kind, Spoken, acts
from engine.events import Event, Final, Finished, Provisional, Revised, Segment, Word

_SENTENCE_ENDS = (".", "?", "!", "…")
LONG_PARAGRAPH = 1000  # letters; more is hard to read, and slow to lay out anew for each word
_GOES_ON = (",", ":", ";", "—")  # after these no new sentence begins, not even in a new line


@dataclass
class _Token:
    """word: as it is written, marks and all. before: what parts it from the one before; part: of which segment."""

    word: Word
    before: str
    part: int
    capital_wanted: bool


class _Page:
    """Tokens as one act after the other is carried out."""

    def __init__(self, spoken: Spoken):
        self._spoken = spoken
        self.tokens: list[_Token] = []
        self._breaks, self._capital = "", False
        self._sentence = 0  # where the current one begins

    def do(self, act: Act, part: int) -> None:
        match act.command.kind if act.command else None:
            case None:
                self._write(act.words, part)
            case Kind.MARK:
                self._mark(act, part)
            case Kind.DASH:
                self._add(_one(act.words, act.command.text), part, keep_capital=True)
            case Kind.BREAK:
                self._break(act.command.text)
            case Kind.CAPITAL:
                self._capital = True
            case Kind.DELETE_WORD:
                self._delete()

    def _write(self, words: Sequence[Word], part: int) -> None:
        if self._spoken.digits:
            left = list(words)
            said = [([left.pop(0) for _ in range(n)], text) for n, text in with_digits([word.text for word in words])]
            words = [_one(group, text) for group, text in said]
        for word in words:
            self._add(word, part)

    def _add(self, word: Word, part: int, keep_capital: bool = False) -> None:
        before = self._breaks or (" " if self.tokens else "")
        shown = word if keep_capital or not self._capital else _capitalised(word)
        self.tokens.append(_Token(shown, before, part, self._capital))
        self._breaks = ""
        self._capital = self._capital and keep_capital

    def _mark(self, act: Act, part: int) -> None:
        mark = act.command.text
        if self.tokens and not self._breaks:
            last = self.tokens[-1]
            last.word = replace(last.word, text=last.word.text + mark)
        else:
            self._add(_one(act.words, mark), part, keep_capital=True)
        if mark in _SENTENCE_ENDS:
            self._end_sentence()

    def _end_sentence(self) -> None:
        if self._spoken.capitals:
            self._capital = True
            if self._sentence < len(self.tokens):
                first = self.tokens[self._sentence]
                first.word = _capitalised(first.word)
        self._sentence = len(self.tokens)

    def _break(self, text: str) -> None:
        self._breaks = max(self._breaks, text, key=len)
        goes_on = self.tokens and self.tokens[-1].word.text.endswith(_GOES_ON)
        if self._spoken.capitals and not goes_on:
            self._capital = True
        self._sentence = len(self.tokens)

    def _delete(self) -> None:
        if not self.tokens:
            return
        last = self.tokens.pop()
        self._breaks = last.before.strip(" ")
        self._capital = last.capital_wanted
        self._sentence = min(self._sentence, len(self.tokens))

    def parts(self, n: int) -> list[list[_Token]]:
        """The tokens of each of n segments."""
        parts: list[list[_Token]] = [[] for _ in range(n)]
        for token in self.tokens:
            parts[token.part].append(token)
        return parts


class Dictation:
    """The segments of one recording as they come, with what is written of each."""

    def __init__(self, spoken: Spoken):
        self._spoken, self._commands = spoken, spoken.commands
        self._acts: list[tuple[int, Act]] = []
        self.segments: list[Segment] = []

    def add(self, segment: Segment) -> list[Revised | Final]:
        """What it changes of the segments before, then itself."""
        self._acts = self._with(segment)
        before, self.segments = self.segments, self._written(self._acts, [*self.segments, segment])
        changed = [Revised(*pair) for pair in zip(before, self.segments, strict=False) if pair[0] != pair[1]]
        return [*changed, Final(self.segments[-1])]

    def guess(self, segment: Segment) -> Segment:
        """How a segment would be written that may still change."""
        return self._written(self._with(segment), [*self.segments, segment])[-1]

    def _with(self, segment: Segment) -> list[tuple[int, Act]]:
        """What counts once the segment was said: what it takes back is not there any more."""
        left = list(self._acts)
        for act in acts(segment.heard, self._commands):
            if act.command is None or act.command.kind is not Kind.UNDO:
                left.append((len(self.segments), act))
            elif left:
                left.pop()
        return left

    def _written(self, left: Iterable[tuple[int, Act]], segments: Sequence[Segment]) -> list[Segment]:
        page = _Page(self._spoken)
        for part, act in left:
            page.do(act, part)
        return [_rewritten(*pair) for pair in zip(segments, page.parts(len(segments)), strict=True)]


def dictated(events: Iterable[Event], spoken: Spoken) -> Iterator[Event]:
    """The events of one recording with its spoken commands carried out."""
    dictation = Dictation(spoken)
    for event in events:
        match event:
            case Final(segment):
                yield from dictation.add(segment)
            case Provisional(segment):
                yield Provisional(dictation.guess(segment))
            case Finished(duration_s=duration_s):
                yield Finished(duration_s, tuple(dictation.segments))
            case _:
                yield event


def _rewritten(segment: Segment, tokens: Sequence[_Token]) -> Segment:
    words = tuple(token.word for token in tokens)
    text = "".join(token.before + token.word.text for token in tokens).strip(" ")
    written = text if "\n" in text else None
    return replace(segment, words=words, written=written, raw=() if words == segment.heard else segment.heard)


def _one(said: Sequence[Word], text: str) -> Word:
    """What is written for some words said one after the other."""
    if len(said) == 1 and said[0].text == text:
        return said[0]
    return Word(text, said[0].start_s, said[-1].end_s, min(word.confidence for word in said))


def _capitalised(word: Word) -> Word:
    return replace(word, text=word.text[:1].upper() + word.text[1:])


def joined(segments: Iterable[Segment]) -> str:
    """The text of some segments of one recording, in the lines that were asked for."""
    text = "".join(f" {segment.text}" if segment.text[:1].strip() else segment.text for segment in segments)
    return text.lstrip(" \n")


def paragraphs(segments: Iterable[Segment]) -> str:
    """The same as it stands on the page, where a long paragraph ends by itself."""
    text = ""
    for segment in segments:
        text += put_behind(text.rpartition("\n")[2], segment.text)
    return text


def put_behind(line: str, text: str) -> str:
    """A segment's text as it is put behind the last line of a page."""
    if not line or not text:
        return text.lstrip("\n")
    if text.startswith("\n"):
        return text
    if len(line) >= LONG_PARAGRAPH:
        return f"\n{text}"
    return text if line[-1].isspace() else f" {text}"
