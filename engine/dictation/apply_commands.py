"""Carries out the spoken commands among recognised words.

A written word has the time and the confidence of the spoken one; the spoken words are kept in `Segment.raw`. A command
may change an earlier segment, which is then yielded again, as `Revised`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import add

from engine.dictation.spoken_commands import Act, Command, Kind, Spoken, acts
from engine.dictation.written_form import WrittenForm
from engine.events import Event, Final, Finished, Provisional, Revised, Segment, Word
from engine.punctuation.labels import DASH, ENDS, HYPHEN, MARKS, NO_MARK, PLAIN, Form, Label
from engine.punctuation.running_labels import Punctuates, RunningLabels

_SENTENCE_ENDS = (".", "?", "!", "…")
LONG_PARAGRAPH = 1000  # letters; longer ones are hard to read, and slow to lay out again after each word
_PARAGRAPH_PAUSE_S, _SHORTEST_PARAGRAPH = 2.5, 300  # such a pause after so many letters begins a paragraph
_BEHIND_QUOTE = (".", ",", ";", ":")
_FIRST_LETTER = re.compile(r"^(«?)([^\W\d_])(?=[^A-ZА-ЯЁ]*$)")
_GOES_ON = (",", ":", ";", "—")  # no sentence begins after these, not even on a new line
_MARKS = _SENTENCE_ENDS + _GOES_ON


@dataclass
class _Token:
    """word: as written, with its mark. before: blank or line breaks before it; part: index of its segment."""

    word: Word
    before: str
    part: int
    capital_wanted: bool


class _Page:
    """The tokens written so far. labels: marks and capitals of the words, if they are punctuated."""

    def __init__(self, capitals: bool, form: WrittenForm, labels: Mapping[Word, Label] | None):
        self._form, self._labels = form, labels or {}
        self.tokens: list[_Token] = []
        self._breaks, self._capital = "", labels is not None
        self._capitals = capitals or labels is not None
        self._sentence = 0  # index of the token that begins the sentence
        self._opening = ""  # quotation mark to put before the next word
        self._joins = False  # whether the next word is joined to the last token: кто-то
        self._n_letters = 0  # since the last line break

    def do(self, act: Act, part: int) -> None:
        if act.command is None:
            self._write(act.words, part)
        else:
            self._carry_out(act.command, act.words, part)

    def _carry_out(self, command: Command, words: Sequence[Word], part: int) -> None:
        match command.kind:
            case Kind.MARK:
                self._mark(command.text, words, part)
            case Kind.DASH:
                self._add(_as_one_word(words, command.text), part, keep_capital=True)
            case Kind.OPENING_QUOTE:
                self._opening += command.text
            case Kind.CLOSING_QUOTE:
                self._close_quote(command.text, words, part)
            case Kind.BREAK:
                self._break(command.text)
            case Kind.CAPITAL:
                self._capital = True
            case Kind.DELETE_WORD:
                self._delete()

    def _write(self, words: Sequence[Word], part: int) -> None:
        labels = [self._labels.get(word, PLAIN) for word in words]
        index = 0
        for group in self._form.groups(words, [i for i, label in enumerate(labels) if label.mark in ENDS]):
            first, last = labels[index], labels[index + len(group.said) - 1]
            index += len(group.said)
            self._begin_paragraph(group.said[0])
            for word in group.written:
                self._add(_formed(word, first.form) if group.is_same else word, part)
            if self.tokens[-1].word.text.endswith(_MARKS):  # a spoken mark
                self._sentence_may_end(self.tokens[-1].word.text)
            elif last.mark != NO_MARK:
                self._punctuate(last.mark, group.said[-1], part)

    def _begin_paragraph(self, word: Word) -> None:
        """Begins a paragraph at a long pause after a sentence, if the paragraph is long enough."""
        if not self._labels or not self.tokens or self._breaks or self._n_letters < _SHORTEST_PARAGRAPH:
            return
        last = self.tokens[-1].word
        if word.start_s - last.end_s >= _PARAGRAPH_PAUSE_S and last.text.rstrip("»").endswith(_SENTENCE_ENDS):
            self._break("\n")

    def _add(self, word: Word, part: int, keep_capital: bool = False) -> None:
        before = self._breaks or (" " if self.tokens else "")
        written_word = word if keep_capital or not self._capital else _capitalised(word)
        if self._opening and any(map(str.isalnum, written_word.text)):
            written_word, self._opening = _spelled(written_word, partial(add, self._opening)), ""
        if self._joins and self.tokens and self.tokens[-1].part == part and not self._breaks:
            self.tokens[-1].word = _joined_by_hyphen(self.tokens[-1].word, written_word)
        else:
            self.tokens.append(_Token(written_word, before, part, self._capital))
        self._n_letters = len(written_word.text) + (0 if "\n" in before else self._n_letters)
        self._breaks, self._joins = "", False
        self._capital = self._capital and keep_capital

    def _punctuate(self, mark: int, word: Word, part: int) -> None:
        """Adds a mark that was not spoken. A spoken mark in the same place replaces it."""
        if mark == HYPHEN:
            self._joins = True
        elif mark == DASH:
            self._add(Word(MARKS[mark], word.end_s, word.end_s, 1.0, plain="", mark=MARKS[mark]), part)
        else:
            self._close(MARKS[mark])

    def _mark(self, mark: str, words: Sequence[Word], part: int) -> None:
        if self.tokens and not self._breaks:
            self._close(mark)
        else:
            self._add(_as_one_word(words, mark), part, keep_capital=True)
            self._sentence_may_end(mark)

    def _close(self, mark: str) -> None:
        last = self.tokens[-1]
        last.word = _marked(last.word, mark)
        self._sentence_may_end(mark)

    def _close_quote(self, quote: str, words: Sequence[Word], part: int) -> None:
        """Puts the closing quotation mark before a full stop or comma, as in Russian: «да», «да»."""
        if not self.tokens or self._breaks:
            self._add(_as_one_word(words, quote), part, keep_capital=True)
            return
        last = self.tokens[-1]
        mark = last.word.mark[-1:] if last.word.mark.endswith(_BEHIND_QUOTE) else ""
        quoted = _spelled(last.word, lambda text: f"{text.removesuffix(mark)}{quote}{mark}")
        last.word = replace(quoted, mark=f"{last.word.mark.removesuffix(mark)}{quote}{mark}")

    def _sentence_may_end(self, mark: str) -> None:
        if not mark.endswith(_SENTENCE_ENDS):
            return
        if self._capitals:
            self._capital = True
            if self._sentence < len(self.tokens):
                first = self.tokens[self._sentence]
                first.word = _capitalised(first.word)
        self._sentence = len(self.tokens)

    def _break(self, text: str) -> None:
        self._breaks = max(self._breaks, text, key=len)
        goes_on = self.tokens and self.tokens[-1].word.text.endswith(_GOES_ON)
        if self._capitals and not goes_on:
            self._capital = True
        self._sentence = len(self.tokens)

    def _delete(self) -> None:
        if self._opening or not self.tokens:
            self._opening = ""
            return
        last = self.tokens.pop()
        if last.word.plain == "" and self.tokens:  # a dash that was not spoken is deleted with the word before it
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
    """The written segments of one recording, updated as segments arrive.

    punctuator: adds marks and capitals; None: there are only spoken ones.
    """

    def __init__(self, spoken: Spoken, punctuator: Punctuates | None = None):
        self._spoken, self._commands = spoken, spoken.commands
        self._form = WrittenForm(spoken.spelling, spoken.digits)
        self._labels = RunningLabels(punctuator) if punctuator is not None else None
        self._acts: list[tuple[int, Act]] = []
        self.segments: list[Segment] = []

    def add(self, segment: Segment) -> list[Revised | Final]:
        """The earlier segments that it changes, then the segment itself."""
        self._acts = self._with(segment)
        before, self.segments = self.segments, self._written(self._acts, [*self.segments, segment], settle=True)
        return [*_changes(before, self.segments), Final(self.segments[-1])]

    def finish(self) -> list[Revised]:
        """The segments that change because no other follows."""
        if self._labels is None:
            return []
        before, self.segments = self.segments, self._written(self._acts, self.segments, settle=True, is_over=True)
        return _changes(before, self.segments)

    def guess(self, segment: Segment) -> Segment:
        """The written form of a segment that may still change."""
        return self._written(self._with(segment), [*self.segments, segment])[-1]

    def rewrite(self, acts: Sequence[tuple[int, Act]], segments: Sequence[Segment]) -> list[Segment]:
        """The written segments of a finished recording. acts: each with the index of its segment."""
        return self._written(acts, segments, settle=True, is_over=True)

    def _with(self, segment: Segment) -> list[tuple[int, Act]]:
        """The acts up to and including a segment, without those that its «отмени» undoes."""
        left = list(self._acts)
        for act in acts(segment.heard, self._commands):
            if act.command is None or act.command.kind is not Kind.UNDO:
                left.append((len(self.segments), act))
            elif left:
                left.pop()
        return left

    def _written(
        self, acts: Sequence[tuple[int, Act]], segments: Sequence[Segment], settle: bool = False, is_over: bool = False
    ) -> list[Segment]:
        labels = self._labelled([act for _part, act in acts], settle, is_over)
        page = _Page(self._spoken.capitals, self._form, labels)
        for part, act in acts:
            page.do(act, part)
        return [_rewritten(*pair) for pair in zip(segments, page.parts(len(segments)), strict=True)]

    def _labelled(self, acts: Sequence[Act], settle: bool, is_over: bool) -> Mapping[Word, Label] | None:
        """Labels of the words; words before a spoken mark get none."""
        if self._labels is None:
            return None
        runs: list[list[Word]] = [[]]
        unmarked = set()
        for act in acts:
            match act.command.kind if act.command else None:
                case None:
                    runs[-1] += act.words
                case Kind.BREAK if runs[-1]:
                    runs.append([])
                case Kind.MARK | Kind.DASH if runs[-1]:
                    unmarked.add(runs[-1][-1])
                case Kind.DELETE_WORD if runs[-1]:
                    runs[-1].pop()
        labels = dict(self._labels.of([run for run in runs if run], is_over, settle))
        return labels | {word: replace(labels[word], mark=NO_MARK) for word in unmarked & labels.keys()}


def _changes(before: Sequence[Segment], after: Sequence[Segment]) -> list[Revised]:
    return [Revised(*pair) for pair in zip(before, after, strict=False) if pair[0] != pair[1]]


def dictated(events: Iterable[Event], spoken: Spoken, punctuator: Punctuates | None = None) -> Iterator[Event]:
    """The events of one recording with spoken commands carried out and, if there is a punctuator, with punctuation."""
    dictation = Dictation(spoken, punctuator)
    for event in events:
        match event:
            case Final(segment):
                yield from dictation.add(segment)
            case Provisional(segment):
                yield replace(event, segment=dictation.guess(segment))
            case Finished():
                yield from dictation.finish()
                yield replace(event, segments=tuple(dictation.segments))
            case _:
                yield event


def _rewritten(segment: Segment, tokens: Sequence[_Token]) -> Segment:
    words = tuple(token.word for token in tokens)
    text = "".join(token.before + token.word.text for token in tokens).strip(" ")
    written = text if "\n" in text else None
    return replace(segment, words=words, written=written, raw=() if words == segment.heard else segment.heard)


def _as_one_word(words: Sequence[Word], text: str) -> Word:
    """One written word for consecutive spoken words."""
    if len(words) == 1 and words[0].text == text:
        return words[0]
    return Word(text, words[0].start_s, words[-1].end_s, min(word.confidence for word in words))


def _capitalised(word: Word) -> Word:
    """The word with a capital, unless it has capitals of its own: iPhone."""
    return _spelled(word, lambda text: _FIRST_LETTER.sub(lambda start: start[1] + start[2].upper(), text))


def _formed(word: Word, form: Form) -> Word:
    match form:
        case Form.UPPER:
            return _spelled(word, str.upper)
        case Form.CAPITAL:
            return _capitalised(word)
    return word


def _marked(word: Word, mark: str) -> Word:
    return replace(_spelled(word, lambda text: text + mark), mark=word.mark + mark)


def _spelled(word: Word, spell: Callable[[str], str]) -> Word:
    """The word and its alternatives in another spelling; the recognised word is kept in `plain`."""
    plain = word.text if word.plain is None else word.plain
    return replace(word, text=spell(word.text), alternatives=tuple(map(spell, word.alternatives)), plain=plain)


def _joined_by_hyphen(first: Word, second: Word) -> Word:
    """Two words joined by a hyphen."""
    plain = (
        f"{first.text if first.plain is None else first.plain} {second.text if second.plain is None else second.plain}"
    )
    confidence = min(first.confidence, second.confidence)
    return Word(f"{first.text}-{second.text}", first.start_s, second.end_s, confidence, plain=plain, mark=second.mark)


def joined(segments: Iterable[Segment]) -> str:
    """The text of segments of one recording, with their line breaks."""
    text = "".join(f" {segment.text}" if segment.text[:1].strip() else segment.text for segment in segments)
    return text.lstrip(" \n")


def paragraphs(segments: Iterable[Segment]) -> str:
    """The same text as shown on the page, where long paragraphs are broken up."""
    text = ""
    for segment in segments:
        text += put_behind(text.rpartition("\n")[2], segment.text)
    return text


def put_behind(line: str, text: str) -> str:
    """A segment's text as it is appended to the last line of a page."""
    if not line or not text:
        return text.lstrip("\n")
    if text.startswith("\n"):
        return text
    if len(line) >= LONG_PARAGRAPH and (line.endswith(_SENTENCE_ENDS) or not _has_sentences(line)):
        return f"\n{text}"
    return text if line[-1].isspace() else f" {text}"


def _has_sentences(line: str) -> bool:
    """Whether the line has sentences at which it can be broken."""
    return len(line) < 2 * LONG_PARAGRAPH and any(mark in line for mark in _SENTENCE_ENDS)
